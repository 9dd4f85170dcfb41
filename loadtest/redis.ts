/**
 * `npm run bench -- redis`: what two processes ask the Redis that they share for each join, move and chat line, and what each
 * costs in CPU; and how soon many who come at once through both to a key that is new are in its one room. What the
 * processes ask anyway, to know of each other, is measured first and taken off. Exit code 1 if a move costs a command, or
 * a key gets two rooms, or a room takes too long.
 */
import { movementType } from "../schema/frames.ts";
import { encodeMove, maxMoveBytes } from "../schema/moves.ts";
import { Chatter } from "./lib/chatter.ts";
import { now, pause } from "./lib/clock.ts";
import { createHistogram, type Percentiles, percentiles, record } from "./lib/histogram.ts";
import { inTurn } from "./lib/inTurn.ts";
import { becomeGuest, connectionOf, type Guest } from "./lib/lightClient.ts";
import { number, parseOptions, whole } from "./lib/options.ts";
import { Pacer } from "./lib/pacer.ts";
import { type Processes, startProcesses } from "./lib/processes.ts";
import { countRedis, perEach, type RedisUse } from "./lib/redisUse.ts";
import { protocol, Seat, unheard } from "./lib/seat.ts";
import { type Cell, figure, formatTable } from "./lib/table.ts";
import { createTally } from "./lib/tally.ts";

const options = {
  joins: whole(200, 10, 4000, "joins", "at the process where the room is, and as many passed on to it"),
  people: whole(50, 2, 1000, "people", "who move in one world, and talk in one chat"),
  seconds: number(5, 1, 60, "s", "how long they move, and talk"),
  rate: number(20, 1, 30, "Hz", "moves that each sends"),
  lines: number(20, 1, 1000, "1/s", "lines a second, of all together"),
  crowd: whole(40, 2, 1000, "people", "who come at once to a key that is new"),
  rounds: whole(20, 1, 1000, "keys", "that are new"),
};

const idleMs = 5000;
const settleMs = 1500;
/** Until what was done has been told to the others. */
const trailMs = 300;
/** From the first asking to the last being in. */
const crowdMs = 500;
/** Commands each: what comes anyway is not as even as that. */
const leastCost = 0.02;

type Measured = { count: number; redis: RedisUse; serverMs: number; ms: number };

const counts = { tally: createTally() };

export async function benchRedis(args: string[], signal: AbortSignal): Promise<number> {
  const { joins, people, seconds, rate, lines, crowd, rounds } = parseOptions(args, options);
  const target = await startProcesses(2);
  try {
    const guests = await inTurn(Math.max(joins, people, crowd), () => becomeGuest(target.url));
    const resident = await enter(target.url, await becomeGuest(target.url), "joins");
    const [owner, other] = ownerFirst(target, resident);
    await pause(settleMs, signal);
    const idle = await measure(target, 1, () => pause(idleMs, signal));
    const rows: Record<string, Measured> = {};
    for (const [what, url] of [
      ["join, room at the process asked", owner!],
      ["join, passed on", other!],
    ] as const) {
      for (const count of [crowd, joins]) {
        let seats: Seat[] = [];
        // the first time is only to warm up
        rows[what] = await measure(target, count, async () => {
          seats = await inTurn(count, (i) => enter(url, guests[i]!, "joins"));
        });
        await leaveAll(seats);
        await pause(settleMs, signal);
      }
    }
    await resident.leave();
    rows["move"] = await moves(target, guests.slice(0, people), rate, seconds);
    const stored = createHistogram();
    rows["chat line"] = await talk(target, guests.slice(0, people), lines, seconds, (ms) => record(stored, ms));
    const crowds = createHistogram();
    let split = 0;
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      const seats = await arrive(`new-${round}`, target, guests.slice(0, crowd), (ms) => record(crowds, ms));
      if (new Set(seats.map(({ roomId }) => roomId)).size > 1) split++;
      await leaveAll(seats);
    }
    const inAll = percentiles(crowds);
    console.log(`\n${formatTable(costs(rows, idle))}\n`);
    console.log("CPU is of both processes together, and of Redis; what they ask and use anyway is taken off.\n");
    const title = `${crowd} to a new key`;
    console.log(`${formatTable(times({ "line, until stored": percentiles(stored), [title]: inAll }))}\n`);
    const failures = [
      ...(totalOf(perEach(rows["move"].redis, idle.redis, rows["move"].count).calls) > leastCost
        ? ["moves cost commands"]
        : []),
      ...(split > 0 ? [`${split} keys got more than one room`] : []),
      ...(inAll.max > crowdMs ? [`not everyone was in within ${crowdMs} ms`] : []),
    ];
    for (const failure of failures) console.log(`FAILED: ${failure}`);
    return failures.length ? 1 : 0;
  } finally {
    await target.stop();
  }
}

