/**
 * One thread of the world scenario: its share of the movers, each a light client that walks and watches the others.
 * Answers join, measure, progress, result, recover, rest, check and leave; knows nothing of the other threads but the board.
 */
import { maxSlots } from "../../schema/blocks.ts";
import { ColyseusClient } from "../baselines/colyseusClient.ts";
import { PlainClient, type PlainSubject } from "../baselines/plainClient.ts";
import { Board } from "./board.ts";
import { now, pause } from "./clock.ts";
import { gauge, type Load } from "./gauge.ts";
import { type Histogram, Recent } from "./histogram.ts";
import { type Guest, LightClient } from "./lightClient.ts";
import { learnFacts, type WorldFacts } from "./movementReader.ts";
import { ownCpuMs } from "./neighbours.ts";
import { Pacer } from "./pacer.ts";
import { SdkWalker } from "./sdkWalker.ts";
import { createTally, type Tally } from "./tally.ts";
import { Thinkers } from "./thinkers.ts";
import { answerCommands, given } from "./threads.ts";
import { type Bench, View } from "./view.ts";
import { Walk } from "./walk.ts";
import type { Weather } from "./weather.ts";

export type WalkersData = {
  subject: "hereabouts" | "colyseus" | PlainSubject;
  url: string;
  slug: string;
  /** Movers `first`, `first + every`, ... below `people` belong to this thread. */
  first: number;
  every: number;
  people: number;
  /** So many of them, from the first, have the SDK. */
  sdk: number;
  /** Mean time of a walk and of a rest, in ms; 0: they walk all the time. */
  thinkMs: number;
  rate: number;
  rampMs: number;
  spread: number;
  stride: number;
  /** None for a process, which knows only of its own movers. */
  memory: SharedArrayBuffer | undefined;
  carrier: "datagram" | "websocket";
  weather?: Weather | undefined;
  /** One for each mover; none for the baseline. */
  guests: readonly Guest[];
};

export type Progress = {
  people: number;
  frames: number;
  lost: number;
  wireDown: number;
  /** Since the last time that it was asked. */
  known: Histogram;
  /** CPU time of this process, where it is one; 0 for a thread. */
  ownMs: number;
};
export type Result = { tally: Tally; load: Load; measuredMs: number };
/** Pairs of clients and movers, and what was wrong with them. */
export type Check = {
  stale: number;
  missing: number;
  strangers: number;
  lost: string[];
  tally: Tally;
  /** Clients that were on datagrams at the end, and the shares that they lost of what they received and sent, added up. */
  onDatagrams: number;
  lossDown: number;
  lossUp: number;
};

/** How long after a crash everyone was on the WebSocket, and back on datagrams; NaN if they were not in time. */
export type Recovery = { downMs: number; backMs: number };

type Client = LightClient | SdkWalker | ColyseusClient | PlainClient;

/** How long to wait until everyone is on datagrams. */
const carriersMs = 20_000;

const data = given as WalkersData;
const isByDatagrams = data.carrier === "datagram";
const connections = isByDatagrams ? (await import("node-datachannel/polyfill")).RTCPeerConnection : undefined;
const walk = new Walk(data.people, data.spread, data.stride);
const board = new Board(data.people, data.memory);
const bench: Bench = { board, walk, tally: createTally() };
const facts: WorldFacts = { geometry: undefined, moverOfSlot: new Int32Array(maxSlots).fill(-1) };
const names = data.guests.length
  ? data.guests.map(({ id }) => id)
  : Array.from({ length: data.people }, (_, i) => `${i}`);
const own: number[] = [];
for (let mover = data.first; mover < data.people; mover += data.every) own.push(mover);

const clients: Client[] = [];
const views: View[] = [];
const recent = new Recent();
let pacer: Pacer | undefined;
let thinkers: Thinkers | undefined;
const resting = new Set<number>();
let load = gauge();
let since = now();

answerCommands({ join, measure, progress, result, recover, rest, check, leave });

