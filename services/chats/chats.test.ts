/** Chats over processes: what is said reaches the process where the chat is open, and is stored once. */
import { beforeEach, describe, expect, it } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Appended, ChatLog, NewLine } from "../chatlog/chatlog.ts";
import { ada } from "../chatlog/testing/people.ts";
import { type Chats, createChats, type OpenChat, type Said } from "./chats.ts";

const config = { chatPieces: "", chatFonts: "", chatUnfiltered: "" };
const said: Said = { author: ada, text: "hello", font: "", clientId: "1", isUnslowed: false };

/** Two processes on one log, of which only the calls that matter are there. */
let kept: { instance: string; line: NewLine }[];
let erased: string[];
let processes: Chats[];
let erasedOnScreen: string[];
let listeners: ((person: string, from: string) => void)[];

const log = {
  async append(instance: string, line: NewLine): Promise<Appended> {
    const isRepeat = kept.some((known) => known.line.clientId === line.clientId);
    if (!isRepeat) kept.push({ instance, line });
    return { line: { seq: kept.length }, isRepeat, isCounted: false, lostBefore: 0 } as Appended;
  },
  restrictions: async () => [],
  slow: async () => 0,
  erase: async (person: string) => {
    erased.push(person);
    return [{ instance: "x", seq: 1 }];
  },
} as unknown as ChatLog;

beforeEach(() => {
  [kept, erased, processes, erasedOnScreen, listeners] = [[], [], [], [], []];
});

function start(say: (instance: string, said: Said) => Promise<Appended | undefined>): Chats {
  const id = processes.length;
  const channel = {
    publish: async (person: string) => {
      for (const [other, listener] of listeners.entries()) if (other !== id) listener(person, String(id));
    },
    listen: (listener: (person: string, from: string) => void) => {
      listeners[id] = listener;
      return () => {};
    },
  };
  const chats = createChats(config, log, () => 0, { others: { say, channel } });
  processes.push(chats);
  return chats;
}

async function open(chats: Chats, name: string): Promise<string[]> {
  const shown: string[] = [];
  const chat: OpenChat = {
    moderation: await chats.moderation("x"),
    async append(line) {
      shown.push(line.text);
      return log.append("x", line);
    },
    onErased: async (person) => void erasedOnScreen.push(`${name} ${person}`),
  };
  chats.open("x", chat);
  return shown;
}

describe("[CH7] saying something in a chat that is open in another process", () => {
  it("is done there", async () => {
    const home = start(async () => undefined);
    const shown = await open(home, "home");
    const other = start((instance, line) => home.say(instance, line));
    expect((await other.say("x", said)).line.seq).toBe(1);
    expect([shown, kept.length]).toEqual([["hello"], 1]);
  });

  it("is refused as there", async () => {
    const other = start(() => Promise.reject(new HereaboutsError("MUTED")));
    await expect(other.say("x", said)).rejects.toMatchObject({ code: "MUTED" });
    expect(kept).toEqual([]);
  });

  it("asks nobody where the chat is open here", async () => {
    const home = start(() => Promise.reject(new Error("asked")));
    await open(home, "home");
    await home.say("x", said);
    expect(kept).toHaveLength(1);
  });

  it("is stored where it is open nowhere, and shown where it was opened meanwhile", async () => {
    const home = start(async () => undefined);
    const shown: string[] = [];
    let asked = 0;
    const other = start(async (_, line) => {
      if (asked++ === 0) return undefined;
      shown.push(line.text);
      return home.say("x", line);
    });
    expect(await other.say("x", said)).toMatchObject({ isRepeat: false, line: { seq: 1 } });
    expect([shown, kept.length]).toEqual([["hello"], 1]);
  });
});

it("[ID5] erases once, on the screens of all processes", async () => {
  const [one, two] = [start(async () => undefined), start(async () => undefined)];
  await open(one, "one");
  await open(two, "two");
  expect(await one.erase("ada", "ada")).toBe(1);
  expect(erased).toEqual(["ada"]);
  expect(erasedOnScreen.sort()).toEqual(["one ada", "two ada"]);
});
