/** The report of the chat scenarios, from what was measured: figures by name, tables for reading, what must never be. */
import type { ChatMeasured } from "./chatRun.ts";
import { percentiles } from "./histogram.ts";
import type { Report } from "./scenario.ts";
import { type Cell, figure } from "./table.ts";
import { timesTable } from "./timesTable.ts";

export const chatFigures: readonly string[] = [
  ...["", "stored.", "join."].flatMap((prefix) => ["p50", "p95", "p99", "max"].map((name) => prefix + name)),
  ...["seconds", "lines", "bytes", "join.bytes", "line.bytes", "up", "joins", "churned"],
  ...["cpu", "delay", "rss", "memory.each"],
  ...["wrong.lines", "wrong.rosters", "refused", "closed"],
  ...["generator.cpu", "generator.delay", "others", "machine", "instructions", "cycles"],
];

const titles = { "": "from saying to seeing", "stored.": "to being stored", "join.": "joining" } as const;
type Key = keyof typeof titles;

export function chatReport(options: { people: number }, measured: ChatMeasured): Report {
  const { tally, measuredMs, usage, lines, load } = measured;
  const eachSecond = (total: number) => (total / options.people / measuredMs) * 1000;
  const cpuSeconds = (usage.after?.cpuSeconds ?? Number.NaN) - (usage.before?.cpuSeconds ?? Number.NaN);
  const figures: Record<string, number> = {
    seconds: measuredMs / 1000,
    lines,
    bytes: eachSecond(tally.wireDown - tally.wireJoin),
    "join.bytes": measured.churned > 0 ? tally.wireJoin / measured.churned : 0,
    "line.bytes": lines > 0 ? tally.payloadDown / options.people / lines : Number.NaN,
    up: eachSecond(tally.wireUp),
    cpu: (cpuSeconds / measuredMs) * 1e5,
    delay: usage.after?.lagMs ?? Number.NaN,
    rss: (usage.after?.rssBytes ?? Number.NaN) / 1e6,
    "memory.each": measured.bytesEach,
    joins: measured.joinsPerSecond,
    churned: measured.churned,
    "wrong.lines": measured.wrongLines,
    "wrong.rosters": measured.wrongRosters,
    refused: measured.refused,
    closed: measured.lost.length,
    "generator.cpu": load.cpuPercent,
    "generator.delay": load.delayP99Ms,
    others: Math.max(0, (measured.othersMs / measuredMs) * 100),
    machine: measured.machinePercent,
    instructions: measured.counted.instructions / 1e6,
    cycles: measured.counted.cycles / 1e6,
  };
  const histograms = { "": measured.seen, "stored.": measured.stored, "join.": measured.joining };
  for (const [prefix, histogram] of Object.entries(histograms)) {
    for (const [name, value] of Object.entries(percentiles(histogram))) figures[prefix + name] = value;
  }
  for (const [name, value] of Object.entries(figures)) figures[name] = Math.round(value * 1000) / 1000;
  const never: [string, string][] = [
    ["wrong.lines", "lines were missed, doubled or out of order"],
    ["wrong.rosters", "clients had a roster or count that is not exact"],
    ["refused", "lines were refused"],
    ["closed", "connections were lost"],
  ];
  const failures = never.filter(([name]) => figures[name] !== 0).map(([name, what]) => `${figures[name]} ${what}`);
  const { limit, interrupted } = measured;
  const byTitle = Object.fromEntries(
    Object.entries(titles).map(([prefix, title]) => [title, histograms[prefix as Key]]),
  );
  return {
    figures,
    tables: [timesTable(byTitle), facts(figures)],
    histograms: byTitle,
    failures,
    limit,
    interrupted,
    detail: { options, figures, load, limit, interrupted, lost: measured.lost },
  };
}

function facts(f: Record<string, number>): Cell[][] {
  const n = (name: string, digits = 0) => figure(f[name], digits);
  return [
    ["measured", `${n("seconds", 1)} s, ${n("lines")} lines, ${n("churned")} came and as many went`],
    ["down each", `${n("bytes")} bytes/s with WebSocket headers, a newcomer's first state left out`],
    ["", `${n("join.bytes")} bytes a newcomer's first state; ${n("line.bytes")} bytes a line`],
    [
      "server",
      `CPU ${n("cpu", 1)} % of a core, event loop late by ${n("delay", 1)} ms (p99), memory ${n("rss")} MB, ${n("memory.each")} bytes each`,
    ],
    [
      "others",
      `${n("others")} % of a core used by other processes on this machine, of which ${n("machine")} % was busy in all`,
    ],
    ["joining", `${n("joins")} joins a second`],
    ["generator", `CPU ${n("generator.cpu", 1)} % of a core, event loop late by ${n("generator.delay", 1)} ms (p99)`],
    [
      "at the end",
      `${n("wrong.lines")} wrong lines, ${n("wrong.rosters")} wrong rosters, ${n("closed")} connections lost`,
    ],
  ];
}