/** What both processes and their Redis did for something that was done `count` times. */
async function measure(target: Processes, count: number, work: () => Promise<unknown>): Promise<Measured> {
  const cpuMs = async () => ((await target.usage())?.cpuSeconds ?? Number.NaN) * 1000;
  const [before, read, from] = [await cpuMs(), await countRedis(target.redis), now()];
  await work();
  await pause(trailMs);
  return { count, redis: await read(), ms: now() - from, serverMs: (await cpuMs()) - before };
}

function enter(url: string, guest: Guest, slug: string): Promise<Seat> {
  const join = { slug, connection: connectionOf(guest) };
  return Seat.take({ url, room: "world", options: join, token: guest.token }, unheard, counts);
}

async function leaveAll(seats: readonly Seat[]): Promise<void> {
  await Promise.all(seats.map((seat) => seat.leave()));
}

/** The processes' addresses, that of the one where the seat is first. */
function ownerFirst({ urls }: Processes, { host }: Seat): string[] {
  return urls.toSorted((a, b) => Number(new URL(b).host === host) - Number(new URL(a).host === host));
}

/** They walk in one world, asked for through either process. */
async function moves(target: Processes, guests: readonly Guest[], rate: number, seconds: number): Promise<Measured> {
  const seats = await Promise.all(guests.map((guest, i) => enter(target.urls[i % 2]!, guest, "moves")));
  await pause(settleMs);
  const move = new Uint8Array(maxMoveBytes);
  let moved = 0;
  const pacer = new Pacer(seats.length, rate, (taker) => {
    const pose = { x: (moved % 100) / 10, y: taker, z: 0, angle: 0 };
    const bytes = encodeMove(move, Math.floor(moved++ / seats.length) & 0xffff, [pose]);
    seats[taker]!.send(Buffer.concat([Buffer.of(protocol.bytes, movementType), bytes]));
  });
  const measured = await measure(target, 1, async () => {
    pacer.start();
    await pause(seconds * 1000);
    pacer.stop();
  });
  await leaveAll(seats);
  return { ...measured, count: moved };
}

async function talk(
  target: Processes,
  guests: readonly Guest[],
  lines: number,
  seconds: number,
  onStored: (ms: number) => void,
): Promise<Measured> {
  const saidAt: number[] = [];
  const bench = {
    tally: counts.tally,
    onLine() {},
    onStored: (n: number) => onStored(now() - saidAt[n]!),
    onRefused: (_: number, reason: unknown) => console.log(`FAILED: a line was refused: ${reason}`),
  };
  const people = await inTurn(guests.length, (i) => Chatter.join(target.urls[i % 2]!, "talk", guests[i]!, bench));
  await pause(settleMs);
  const pacer = new Pacer(people.length, lines / people.length, (taker) => {
    saidAt.push(now());
    people[taker]!.say(saidAt.length - 1);
  });
  const measured = await measure(target, 1, async () => {
    pacer.start();
    await pause(seconds * 1000);
    pacer.stop();
  });
  await Promise.all(people.map((one) => one.leave()));
  return { ...measured, count: saidAt.length };
}

/** All at once, half of them through each process; `onIn` is told how long it took until all were in. */
async function arrive(slug: string, { urls }: Processes, guests: readonly Guest[], onIn: (ms: number) => void) {
  const from = now();
  const seats = await Promise.all(guests.map((guest, i) => enter(urls[i % 2]!, guest, slug)));
  onIn(now() - from);
  return seats;
}

function costs(rows: Readonly<Record<string, Measured>>, idle: Measured): Cell[][] {
  const nothing = { ...idle, redis: { calls: new Map(), cpuMs: 0, ms: idle.ms }, serverMs: 0 };
  const row = (what: string, { count, redis, serverMs, ms }: Measured, anyway: Measured): Cell[] => {
    const { calls, cpuMs } = perEach(redis, anyway.redis, count);
    const names = [...calls].toSorted(([, a], [, b]) => b - a).map(([name, each]) => `${name} ${figure(each, 2)}`);
    const server = (serverMs - (anyway.serverMs * ms) / anyway.ms) / count;
    return [
      what,
      figure(count),
      figure(totalOf(calls), 2),
      figure(cpuMs * 1000),
      figure(server * 1000),
      names.join(", "),
    ];
  };
  return [
    ["each", "count", "commands", "Redis us", "processes us", "of which"],
    ...Object.entries(rows).map(([what, measured]) => row(what, measured, idle)),
    row("second, whatever happens", { ...idle, count: idle.ms / 1000 }, nothing),
  ];
}

const totalOf = (calls: ReadonlyMap<string, number>) => [...calls.values()].reduce((sum, each) => sum + each, 0);

function times(rows: Readonly<Record<string, Percentiles>>): Cell[][] {
  const body = Object.entries(rows).map(([what, { count, p50, p99, max }]): Cell[] => [what, count, p50, p99, max]);
  return [["ms", "count", "p50", "p99", "max"], ...body];
}
