/**
 * One thread of the churn scenario: its share of the people, each with the SDK as a page has it, who come and go by
 * themselves. Answers join, live, measure, progress, quiet, views, outcome and leave.
 */
import { randomOf } from "../../web/shared/seed.ts";
import { Agreement } from "./agreement.ts";
import { now, pause } from "./clock.ts";
import { gapsIn } from "./gaps.ts";
import { gauge, type Load } from "./gauge.ts";
import { createHistogram, type Histogram, Recent, record } from "./histogram.ts";
import { inTurn } from "./inTurn.ts";
import { ownCpuMs } from "./neighbours.ts";
import { Pacer } from "./pacer.ts";
import { answerCommands, given } from "./threads.ts";
import { type Habit, type Places, Wanderer, type WandererBench } from "./wanderer.ts";

export type WanderersData = Omit<Places, "datagrams"> & {
  /** People `first`, `first + every`, ... below `people` belong to this thread. */
  first: number;
  every: number;
  people: number;
  rampMs: number;
  /** Mean time between two things that one does, in ms: random, so that now and then many do something at once. */
  thinkMs: number;
  /** Moves a second of each. */
  rate: number;
  carrier: "datagram" | "";
};

/** `ownMs`: CPU time of this process, where it is one. */
export type WanderersProgress = { people: number; there: Histogram; acts: number; ownMs: number };
/** Where someone is, and whom they see there; of a chat, how many. */
export type PersonView = { id: string; piece: string; seen: string[]; chat: string; online: number; isIn: boolean };
export type WanderersOutcome = {
  there: Histogram;
  stored: Histogram;
  acts: Partial<Record<Habit, number>>;
  /** Lines that someone did not hear once, in order, while they were in the chat. */
  gaps: number;
  wrongSessions: number;
  wrongFrames: number;
  failures: string[];
  load: Load;
};

const rememberedFrames = 2400;
const quietMs = 10_000;

const data = given as WanderersData;
const own: number[] = [];
for (let i = data.first; i < data.people; i += data.every) own.push(i);
const datagrams = data.carrier === "datagram" && (await import("node-datachannel/polyfill")).RTCPeerConnection;
const random = randomOf(data.first + 1);
const frames = new Agreement(rememberedFrames);
let there = createHistogram();
let stored = createHistogram();
let acts: Partial<Record<Habit, number>> = {};
const failures: string[] = [];
const recent = new Recent();
let load = gauge();
const bench: WandererBench = {
  onThere: (ms) => record(there, ms),
  onStored: (ms) => record(stored, ms),
  onFailure: (what) => failures.push(what),
  onFirstByte() {},
  onFrame: (session, frame, fingerprint) => frames.tell(session, frame, fingerprint),
  onTrack() {},
};
const people = own.map((i) => new Wanderer(`p${i} of ${process.pid}`, { ...data, datagrams }, bench, random));
let isLive = false;
let busy = 0;
let pacer: Pacer | undefined;

answerCommands({ join, live, measure, progress, quiet, views, outcome, leave });

async function join(): Promise<void> {
  await inTurn(people.length, (n) => people[n]!.come(), data.rampMs);
}

/** From now on they do things by themselves, and walk. */
function live(): void {
  isLive = true;
  if (people.length === 0) return;
  for (const person of people) void lifeOf(person);
  pacer = new Pacer(people.length, data.rate, (taker) => people[taker]!.walk());
  pacer.start();
}

async function lifeOf(person: Wanderer): Promise<void> {
  while (isLive) {
    await pause(-Math.log(1 - random()) * data.thinkMs);
    if (!isLive) return;
    busy++;
    const habit = await person.act();
    busy--;
    acts[habit] = (acts[habit] ?? 0) + 1;
  }
}

function measure(): void {
  there = createHistogram();
  stored = createHistogram();
  acts = {};
  load = gauge();
}

function progress(): WanderersProgress {
  const count = Object.values(acts).reduce((sum, one) => sum + one, 0);
  return {
    people: people.filter(({ isIn }) => isIn).length,
    there: recent.look(there),
    acts: count,
    ownMs: datagrams ? ownCpuMs() : 0,
  };
}

/** Nobody begins anything more; resolves when all that was begun is done. */
async function quiet(): Promise<void> {
  isLive = false;
  pacer?.stop();
  for (const until = now() + quietMs; busy > 0 && now() < until; ) await pause(20);
  if (busy > 0) failures.push(`${busy} were still on their way ${quietMs / 1000} s later`);
}

function views(): PersonView[] {
  return people.map(({ id, world, chat, isIn }) => ({
    id,
    piece: world?.slug ?? "",
    seen: [...(world?.people.values() ?? [])].flatMap((one) => (one.status === "ghost" ? [] : one.id)),
    chat: chat?.instance ?? "",
    online: chat?.counts.online ?? 0,
    isIn,
  }));
}

function outcome(): WanderersOutcome {
  const stays = people.flatMap((person) => person.stays);
  return {
    there,
    stored,
    acts,
    gaps: stays.reduce((sum, { heard }) => sum + gapsIn(heard), 0),
    wrongSessions: people.reduce((sum, person) => sum + person.wrongSessions, 0),
    wrongFrames: frames.differences,
    failures,
    load: load(),
  };
}

async function leave(): Promise<void> {
  await Promise.all(people.map((person) => person.leave()));
}
