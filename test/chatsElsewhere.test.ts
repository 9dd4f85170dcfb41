/** [CH7] What a service posts to one process is said in the chat's room in another: here the two are one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Chat, connect, type Hereabouts } from "../client/index.ts";
import { readConfig } from "../config.ts";
import { chatsElsewhere } from "../rooms/chat/elsewhere.ts";
import { type RunningServer, startServer } from "../server.ts";
import type { Said } from "../services/chats/chats.ts";
import type { Cluster } from "../services/cluster/cluster.ts";

const author = { id: "clock", handle: "clock", name: "clock", kind: "ai", guest: false } as const;
const said = (text: string, font = ""): Said => ({ author, text, font, clientId: text, isUnslowed: false });

let dataDir: string;
let server: RunningServer;
let here: Hereabouts;
let chat: Chat;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
  const settings = {
    DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    PORT: "0",
    LOG_LEVEL: "silent",
    DATAGRAMS: "off",
    AUDIO: "off",
  };
  server = await startServer(readConfig(settings).config);
  here = await connect(`http://127.0.0.1:${server.port}`, { storage: null });
  chat = await here.chat("system");
});
afterAll(async () => {
  await here.close();
  await server.close();
  rmSync(dataDir, { recursive: true });
});

/** How another process sees it that finds the chat at `process`, in the room `value`. */
const seenBy = (id: string, process: string, value: string) =>
  chatsElsewhere({
    id,
    find: async (key: string) => ({ key, process, value, fence: 1 }),
    channel: () => ({ publish: async () => {}, listen: () => () => {} }),
  } as unknown as Cluster);

it("is stored and shown there, once", async () => {
  const other = seenBy("other", "home", chat.room.roomId);
  expect(await other.say("system", said("tick"))).toMatchObject({ isRepeat: false, line: { seq: 1, text: "tick" } });
  expect(await other.say("system", said("tick"))).toMatchObject({ isRepeat: true, line: { seq: 1 } });
  await expect.poll(() => chat.lines.map(({ text }) => text)).toEqual(["tick"]);
});

it("is refused as there", async () => {
  const other = seenBy("other", "home", chat.room.roomId);
  await expect(other.say("system", said("tock", "Comic"))).rejects.toMatchObject({ code: "BAD_FONT" });
});

it("fails soon where the room is gone", async () => {
  const from = performance.now();
  const other = seenBy("other", "home", "gone");
  await expect(other.say("system", said("tock"))).rejects.toMatchObject({ code: "UNAVAILABLE" });
  expect(performance.now() - from).toBeLessThan(1500);
});

it("is not passed on by the process that the chat is in", async () => {
  expect(await seenBy("home", "home", chat.room.roomId).say("system", said("tock"))).toBeUndefined();
});
