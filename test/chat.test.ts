/** Chats through the SDK and a real server: what is said, who is online, who is here, and who may say what. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Chat, connect, type Hereabouts } from "../client/index.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { newToken } from "./lib/tokens.ts";

let server: TestServer;
let people: Hereabouts[] = [];
let number = 0;

const newName = () => `talk-${process.pid}-${++number}`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => unknown, what: string, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(10);
  }
}

async function newcomer(options: Parameters<typeof connect>[1] = {}): Promise<Hereabouts> {
  const here = await connect(server.url, { storage: null, ...options });
  people.push(here);
  return here;
}

/** Two tabs with the same guest's storage are one person. */
function sharedStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

const token = (handle: string, ...args: string[]) => newToken(server, handle, ...args);
const texts = (chat: Chat) => chat.lines.map(({ text }) => text);

beforeAll(async () => {
  server = await startTestServer({ env: { GRACE_MS: "1500", GHOST_MS: "800", CHAT_PIECES: "system=chat" } });
});
afterEach(async () => {
  await Promise.all(people.map((here) => here.close()));
  people = [];
});
afterAll(() => server.stop());

describe("online is not here", () => {
  it("[PR1] here follows the chat's own piece, online stays wherever one goes", async () => {
    const [a, b] = await Promise.all([newcomer({ name: "A" }), newcomer({ name: "B" })]);
    const [ca, cb] = [await a.chat("system"), await b.chat("system")];
    await until(() => cb.counts.online === 2, "both are online");
    expect(cb.counts.here).toBe(0);
    await a.travel("chat", { share: true });
    await until(() => cb.counts.here === 1, "A is here");
    expect(cb.people.get(a.identity.id)).toMatchObject({ here: true, where: "chat" });
    const from = performance.now();
    await a.travel("field", { share: true });
    await until(() => cb.counts.here === 0, "A is not here any more", 250);
    expect(performance.now() - from).toBeLessThan(250);
    expect(cb.people.get(a.identity.id)).toMatchObject({ here: false, where: "field" });
    await a.travel("chat");
    await until(() => cb.counts.here === 1, "A is here again");
    expect([ca.counts.online, cb.counts.online]).toEqual([2, 2]);
    await until(() => cb.people.get(a.identity.id)?.where === undefined, "A does not share it any more");
  });

  it("[PR2] tabs were counted as people: five tabs are one person with five connections", async () => {
    const storage = sharedStorage();
    const name = newName();
    const watcher = await (await newcomer()).chat(name);
    const tabs: Hereabouts[] = [];
    for (let i = 0; i < 5; i++) tabs.push(await newcomer({ storage }));
    await Promise.all(tabs.map((tab) => tab.chat(name)));
    await until(() => watcher.counts.connections === 6, "all are connected");
    expect(watcher.counts).toEqual({ online: 2, here: 0, connections: 6, guests: 2 });
    expect(watcher.people.get(tabs[0]!.identity.id)?.connections).toBe(5);
  });

  it("[PR1] [PR3] only those who had spoken were known: the silent count, the invisible do not", async () => {
    const name = newName();
    const [a, b, c] = await Promise.all([newcomer(), newcomer(), newcomer()]);
    const ca = await a.chat(name);
    await b.chat(name);
    await until(() => ca.counts.online === 2, "the silent one counts");
    await c.chat(name, { invisible: true });
    await pause(200);
    expect(ca.counts).toMatchObject({ online: 2, connections: 2 });
    expect(ca.people.has(c.identity.id)).toBe(false);
    expect(await server.metric("hereabouts_connections", 'kind="chat"')).toBe(2);
  });

  it("[PR4] a blip is no leave, and loses nothing", async () => {
    const name = newName();
    const [a, b] = await Promise.all([newcomer(), newcomer()]);
    const [ca, cb] = [await a.chat(name), await b.chat(name)];
    await until(() => ca.people.size === 2, "both are there");
    const events: string[] = [];
    ca.on("leave", () => events.push("leave"));
    ca.on("join", () => events.push("join"));
    const { ws } = cb.room.connection.transport as unknown as { ws: { terminate?(): void; close(): void } };
    if (ws.terminate) ws.terminate();
    else ws.close();
    for (let i = 0; i < 70; i++) await ca.say(`line ${i}`).catch(() => pause(100));
    await until(() => cb.lines.at(-1)?.text === "line 69", "B has all", 15_000);
    expect(cb.lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 70 }, (_, i) => i + 1));
    expect(events).toEqual([]);
  });
});

