/**
 * One thread of the crash scenario: its share of the people, each with the SDK as a page has it, walking in a world and
 * online in a chat. Tells when each was away and back, how long the others' movement stood still, and what was said.
 */
import { type Chat, connect, type Hereabouts, type World } from "../../client/index.ts";
import { now, pause } from "./clock.ts";
import { gauge, type Load } from "./gauge.ts";
import { inTurn } from "./inTurn.ts";
import { Pacer } from "./pacer.ts";
import { Silence } from "./silence.ts";
import { answerCommands, given } from "./threads.ts";

export type CompanionsData = {
  url: string;
  /** People `first`, `first + every`, ... below `people` belong to this thread. */
  first: number;
  every: number;
  people: number;
  worlds: number;
  chats: number;
  /** Moves a second of each, and lines a second of all. */
  moveRate: number;
  lineRate: number;
  rampMs: number;
};

export type Line = { chat: string; seq: number; text: string };
/** `away`: seats that are not open. `wrong`: worlds and chats whose list or count is not exact. */
export type Look = { people: number; away: number; wrong: number };
export type Outcome = {
  /** Of each person whose seat ended: when all they had was open again, by the clock of all. */
  backAt: number[];
  /** Of each pair of a viewer and a mover: the longest that the mover stood still on the viewer's screen, in ms. */
  silences: number[];
  leaves: number;
  acked: Line[];
  unsaid: number;
  load: Load;
};
export type Heard = { missed: number; doubled: number };

type Companion = { here: Hereabouts; world: World; chat: Chat; angle: number; heard: Line[]; backAt: number };

const turn = 0.3;
const radius = 8;
const lookMs = 50;

const data = given as CompanionsData;
const own: number[] = [];
for (let i = data.first; i < data.people; i += data.every) own.push(i);
let companions: Companion[] = [];
const acked: Line[] = [];
let leaves = 0;
let unsaid = 0;
let said = 0;
let load = gauge();
const watched: Silence[] = [];
let silences: number[] = [];
const pacers: Pacer[] = [];

answerCommands({ join, begin, measure, look, homes, quiet, outcome, heard, leave });

const worldOf = (i: number) => i % data.worlds;
const chatOf = (i: number) => Math.floor(i / data.worlds) % data.chats;
const sharing = (placeOf: (i: number) => number, place: number) => {
  let count = 0;
  for (let i = 0; i < data.people; i++) if (placeOf(i) === place) count++;
  return count;
};

async function join(): Promise<void> {
  companions = await inTurn(
    own.length,
    async (n) => {
      const i = own[n]!;
      const here = await connect(data.url, { name: `p${i}`, storage: null, datagrams: false });
      const world = await here.world(`crash-${worldOf(i)}`);
      const chat = await here.chat(`crash-${chatOf(i)}`);
      const companion: Companion = { here, world, chat, angle: i, heard: [], backAt: 0 };
      const note = () => {
        if (world.connection === "open" && chat.connection === "open") companion.backAt = now();
      };
      world.on("connection", note);
      chat.on("connection", note);
      chat.on("say", ({ line: { seq, text } }) => companion.heard.push({ chat: chat.instance, seq, text }));
      return companion;
    },
    data.rampMs,
  );
}

/** Walks and talks from now on. */
function begin(): void {
  const { moveRate, lineRate, people } = data;
  if (own.length === 0) return;
  pacers.push(
    new Pacer(own.length, moveRate, (taker) => {
      const one = companions[taker]!;
      one.angle += turn;
      one.world.moveTo({ x: Math.cos(one.angle) * radius, y: Math.sin(one.angle) * radius });
    }),
    new Pacer(own.length, lineRate / people, (taker) => say(companions[taker]!)),
  );
  for (const pacer of pacers) pacer.start();
}

function say({ chat }: Companion): void {
  const text = `line ${said++} of thread ${data.first}`;
  chat.say(text).then(
    ({ seq }) => acked.push({ chat: chat.instance, seq, text }),
    () => unsaid++,
  );
}

/** Counts from now on: leaves, times of being back, and what the first of each world sees of the others. */
function measure(): void {
  leaves = 0;
  load = gauge();
  const seen = new Set<number>();
  companions.forEach((companion, n) => {
    companion.backAt = 0;
    companion.world.on("leave", () => leaves++);
    companion.chat.on("leave", () => leaves++);
    const place = worldOf(own[n]!);
    if (!seen.has(place)) watched.push(new Silence(companion.world));
    seen.add(place);
  });
  setInterval(() => {
    for (const silence of watched) silence.look(now());
  }, lookMs);
}

function look(): Look {
  const all: Look = { people: companions.length, away: 0, wrong: 0 };
  companions.forEach(({ world, chat }, n) => {
    const i = own[n]!;
    for (const seat of [world, chat]) if (seat.connection !== "open") all.away++;
    const isHere = [...world.people.values()].every(({ status }) => status === "here");
    if (!isHere || world.people.size !== sharing(worldOf, worldOf(i))) all.wrong++;
    if (chat.counts.online !== sharing(chatOf, chatOf(i))) all.wrong++;
  });
  return all;
}

/** Seats by the port of the process that they are at. */
function homes(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { world, chat } of companions) {
    for (const seat of [world, chat]) {
      const { ws } = seat.room.connection.transport as unknown as { ws: { url: string } };
      const { port } = new URL(ws.url);
      counts[port] = (counts[port] ?? 0) + 1;
    }
  }
  return counts;
}

/** Nobody moves any more and nothing more is said; resolves when all that was said has been answered. */
async function quiet(): Promise<void> {
  silences = watched.flatMap((silence) => silence.longest(now()));
  for (const pacer of pacers) pacer.stop();
  const until = now() + 10_000;
  while (acked.length + unsaid < said && now() < until) await pause(20);
}

function outcome(): Outcome {
  const backAt = companions.map((companion) => companion.backAt).filter((at) => at > 0);
  return { backAt, silences, leaves, acked, unsaid: said - acked.length, load: load() };
}

/** What each heard of the lines that were answered anywhere: each once, in order. */
function heard(lines: readonly Line[]): Heard {
  const sum: Heard = { missed: 0, doubled: 0 };
  for (const { chat, heard: own } of companions) {
    const texts = new Map(own.map((line) => [line.text, line.seq]));
    sum.missed += lines.filter((line) => line.chat === chat.instance && texts.get(line.text) !== line.seq).length;
    sum.doubled += own.filter(({ seq }, n) => n > 0 && seq <= own[n - 1]!.seq).length;
  }
  return sum;
}

async function leave(): Promise<void> {
  await Promise.all(companions.map(({ here }) => here.close()));
}
