/**
 * A chat under load, for the scenarios `chat` and `presence`: people who are online, some of whom write, while others come
 * and go. Measures from saying to seeing, what it costs, and whether everyone heard everything once, in one order.
 */
import { type ChatBench, Chatter } from "./chatter.ts";
import { now, pause } from "./clock.ts";
import { type Counted, count } from "./counted.ts";
import { FanoutClient } from "./fanoutClient.ts";
import { gauge, type Load, limitOf } from "./gauge.ts";
import { createHistogram, type Histogram, Recent, record } from "./histogram.ts";
import { inTurn } from "./inTurn.ts";
import { becomeGuest, type Guest } from "./lightClient.ts";
import { busyPercent, machineCpuMs, otherCpuMs } from "./neighbours.ts";
import { Pacer } from "./pacer.ts";
import type { Usage } from "./prometheus.ts";
import type { Run } from "./scenario.ts";
import { SdkChatter } from "./sdkChatter.ts";
import { createTally, type Tally } from "./tally.ts";
import type { Target } from "./target.ts";
import { Thinkers } from "./thinkers.ts";
import { Watch } from "./watch.ts";
import type { Weather } from "./weather.ts";

export type ChatLoad = {
  people: number;
  seconds: number;
  ramp: number;
  instance: string;
  /** Lines a second of all together, said in turn by `writers` of them. */
  rate: number;
  writers: number;
  /** People a second who join, and as many who leave. */
  churn: number;
  /** For the bare fan-out: bytes of a line. 0: hereabouts. */
  fanoutBytes: number;
  /** How long lines are said before it is measured, in s. */
  warmup?: number;
  /** Count the server's instructions and cycles for so long afterwards, in s. */
  instructions?: number;
  weather?: Weather | undefined;
  /** So many of them, from the first, have the SDK. */
  sdk: number;
  /** Mean time in s between two lines of a writer, instead of `rate`; 0: writers take turns. */
  thinkWriting?: number;
  /** Mean time in s that those stay who come and go; 0: they go in turn. */
  thinkStaying?: number;
};

export type ChatMeasured = {
  tally: Tally;
  seen: Histogram;
  stored: Histogram;
  joining: Histogram;
  joinsPerSecond: number;
  /** Server memory per person at rest, in bytes. */
  bytesEach: number;
  lines: number;
  measuredMs: number;
  usage: { before: Usage | undefined; after: Usage | undefined };
  /** CPU of this machine that neither the server nor this process used, in ms; NaN if the server does not tell. */
  othersMs: number;
  /** Of all cores of this machine, what anything used of them. */
  machinePercent: number;
  /** Instructions that the server executed per second; NaN if they were not counted. */
  counted: Counted;
  load: Load;
  limit: string | undefined;
  /** Lines that some client missed, got twice, or got in another order than they were stored. */
  wrongLines: number;
  wrongRosters: number;
  refused: number;
  lost: string[];
  churned: number;
  interrupted: boolean;
};

type Client = Chatter | SdkChatter | FanoutClient;
const settleMs = 2500;

