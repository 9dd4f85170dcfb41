/**
 * `npm run bench -- context`: what it costs a server to know in whose name it does what it does, and to keep the lines of
 * each session: CPU under a thousand messages of pieces a second, each of them a line, beside the same load on a server
 * that keeps nothing of any session. Both take turns, in either order. Exit code 1 if the middle of the rounds' differences
 * is above five percent of a core, 2 if the load generator was the limit.
 */
import { pack } from "msgpackr";
import { within } from "../services/context.ts";
import { canPin } from "./lib/child.ts";
import { pause } from "./lib/clock.ts";
import { type Pair, spreadOf } from "./lib/comparison.ts";
import { gauge, limitOf } from "./lib/gauge.ts";
import { inTurn } from "./lib/inTurn.ts";
import { becomeGuest, connectionOf } from "./lib/lightClient.ts";
import { number, parseOptions, whole } from "./lib/options.ts";
import { Pacer } from "./lib/pacer.ts";
import { protocol, Seat, unheard } from "./lib/seat.ts";
import { type Cell, figure, formatTable } from "./lib/table.ts";
import { createTally } from "./lib/tally.ts";
import { startHereabouts } from "./lib/target.ts";

const options = {
  rate: number(1000, 1, 20_000, "1/s", "messages of all together"),
  rooms: whole(20, 1, 1000, "worlds", "that they are in"),
  people: whole(5, 1, 100, "people", "in each world"),
  seconds: number(8, 1, 600, "s", "how long each round measures"),
  warmup: number(3, 0, 600, "s", "load before that"),
  rounds: whole(3, 1, 100, "rounds", "of each"),
};

const mostPercent = 5;
const kept = { ARTIFACTS: "on", SESSION_LOG_LEVEL: "debug", RECORD: "" };
const off = { ARTIFACTS: "off", RECORD: "" };

const message = Buffer.concat([Buffer.of(protocol.data), pack("piece:bench"), pack({ tone: 3 })]);

type Load = Omit<ReturnType<typeof parseOptions<typeof options>>, "rounds">;

export async function benchContext(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { rounds, ...load } = parseOptions(args, options);
  const pairs: Pair[] = [];
  const rows: Cell[][] = [["round", "kept: CPU, % of a core", "off", "difference"]];
  let limit: string | undefined;
  for (let round = 1; round <= rounds && !signal.aborted; round++) {
    const cpu = { kept: 0, off: 0 };
    for (const which of round % 2 === 1 ? (["kept", "off"] as const) : (["off", "kept"] as const)) {
      const measured = await measure(which === "kept" ? kept : off, load, signal);
      cpu[which] = measured.cpu;
      limit ??= measured.limit;
    }
    pairs.push([{ cpu: cpu.kept }, { cpu: cpu.off }]);
    rows.push([round, ...[cpu.kept, cpu.off, cpu.kept - cpu.off].map((percent) => figure(percent, 1))]);
  }
  const of = (pick: (pair: Pair) => number) => spreadOf(pairs.map(pick));
  const difference = of(([one, other]) => one["cpu"]! - other["cpu"]!);
  const noise = [of(([one]) => one["cpu"]!), of(([, other]) => other["cpu"]!)].map(({ min, max }) => max - min);
  console.log(`${formatTable(rows)}\n`);
  console.log(
    `${load.rate} messages/s, ${load.rooms} worlds of ${load.people}: ${figure(difference.median, 1)} % of a core more ` +
      `(${figure(difference.min, 1)}..${figure(difference.max, 1)}); rounds of the same lie ` +
      `${noise.map((range) => figure(range, 1)).join(" and ")} apart`,
  );
  console.log(`entering a context takes ${figure(nsOfContext())} ns, on both servers: a message enters two`);
  if (limit) console.log(`WARNING: ${limit}`);
  if (difference.median > mostPercent) console.log(`FAILED: above ${mostPercent} % of a core`);
  return limit ? 2 : difference.median > mostPercent ? 1 : 0;
}

/** What both servers do, kept lines or not. */
function nsOfContext(): number {
  const times = 500_000;
  const known = { session: "bench", room: "world:bench", person: "ada", connection: "tab" };
  let from = 0;
  // the second time it is compiled
  for (let turn = 0; turn < 2; turn++) {
    from = performance.now();
    for (let i = 0; i < times; i++) within(known, "piece:bench", () => {});
  }
  return ((performance.now() - from) / times) * 1e6;
}

/** The server's CPU in percent of one core. */
async function measure(
  env: Record<string, string>,
  { rate, rooms, people, seconds, warmup }: Load,
  signal: AbortSignal,
): Promise<{ cpu: number; limit: string | undefined }> {
  const target = await startHereabouts(canPin ? 0 : undefined, { env });
  try {
    const counts = { tally: createTally() };
    const seats = await inTurn(rooms * people, async (n) => {
      const guest = await becomeGuest(target.url);
      const place = { slug: `bench-${n % rooms}`, connection: connectionOf(guest) };
      return Seat.take({ url: target.url, room: "world", options: place, token: guest.token }, unheard, counts);
    });
    const pacer = new Pacer(seats.length, rate / seats.length, (n) => seats[n]!.send(message));
    pacer.start();
    await pause(warmup * 1000, signal);
    const before = (await target.usage())!.cpuSeconds;
    const [from, load] = [performance.now(), gauge()];
    await pause(seconds * 1000, signal);
    const limit = limitOf(load());
    const used = (await target.usage())!.cpuSeconds - before;
    const cpu = (used / (performance.now() - from)) * 100_000;
    pacer.stop();
    await Promise.all(seats.map((seat) => seat.leave()));
    return { cpu, limit };
  } finally {
    await target.stop();
  }
}
