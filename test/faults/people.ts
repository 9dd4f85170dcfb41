/** A thread of people and listeners: see tab.ts and listener.ts. Started by trial.ts, which tells it what to do. */
import { connect } from "../../client/index.ts";
import { now, pause } from "../../loadtest/lib/clock.ts";
import { answerCommands, given } from "../../loadtest/lib/threads.ts";
import { seededRandom } from "../../services/audio/random.ts";
import type { Look } from "./exact.ts";
import { Listener } from "./listener.ts";
import { Recorder } from "./recorder.ts";
import { chats, type Person, Tab } from "./tab.ts";

export type PeopleGiven = { url: string; seed: number; people: number; listeners: number };
/** A line of a chat's log, as it is at the end. */
export type Logs = Record<string, { seq: number; text: string }[]>;

/** Each so many people one has two tabs. */
const twoTabsEvery = 10;
const lookMs = 200;
const againMs = 500;

const { url, seed, people, listeners } = given as PeopleGiven;
const random = seededRandom(seed + 1_000_000);
const recorder = new Recorder();
const tabs: Tab[] = [];
const listening: Listener[] = [];
/** People with several tabs may be in several places. */
const manyTabs = new Set<string>();
let toldNotes = 0;

function personWith(share: boolean): Person {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  return { storage, share };
}

async function openPerson(i: number): Promise<void> {
  const person = personWith(random() < 0.5);
  const count = i % twoTabsEvery === 0 ? 2 : 1;
  for (let n = 0; n < count; n++) {
    const tab = new Tab({ url, name: `p${i}.${n}`, person, recorder, random: seededRandom(seed * 1000 + i * 10 + n) });
    tabs.push(tab);
    await tab.open();
    if (count > 1) manyTabs.add(tab.person);
  }
}

answerCommands({
  async start() {
    await Promise.all(Array.from({ length: people }, (_, i) => openPerson(i)));
    for (let i = 0; i < listeners; i++) listening.push(new Listener(url, `l${i}`, recorder));
    setInterval(() => {
      for (const tab of tabs) tab.look((person) => !manyTabs.has(person));
    }, lookMs);
  },

  go() {
    for (const tab of tabs) tab.go();
  },

  calm() {
    for (const tab of tabs) tab.calm();
  },

  look(): Omit<Look, "processes" | "isStrict"> {
    return {
      at: now(),
      truths: tabs.flatMap((tab) => tab.truth() ?? []),
      left: recorder.left,
      views: tabs.flatMap((tab) => tab.views()),
      busy: [...tabs, ...listening].flatMap(({ busy }) => busy || []),
    };
  },

  /** What happened since the last time, for the timeline. */
  notes() {
    const news = recorder.notes.slice(toldNotes);
    toldNotes = recorder.notes.length;
    return news;
  },

  /** Nobody says anything more. Gives what is left unanswered after so long, or not shown. */
  async finish(withinMs: number): Promise<{ logs: Logs; failures: string[] }> {
    for (const tab of tabs) tab.finish();
    const end = now() + withinMs;
    const unanswered = () => tabs.reduce((sum, { pending }) => sum + pending, 0);
    while (unanswered() > 0 && now() < end) await pause(50);
    const logs = await readLogs(end);
    const behind = () =>
      tabs.flatMap((tab) =>
        tab
          .newest()
          .flatMap(({ chat, seq }) => (seq < (logs[chat]?.at(-1)?.seq ?? 0) ? `a page is at ${seq} in ${chat}` : [])),
      );
    while (behind().length > 0 && now() < end) await pause(50);
    return { logs, failures: [...(unanswered() > 0 ? [`${unanswered()} lines unanswered`] : []), ...behind()] };
  },

  history: () => recorder.history(),

  async close() {
    for (const listener of listening) listener.close();
    await Promise.race([Promise.allSettled(tabs.map((tab) => tab.close())), pause(3000)]);
  },
});

/** All that each chat keeps, as someone who comes now reads it. */
async function readLogs(deadline: number): Promise<Logs> {
  for (;;) {
    const logs: Logs = {};
    try {
      const witness = await connect(url, { storage: null, datagrams: false });
      for (const instance of chats) {
        const chat = await witness.chat(instance);
        while (chat.hasOlder) await chat.history();
        logs[instance] = chat.lines.map(({ seq, text }) => ({ seq, text }));
      }
      await witness.close();
      return logs;
    } catch (error) {
      recorder.note(`the witness: ${error}`);
      if (now() > deadline) throw error;
      await pause(againMs);
    }
  }
}
