/** Colyseus's own way back: its plain SDK reconnects within the grace period, to the seat it had, datagrams and all. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, CloseCode, type Room } from "colyseus.js";
import { RTCPeerConnection } from "node-datachannel/polyfill";
import { afterAll, beforeAll, it, vi } from "vitest";
import { plugDatagrams } from "../client/index.ts";
import { readConfig } from "../config.ts";
import { movementType } from "../schema/frames.ts";
import { type RunningServer, startServer } from "../server.ts";
import { newGuest } from "./lib/raw.ts";
import { until } from "./lib/walkers.ts";

const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
let server: RunningServer;

beforeAll(async () => {
  for (const name of ["info", "warn"] as const) vi.spyOn(console, name).mockImplementation(() => {});
  const env = { HOST: "127.0.0.1", PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "silent", AUDIO: "off" };
  server = await startServer(readConfig(env).config);
  await until(() => server.services.datagrams.carrier?.state === "up", "the carrier", 10_000);
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function enter() {
  const url = `http://127.0.0.1:${server.port}`;
  const client = new Client(url);
  client.auth.token = (await newGuest(url)).token;
  const room: Room = await client.joinOrCreate("world", { slug: "reconnecting" });
  room.reconnection.minUptime = 0;
  const frames = { count: 0 };
  room.onMessage("*", () => {});
  room.onMessage(movementType as never, (() => frames.count++) as never);
  const plugged = plugDatagrams(room, { datagrams: RTCPeerConnection });
  return { room, frames, plugged };
}

it("[MV4] who reconnects to a world is sent frames again and gets back onto datagrams; the others never notice", async () => {
  const [a, b] = [await enter(), await enter()];
  await until(() => a.plugged.link.carrier === "datagram", "up", 5000);
  let isBack = false;
  a.room.onReconnect(() => {
    isBack = true;
  });
  a.room.connection.close(CloseCode.MAY_TRY_RECONNECT);
  await until(() => isBack, "back", 5000);
  const before = { a: a.frames.count, b: b.frames.count };
  await until(() => a.frames.count > before.a + 2 && b.frames.count > before.b + 2, "frames for both");
  await until(() => a.plugged.link.carrier === "datagram", "up again", 5000);
  await Promise.all([a, b].map(({ room }) => room.leave()));
}, 20_000);
