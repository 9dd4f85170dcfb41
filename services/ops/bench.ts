/**
 * What metrics cost: `node services/ops/bench.ts [rooms] [people] [channels]`. How long a scrape takes, beside one of the
 * process's own figures only (those that prom-client brings), and what counting one thing costs, beside a plain number.
 */
import { collectDefaultMetrics, Registry } from "prom-client";
import type { ChannelStats } from "../../schema/channel.ts";
import type { Datagrams } from "../datagram/datagrams.ts";
import { measureChatLog } from "./chatMetrics.ts";
import { measureNothing } from "./testing/measured.ts";

const [roomCount = 1000, people = 2000, channels = 500] = process.argv.slice(2).map(Number);
const scrapes = 100;
const times = 200_000;

const stats = { state: "open", reason: "proven", carrier: "datagram", roundTripMs: 40, jitterMs: 3, loss: 0.01 };
const datagrams = { stats: () => Array(channels).fill(stats) as ChannelStats[], carrier: undefined, malformed: 0 };
const rooms = Array.from({ length: roomCount }, (_, i) => ({
  key: `world:room-${i}` as const,
  carriers: { datagram: 1, websocket: 1 },
}));
const { join, metrics, meters } = measureNothing({
  rooms: () => rooms,
  datagrams: datagrams as unknown as Datagrams,
});
for (let i = 0; i < people; i++) join(`world:room-${i % roomCount}`, i);

const bare = new Registry();
collectDefaultMetrics({ register: bare });

async function scrapesOf(registry: Registry) {
  const ms: number[] = [];
  let bytes = 0;
  for (let i = 0; i < scrapes; i++) {
    const since = performance.now();
    bytes = Buffer.byteLength(await registry.metrics());
    ms.push(performance.now() - since);
  }
  ms.sort((a, b) => a - b);
  const at = (share: number) => Number(ms[Math.floor((ms.length - 1) * share)]!.toFixed(2));
  return { "ms, median": at(0.5), "ms, 95 %": at(0.95), "ms, most": at(1), kB: Math.round(bytes / 1000) };
}

async function costOf(work: () => unknown): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const since = performance.now();
    for (let i = 0; i < times; i++) await work();
    rounds.push(((performance.now() - since) * 1000) / times);
  }
  return Math.min(...rounds);
}

await scrapesOf(metrics.registry); // warm
console.log(`${roomCount} rooms, ${people} people, ${channels} channels; ${scrapes} scrapes each`);
console.table({
  "a scrape": await scrapesOf(metrics.registry),
  "process only": await scrapesOf(bare),
  "a scrape, again": await scrapesOf(metrics.registry),
});

const answer = { isRepeat: false, isCounted: false };
const log = { append: async () => answer } as never;
const measured = measureChatLog(meters, log);
const nothing = await costOf(() => undefined);
const appended = await costOf(() => (log as { append(): Promise<unknown> }).append());
const us = (value: number, base = nothing) => Number((value - base).toFixed(3));
const costs = {
  "a frame sent": us(await costOf(() => void metrics.frames.datagram.count++)),
  "a message refused": us(await costOf(() => metrics.refused.inc({ code: "TOO_FAST" }))),
  "a join": us(
    await costOf(() => {
      metrics.joins.inc({ kind: "world", outcome: "seat" });
      metrics.joinSeconds.observe({ kind: "world" }, 0.004);
    }),
  ),
  "a line of a chat stored": us(await costOf(() => measured.append("system", {} as never)), appended),
};
console.log(
  `Microseconds, the best of 5 rounds of ${times}; what the loop takes by itself (${nothing.toFixed(3)}) is taken off:`,
);
console.table(costs);
process.exit(0);
