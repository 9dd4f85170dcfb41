/** A million lines in one chat: whether anybody notices, from the start of the server to the erasure of somebody. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSqliteChatLog } from "../../services/chatlog/sqlite.ts";
import { pause } from "../lib/clock.ts";
import { glanceAt } from "../lib/glance.ts";
import { createHistogram } from "../lib/histogram.ts";
import { becomeGuest } from "../lib/lightClient.ts";
import type { Run } from "../lib/scenario.ts";
import { startHereabouts, type Target } from "../lib/target.ts";
import { Asker } from "./lib/asker.ts";
import type { Limit } from "./lib/limit.ts";
import { figuresOf, get, msOf, repeat, timed, timesOf } from "./lib/times.ts";

const inFull = 1_000_000;
const people = 1000;
const keptAfterwards = 0.1;
const instance = "limits";
const password = "limits";
const atOnce = 5000;
const times = 50;
const pruneMs = 120_000;

export const history: Limit = {
  summary: "a million lines in one chat",
  findings: {
    lines: { what: "lines", unit: "" },
    size: { what: "database", unit: "MB" },
    start: { what: "until the server is ready", unit: "ms", most: 5000 },
    rss: { what: "memory of the server, after all of this", unit: "MB" },
    ...timesOf("join", "joining", 250),
    ...timesOf("newest", "a page of a hundred before the newest", 100),
    ...timesOf("oldest", "the oldest page", 100),
    ...timesOf("say", "saying a line", 250),
    erase: { what: "erasing one person with a thousandth of them", unit: "ms" },
    ...timesOf("erase.say", "saying a line meanwhile", 500),
    prune: { what: "pruning to a tenth, from the start of the server", unit: "s", digits: 1 },
    ...timesOf("prune.say", "saying a line meanwhile", 500),
  },
  async run(share, run) {
    const lines = Math.max(2000, Math.round(inFull * share));
    const dir = mkdtempSync(join(tmpdir(), "hereabouts-limits-"));
    try {
      await fill(dir, lines, run);
      const size = statSync(join(dir, "chat.db")).size / 1e6;
      const whole = await withAll(dir, lines);
      const pruned = await whilePruning(dir, lines, run);
      return {
        figures: { lines, size, ...whole.figures, ...pruned.figures },
        wrong: [...whole.wrong, ...pruned.wrong],
      };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

const personOf = (i: number) => `person-${i % people}`;

async function fill(dataDir: string, lines: number, run: Run): Promise<void> {
  run.progress(`${lines} lines are said`);
  const log = createSqliteChatLog({ dataDir, keep: 2 * lines, onError: (error) => run.progress(String(error)) });
  for (let from = 0; from < lines; from += atOnce) {
    if (run.signal.aborted) break;
    const some = Array.from({ length: Math.min(atOnce, lines - from) }, (_, i) => {
      const id = personOf(from + i);
      const author = { id, handle: id, name: id, kind: "human", guest: false } as const;
      const text = `Line ${from + i}, as long as people's lines are on average`;
      return log.append(instance, { author, text, font: "", clientId: `c${from + i}`, isShadow: false });
    });
    await Promise.all(some);
  }
  await log.close();
}

const serve = (dataDir: string, keep: number) =>
  startHereabouts(undefined, {
    env: { DATA_DIR: dataDir, CHAT_KEEP: String(keep), MONITOR_PASSWORD: password, MESSAGES_PER_SECOND: "1000" },
  });

async function withAll(dir: string, lines: number) {
  let target: Target | undefined;
  const start = await msOf(async () => {
    target = await serve(dir, lines + 10_000);
  });
  const { url } = target!;
  try {
    const reader = await enter(url);
    const page = async (before: number) => {
      const { status, data } = await reader.ask("history", { before, limit: 100 });
      if (status !== 0 || (data["lines"] as unknown[]).length !== 100) throw new Error(JSON.stringify(data));
    };
    const joined: Asker[] = [];
    const figures = {
      start,
      ...(await repeat("join", times, async () => joined.push(await enter(url)))),
      ...(await repeat("newest", times, () => page(lines))),
      ...(await repeat("oldest", times, () => page(101))),
      ...(await repeat("say", times, (i) => say(reader, `before ${i}`))),
    };
    const headers = { authorization: `Basic ${Buffer.from(`operator:${password}`).toString("base64")}` };
    const erasing = get(`${url}/ops/erase?person=${personOf(7)}`, { method: "POST", headers });
    let isOver = false;
    const erased = msOf(() => erasing).finally(() => (isOver = true));
    const said = createHistogram();
    for (let i = 0; !isOver; i++) await timed(said, () => say(reader, `meanwhile ${i}`));
    const erase = await erased;
    const rss = (await glanceAt(target!))!.rssBytes / 1e6;
    for (const one of [reader, ...joined]) one.drop();
    const left = count(dir, `text != '' AND author = '${personOf(7)}'`);
    const wrong = left > 0 ? [`${left} lines of the erased person are left`] : [];
    return { figures: { ...figures, erase, ...figuresOf("erase.say", said), rss }, wrong };
  } finally {
    await target!.stop();
  }
}

async function whilePruning(dir: string, lines: number, run: Run) {
  const kept = Math.round(lines * keptAfterwards);
  const target = await serve(dir, kept);
  try {
    const said = createHistogram();
    const speaker = await enter(target.url);
    let isPruned = false;
    let n = 0;
    const prune = await msOf(async () => {
      const giveUp = AbortSignal.any([run.signal, AbortSignal.timeout(pruneMs)]);
      while (!isPruned && !giveUp.aborted) {
        for (let i = 0; i < 10; i++) await timed(said, () => say(speaker, `pruning ${n++}`));
        await pause(100);
        isPruned = count(dir, `instance = '${instance}'`) <= kept + 100;
      }
    });
    speaker.drop();
    const wrong = isPruned ? [] : ["it was not pruned in time"];
    return { figures: { prune: prune / 1000, ...figuresOf("prune.say", said) }, wrong };
  } finally {
    await target.stop();
  }
}

async function enter(url: string): Promise<Asker> {
  return Asker.join(url, "chat", { instance }, await becomeGuest(url));
}

async function say(speaker: Asker, text: string): Promise<void> {
  const { status, data } = await speaker.ask("say", { text, id: text.replace(" ", "-") });
  if (status !== 0) throw new Error(JSON.stringify(data));
}

/** Beside the server that has it open. */
function count(dir: string, where: string): number {
  const db = new DatabaseSync(join(dir, "chat.db"), { readOnly: true });
  try {
    return Number(db.prepare(`SELECT count(*) AS n FROM lines WHERE ${where}`).get()!["n"]);
  } finally {
    db.close();
  }
}