describe("what is said", () => {
  it("[CH2] [CH3] is answered when stored, in one order for all, without gaps, and older lines come by request", async () => {
    const name = newName();
    const [a, b] = await Promise.all([newcomer({ name: "A" }), newcomer({ name: "B" })]);
    const [ca, cb] = [await a.chat(name), await b.chat(name)];
    await Promise.all(Array.from({ length: 40 }, (_, i) => Promise.all([ca.say(`a${i}`), cb.say(`b${i}`)])));
    await until(() => ca.lines.length === 80 && cb.lines.length === 80, "all lines");
    expect(texts(ca)).toEqual(texts(cb));
    expect(texts(ca).filter((text) => text[0] === "a")).toEqual(Array.from({ length: 40 }, (_, i) => `a${i}`));
    const late = await (await newcomer()).chat(name);
    expect(late.lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, i) => i + 31));
    expect((await late.history()).length).toBe(30);
    expect(texts(late)).toEqual(texts(ca));
    expect(late.hasOlder).toBe(false);
  });

  it("[ID3] a line was stored under the author that the client named: the server says who", async () => {
    const chat = await (await newcomer({ name: "A" })).chat(newName());
    const forged = { text: "hi", id: "1", author: "someone", handle: "someone" };
    await expect(chat.room.request("say" as never, forged as never)).rejects.toMatchObject({
      reason: { code: "BAD_MESSAGE" },
    });
    await chat.say("hi");
    await until(() => chat.lines.length === 1, "the line");
    expect(chat.lines[0]!.author).toMatchObject({ id: people[0]!.identity.id, name: "A", guest: true });
  });

  it("[CH5] duplicates stopped at two: the same again counts on, by anyone else begins anew", async () => {
    const name = newName();
    const [a, b] = await Promise.all([newcomer(), newcomer()]);
    const [ca, cb] = [await a.chat(name), await b.chat(name)];
    for (let i = 0; i < 5; i++) await ca.say("moo");
    await until(() => cb.lines[0]?.count === 5, "five times");
    await cb.say("moo");
    await until(() => cb.lines.length === 2, "B's own");
    expect(cb.lines.map(({ count }) => count)).toEqual([5, 1]);
  });

  it("[CH5] is edited and deleted by its author, hearted by all", async () => {
    const name = newName();
    const [a, b] = await Promise.all([newcomer(), newcomer()]);
    const [ca, cb] = [await a.chat(name), await b.chat(name)];
    const { seq } = await ca.say("frist");
    await ca.edit(seq, "first");
    await until(() => cb.lines[0]?.text === "first", "the edit");
    expect(cb.lines[0]).toMatchObject({ edited: true, isMine: false });
    await cb.heart(seq, true);
    await cb.heart(seq, true);
    await until(() => ca.lines[0]?.hearts === 1, "one heart");
    await cb.heart(seq, false);
    await until(() => ca.lines[0]?.hearts === 0, "no heart");
    await expect(cb.edit(seq, "mine")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(cb.delete(seq)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await ca.delete(seq);
    await until(() => ca.lines[0]?.gone && cb.lines[0]?.gone, "the deletion, for its author too");
    await until(() => !JSON.stringify(cb.room.state.toJSON()).includes("first"), "the state has no trace of it");
    await expect(ca.edit(seq, "again")).rejects.toMatchObject({ code: "LINE_GONE" });
  });

  it("[CH4] is refused where it is empty, too long, or asks for a font that is none", async () => {
    const chat = await (await newcomer()).chat(newName());
    await expect(chat.say(" \u0000 ")).rejects.toMatchObject({ code: "BAD_MESSAGE" });
    await expect(chat.say("x".repeat(513))).rejects.toMatchObject({ code: "BAD_MESSAGE" });
    await expect(chat.say("x", { font: "papyrus" })).rejects.toMatchObject({ code: "BAD_FONT" });
    await chat.say("😀".repeat(512));
    await until(() => chat.lines.length === 1, "512 of them");
  });

  it("[CH9] typing is told to others, and ends", async () => {
    const name = newName();
    const [a, b] = await Promise.all([newcomer(), newcomer()]);
    const [ca, cb] = [await a.chat(name), await b.chat(name)];
    ca.typingNow();
    await until(() => cb.typing[0] === a.identity.handle, "A types");
    expect(ca.typing).toEqual([]);
    await ca.say("done");
    await until(() => cb.typing.length === 0, "A is done", 3000);
  });

  it("every handle was sent again with every line: a line costs its own bytes", async () => {
    const name = newName();
    const crowd = await Promise.all(Array.from({ length: 20 }, () => newcomer()));
    const chats = await Promise.all(crowd.map((here) => here.chat(name)));
    await until(() => chats.every((chat) => chat.people.size === 20), "all are there");
    await pause(300);
    let bytes = 0;
    const { events } = chats[1]!.room.connection;
    const inner = events.onmessage!;
    events.onmessage = (event: MessageEvent) => {
      bytes += (event.data as ArrayBuffer).byteLength;
      inner(event);
    };
    for (let i = 0; i < 10; i++) await chats[0]!.say(`a line of thirty characters ${i}.`);
    await until(() => chats[1]!.lines.length === 10, "ten lines");
    expect(bytes / 10).toBeLessThan(220);
  });
});

