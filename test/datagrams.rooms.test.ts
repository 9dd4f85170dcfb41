/** Colyseus's own unreliable fields and inputs, in a room of one's own and with its plain SDK: by datagrams, and without. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matchMaker } from "@colyseus/core";
import { Client, type Room } from "colyseus.js";
import { RTCPeerConnection } from "node-datachannel/polyfill";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Link, plugDatagrams } from "../client/index.ts";
import { readConfig } from "../config.ts";
import { type RunningServer, startServer } from "../server.ts";
import { type ArenaState, arenaRoomWith, taken } from "./lib/arenaRoom.ts";
import { sleep } from "./lib/pace.ts";
import { newGuest } from "./lib/raw.ts";
import { until } from "./lib/walkers.ts";

const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
let server: RunningServer;
const rooms: Room[] = [];

beforeAll(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {}); // the SDK's, that a WebSocket knows nothing unreliable
  const env = { HOST: "127.0.0.1", PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "silent", AUDIO: "off" };
  server = await startServer(readConfig(env).config);
  matchMaker.defineRoomType("arena", arenaRoomWith(server.services));
  await until(() => server.services.datagrams.carrier?.state === "up", "the carrier", 10_000);
});
afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.connection.isOpen && room.leave()));
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function enter(isPlugged: boolean) {
  const url = `http://127.0.0.1:${server.port}`;
  const client = new Client(url);
  client.auth.token = (await newGuest(url)).token;
  const room: Room<unknown, ArenaState> = await client.joinOrCreate("arena");
  rooms.push(room);
  const carriers: string[] = [];
  const onChange = ({ carrier }: Link) => carriers.push(carrier);
  const plugged = isPlugged ? plugDatagrams(room, { datagrams: RTCPeerConnection, onChange }) : undefined;
  const input = room.input({ mode: "unreliable", historySize: 3 });
  return {
    room,
    plugged,
    carriers,
    push(by: number) {
      input.data.by = by;
      input.send();
    },
    sees: ({ sessionId }: Room) => room.state.runners.get(sessionId)?.x,
  };
}

const counts = () => {
  const { datagramsIn, datagramsOut } = server.services.datagrams.carrier!.stats();
  return { in: datagramsIn, out: datagramsOut };
};

describe("[MV5] in a room of one's own", () => {
  it("unreliable fields and inputs flow by datagrams, and live on for those on the WebSocket", async () => {
    const [a, b, c] = [await enter(true), await enter(true), await enter(false)];
    await until(() => a.plugged!.link.carrier === "datagram" && b.plugged!.link.carrier === "datagram", "up");
    const before = counts();
    const inputsBefore = taken.inputs;
    for (let i = 0; i < 100; i++) {
      a.push(2);
      c.push(-1);
      await sleep(40);
    }
    for (const one of [a, b, c]) {
      await until(() => one.sees(a.room) === 200 && one.sees(c.room) === -100, "all of it");
    }
    expect(taken.inputs - inputsBefore).toBe(200);
    const { in: came, out: went } = counts();
    expect(came - before.in).toBeGreaterThan(90);
    expect(went - before.out).toBeGreaterThan(50);
    expect([a.carriers, b.plugged!.link.channel.state]).toEqual([["datagram"], "open"]);
  });

  it("all goes on over the WebSocket when the channel ends, from where it was", async () => {
    const [a, b] = [await enter(true), await enter(true)];
    await until(() => a.plugged!.link.carrier === "datagram", "up");
    for (let i = 0; i < 60; i++) {
      if (i === 20) process.kill(server.services.datagrams.carrier!.stats().pid, "SIGKILL");
      a.push(1);
      await sleep(40);
    }
    a.plugged!.close();
    a.push(5);
    await until(() => b.sees(a.room) === a.sees(a.room) && (b.sees(a.room) ?? 0) >= 60, "what was pushed");
    expect(a.carriers).toEqual(["datagram", "websocket"]);
    expect(a.room.connection.isOpen).toBe(true);
  });

  it("a connection that breaks off and comes back has a channel again, and sees what is new", async () => {
    const [a, b] = [await enter(true), await enter(true)];
    vi.spyOn(console, "info").mockImplementation(() => {}); // the SDK's, of each try
    a.room.reconnection.minUptime = 0;
    await until(() => a.plugged!.link.carrier === "datagram", "up", 10_000);
    a.room.connection.close();
    await until(() => a.plugged!.link.carrier === "websocket", "down");
    await until(() => a.plugged!.link.carrier === "datagram", "up again", 10_000);
    for (let i = 0; i < 30; i++) {
      a.push(1);
      b.push(2);
      await sleep(40);
    }
    for (const one of [a, b]) await until(() => one.sees(a.room) === 30 && one.sees(b.room) === 60, "all of it");
    expect(server.services.datagrams.stats()).toHaveLength(2);
  });

  it("leaving the room ends its channel", async () => {
    const a = await enter(true);
    await until(() => a.plugged!.link.carrier === "datagram", "up", 10_000);
    expect(server.services.datagrams.stats()).toHaveLength(1);
    await a.room.leave();
    await until(() => server.services.datagrams.stats().length === 0, "no peer left");
    expect(a.plugged!.link.carrier).toBe("websocket");
  });
});