/** Joins one after the other over the ramp, then lets them all walk. */
async function join(): Promise<void> {
  const start = now();
  for (const mover of own) {
    await pause(start + (mover / data.people) * data.rampMs - now());
    const view = new View(bench, mover);
    clients.push(await enter(mover, view));
    views.push(view);
  }
  while (data.subject === "hereabouts" && own.length > 0 && !facts.geometry) await pause(10);
  if (isByDatagrams) await untilOnDatagrams(own.length);
  if (facts.geometry) walk.mustSuit(facts.geometry.step);
  if (own.length === 0) return;
  pacer = new Pacer(own.length, data.rate, (taker) => {
    if (resting.has(taker)) return;
    const mover = own[taker]!;
    board.advance(mover, walk, now());
    clients[taker]!.move(board.x[mover]!, board.y[mover]!);
  });
  pacer.start();
  if (data.thinkMs === 0) return;
  thinkers = new Thinkers(own.length, data.thinkMs, restOrWalk);
  thinkers.start();
}

/** Whoever rests sends nothing. */
function restOrWalk(taker: number): void {
  const mover = own[taker]!;
  if (resting.delete(taker)) board.wake(mover, now());
  else {
    resting.add(taker);
    board.rest(mover);
  }
}

function enter(mover: number, view: View): Promise<Client> {
  const { url, slug, weather } = data;
  if (data.subject === "colyseus") return ColyseusClient.join(url, mover, view, bench);
  if (data.subject !== "hereabouts") return PlainClient.join(data.subject, url, mover, view, bench);
  const learn = clients.length === 0 ? learnFacts(facts, new Map(names.map((id, i) => [id, i]))) : undefined;
  const options = { url, slug, guest: data.guests[mover]!, view, bench, facts, connections };
  if (mover < data.sdk) return SdkWalker.join(options, learn);
  return LightClient.join({ ...options, weather }, learn);
}

function linkOf(client: Client) {
  return client instanceof LightClient || client instanceof SdkWalker ? client.link : undefined;
}

function onDatagrams(): number {
  return clients.filter((client) => linkOf(client)?.carrier === "datagram").length;
}

/** How long it took until so many were on datagrams; NaN if it took too long. */
async function untilOnDatagrams(count: number): Promise<number> {
  const begun = now();
  while (onDatagrams() !== count && now() - begun < carriersMs) await pause(10);
  return onDatagrams() === count ? now() - begun : Number.NaN;
}

/** Called when what carries datagrams was killed. */
async function recover(): Promise<Recovery> {
  const downMs = await untilOnDatagrams(0);
  return { downMs, backMs: downMs + (await untilOnDatagrams(own.length)) };
}

/** Counts from now on. */
function measure(): void {
  bench.tally = createTally();
  load = gauge();
  since = now();
}

function progress(): Progress {
  const { known, frames, wireDown, lost } = bench.tally;
  const ownMs = isByDatagrams ? ownCpuMs() : 0;
  return { people: clients.length, frames, wireDown, lost, known: recent.look(known), ownMs };
}

/** What was counted since `measure`; counting starts anew, for what happens until `check`. */
function result(): Result {
  const outcome = { tally: bench.tally, load: load(), measuredMs: now() - since };
  bench.tally = createTally();
  return outcome;
}

function rest(): void {
  pacer?.stop();
  thinkers?.stop();
  for (const client of clients) if (isByDatagrams && client instanceof LightClient) client.confirm();
}

/** Some time after everyone came to rest: whether each client knows everyone, and where they are. */
function check(): Check {
  const none = { stale: 0, missing: 0, strangers: 0, lossDown: 0, lossUp: 0 };
  const check: Check = { ...none, lost: [], tally: bench.tally, onDatagrams: onDatagrams() };
  const expected = new Set(names);
  clients.forEach((client, i) => {
    check.stale += views[i]!.stale();
    const roster = client.roster();
    check.missing += names.filter((name) => !roster.has(name)).length;
    check.strangers += [...roster].filter((name) => !expected.has(name)).length;
    if (client.lost !== undefined) check.lost.push(client.lost);
    const link = linkOf(client);
    if (link?.carrier !== "datagram") return;
    check.lossDown += link.lossReceiving;
    check.lossUp += link.loss;
  });
  return check;
}

async function leave(): Promise<void> {
  pacer?.stop();
  thinkers?.stop();
  await Promise.all(clients.map((client) => client.leave()));
}