describe("moderation", () => {
  it("[CH6] what is filtered or muted was sent to everyone in the original: others never receive it", async () => {
    const name = newName();
    const [a, b] = await Promise.all([newcomer(), newcomer()]);
    const [ca, cb] = [await a.chat(name), await b.chat(name)];
    const received: string[] = [];
    const { events } = cb.room.connection;
    const inner = events.onmessage!;
    events.onmessage = (event: MessageEvent) => {
      received.push(Buffer.from(event.data as ArrayBuffer).toString());
      inner(event);
    };
    await ca.say("what the fuck");
    await until(() => cb.lines.length === 1, "the line");
    expect(cb.lines[0]!.text).toMatch(/^what the \*+$/);
    expect(received.join()).not.toContain("fuck");
    const moderator = await (await newcomer({ token: await token(`mia${number}`, "--role", "moderator") })).chat(name);
    const { notes } = (await moderator.room.request("notes" as never, {} as never)) as { notes: { detail: string }[] };
    expect(notes[0]!.detail).toContain("fuck");
  });

  it("[CH6] mute, shadow, slow mode and ban hold, end, and are for moderators", async () => {
    const name = newName();
    const [a, b] = await Promise.all([newcomer(), newcomer()]);
    const [ca, cb] = [await a.chat(name), await b.chat(name)];
    const mod = await (await newcomer({ token: await token(`mo${number}`, "--role", "moderator") })).chat(name);
    await expect(cb.mute(a.identity.id)).rejects.toMatchObject({ code: "FORBIDDEN" });

    await mod.mute(a.identity.id, { seconds: 1, reason: "too loud" });
    await expect(ca.say("la la")).rejects.toMatchObject({
      code: "MUTED",
      details: expect.stringContaining("too loud"),
    });
    await pause(1100);
    await ca.say("quiet now");

    await mod.shadow(a.identity.id);
    await ca.say("can you hear me");
    expect(await ca.say("can you hear me")).toMatchObject({ seq: 2, count: 2 });
    await until(() => ca.lines.at(-1)?.count === 2, "A sees that it counts");
    await cb.say("hello?");
    await until(() => cb.lines.at(-1)?.text === "hello?", "what B said");
    expect(texts(cb)).toEqual(["quiet now", "", "hello?"]);
    expect(texts(ca)).toEqual(["quiet now", "can you hear me", "hello?"]);
    expect(cb.lines.map(({ seq, count }) => [seq, count])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    const again = await (await newcomer()).chat(name);
    expect(again.lines[1]).toMatchObject({ text: "", count: 1 });
    await ca.edit(1, "read this instead").catch(() => {});
    await pause(150);
    expect(texts(cb)[0]).toBe("quiet now");
    await mod.lift(a.identity.id, "shadow");
    await ca.say("and now?");
    await until(() => cb.lines.at(-1)?.text === "and now?", "A is heard again");

    await mod.slow(30);
    await until(() => cb.slowSeconds === 30, "slow mode");
    await cb.say("one");
    await expect(cb.say("two")).rejects.toMatchObject({ code: "TOO_FAST", retryAfterMs: expect.any(Number) });

    const closed = new Promise((resolve) => ca.on("closed", ({ error }) => resolve(error)));
    await mod.ban(a.identity.id, { seconds: 3600, reason: "enough" });
    const message = expect.stringMatching(/Until 20.*Reason: enough/) as string;
    expect(await closed).toMatchObject({ code: "BANNED", message });
    await expect(a.chat(name)).rejects.toMatchObject({ code: "BANNED" });

    const known = await newcomer({ token: await token(`eve${number}`) });
    await known.chat(name);
    await mod.ban(known.identity.id);
    const disguised = await newcomer();
    await disguised.chat(name);
    await expect(disguised.signIn(await token(`eve${number}`))).rejects.toMatchObject({ code: "BANNED" });
  });
});