export async function runChat(target: Target, options: ChatLoad, run: Run): Promise<ChatMeasured> {
  const sentAt = new Map<number, number>();
  const seqs = new Map<number, number>();
  let seen = createHistogram();
  let stored = createHistogram();
  const joining = createHistogram();
  let refused = 0;
  const bench: ChatBench = {
    tally: createTally(),
    onLine: (n) => record(seen, now() - sentAt.get(n)!),
    onStored(n, seq) {
      record(stored, now() - sentAt.get(n)!);
      seqs.set(n, seq);
    },
    onRefused: () => refused++,
  };
  const countAnew = () => {
    bench.tally = createTally();
    seen = createHistogram();
    stored = createHistogram();
  };
  const { people, rate, writers, churn, instance, fanoutBytes, seconds } = options;
  const come = (guest: Guest | undefined, place: number): Promise<Client> => {
    if (!guest) return FanoutClient.join(target.url, bench, fanoutBytes);
    if (place < options.sdk) return SdkChatter.join(target.url, instance, guest, bench);
    return Chatter.join(target.url, instance, guest, bench, options.weather);
  };
  const enter = async (guest: Guest | undefined, place: number): Promise<Client> => {
    const from = now();
    const client = await come(guest, place);
    record(joining, now() - from);
    return client;
  };

  // by chance a few more may come than do on average
  const spare = Math.ceil(churn * (seconds + 2) * (options.thinkStaying ? 1.5 : 1));
  const guests = fanoutBytes ? [] : await inTurn(people + spare, () => becomeGuest(target.url), 0, run.signal);
  const empty = await target.usage();
  run.progress(`${people} people join ${target.url}`);
  const recent = new Recent();
  const watch = new Watch(target, run, () => ({
    people: Math.min(joining.total, people),
    times: recent.look(seen),
    delivered: seen.total,
    bytes: bench.tally.wireDown,
  }));
  const joinedFrom = now();
  const clients = await inTurn(people, (i) => enter(guests[i], i), options.ramp * 1000, run.signal);
  const joinsPerSecond = (people / (now() - joinedFrom)) * 1000;
  await pause(settleMs, run.signal);
  const full = await target.usage();

  let lines = 0;
  const say = (writer: number) => {
    sentAt.set(lines, now());
    clients[writer]!.say(lines++);
  };
  const talk = options.thinkWriting
    ? new Thinkers(writers, options.thinkWriting * 1000, say)
    : new Pacer(writers, rate / writers, say);
  if (options.thinkWriting || rate > 0) talk.start();
  await pause((options.warmup ?? 0) * 1000, run.signal);

  countAnew();
  const loadOf = gauge();
  const linesBefore = lines;
  const machineBefore = machineCpuMs();
  const othersBefore = otherCpuMs();
  const before = await target.usage();
  const from = now();
  const churning =
    churn > 0 && !fanoutBytes
      ? startChurn({ guests, people, clients, churn, think: options.thinkStaying ?? 0, enter })
      : undefined;
  watch.measure();
  await pause(seconds * 1000, run.signal);
  watch.stop();
  const churned = (await churning?.stop()) ?? 0;
  const measuredMs = now() - from;
  const after = await target.usage();
  const machinePercent = busyPercent(machineCpuMs() - machineBefore, measuredMs);
  const others = otherCpuMs() - othersBefore - serverMs(before, after);
  const load = loadOf();
  const measured = { tally: bench.tally, seen, stored, lines: lines - linesBefore };
  countAnew();
  const counted = await count(target.pid, run.signal.aborted ? 0 : (options.instructions ?? 0));
  talk.stop();
  await pause(settleMs);

  const order = [...sentAt.keys()].sort((a, b) => (seqs.get(a) ?? a) - (seqs.get(b) ?? b));
  const steady = clients.slice(0, churning ? people - churning.width : people);
  const wrongLines = steady.reduce((sum, client) => sum + differences(client.heard, order, fanoutBytes > 0), 0);
  const wrongRosters = fanoutBytes ? 0 : countWrongRosters(clients, people);
  const lost = [...clients.flatMap((client) => client.lost ?? []), ...(churning?.failures ?? [])];
  await Promise.race([Promise.all(clients.map((client) => client.leave())), pause(5000)]);
  return {
    ...measured,
    joining,
    joinsPerSecond,
    bytesEach: full && empty ? (full.rssBytes - empty.rssBytes) / people : Number.NaN,
    measuredMs,
    usage: { before, after },
    othersMs: others,
    machinePercent,
    counted,
    load,
    limit: limitOf(load),
    wrongLines,
    wrongRosters,
    refused,
    lost,
    churned,
    interrupted: run.signal.aborted,
  };
}

function serverMs(before: Usage | undefined, after: Usage | undefined): number {
  return before && after ? (after.cpuSeconds - before.cpuSeconds) * 1000 : Number.NaN;
}

type Churn = {
  guests: readonly Guest[];
  people: number;
  clients: Client[];
  /** A second. */
  churn: number;
  /** How long each stays on average, in s; 0: they go in turn. */
  think: number;
  enter(guest: Guest, place: number): Promise<Client>;
};

/** How many of the people come and go: those who do so often, while most stay. */
export function comersOf(churn: number, think: number, people: number): number {
  return think ? Math.round(churn * think) : Math.min(Math.ceil(people / 5), churn * 10);
}

/** People who come and go, in the last places of `clients`: each leaves for good, and someone new comes in their place. */
function startChurn({ guests, people, clients, churn, think, enter }: Churn) {
  const width = comersOf(churn, think, people);
  let count = 0;
  const under = new Set<Promise<void>>();
  const failures: string[] = [];
  const changing = new Set<number>();
  const changeAt = (place: number) => {
    const guest = guests[people + count];
    if (!guest || changing.has(place)) return;
    count++;
    changing.add(place);
    const change = (async () => {
      const old = clients[place]!;
      clients[place] = await enter(guest, place);
      await old.leave();
      changing.delete(place);
    })();
    under.add(change);
    change.catch((error: unknown) => failures.push(String(error))).finally(() => under.delete(change));
  };
  const first = people - width;
  const turns = think
    ? new Thinkers(width, think * 1000, (taker) => changeAt(first + taker))
    : new Pacer(1, churn, () => changeAt(first + (count % width)));
  turns.start();
  return {
    width,
    failures,
    async stop() {
      turns.stop();
      await Promise.allSettled(under);
      return count;
    },
  };
}

/** How many lines of `order` were not heard where they should have been. The bare fan-out has no order but per writer. */
function differences(heard: readonly number[], order: readonly number[], isUnordered: boolean): number {
  if (isUnordered) return Math.abs(heard.length - order.length);
  let wrong = Math.abs(heard.length - order.length);
  for (let i = 0; i < Math.min(heard.length, order.length); i++) if (heard[i] !== order[i]) wrong++;
  return wrong;
}

/** Clients that do not agree on how many are online, or list someone that others do not. */
function countWrongRosters(clients: readonly Client[], people: number): number {
  const first = clients[0]!.roster();
  return clients.filter((client) => {
    const { listed, online } = client.roster();
    return online !== people || listed.size !== first.listed.size || [...listed].some((id) => !first.listed.has(id));
  }).length;
}
