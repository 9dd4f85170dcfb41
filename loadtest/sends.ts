/**
 * `node loadtest/sends.ts`: what a frame costs the server from its poses to the kernel, in 20 worlds of 50 who all move, beside a
 * bare `ws` server that sends as many messages as long. Each in turn, three times, to sockets of another process; no moves are
 * read. Counts instructions by `perf`, which a busy machine does not change.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Client } from "@colyseus/core";
import { WebSocket, WebSocketServer } from "ws";
import { frameMargin, sendFrame } from "../rooms/colyseus.ts";
import { createView, Frames, type FrameTarget } from "../rooms/world/frames.ts";
import { Poses } from "../rooms/world/poses.ts";
import { pause } from "./lib/clock.ts";
import { canCount, count } from "./lib/counted.ts";

const field = { minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64, step: 1 / 16 };
const [worlds, size] = [20, 50];
const [warmupMs, seconds, rounds] = [6000, 3, 3];
/** Between two ticks the kernel hands on what it was given. */
const tickMs = 5;
/** Of the last frame, without the head of the WebSocket's. */
let length = 0;

if (process.send) listen(Number(process.argv[2]));
else await serve();

/** The other process: takes all that comes. */
function listen(port: number): void {
  for (let i = 0; i < worlds * size; i++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    socket.on("upgrade", ({ socket: stream }) => setImmediate(() => stream.removeAllListeners("data").resume()));
  }
}

async function serve(): Promise<void> {
  if (!canCount()) throw new Error("Instructions cannot be counted here: that takes perf and its permission.");
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await once(server, "listening");
  const readers = fork(fileURLToPath(import.meta.url), [String((server.address() as AddressInfo).port)]);
  while (server.clients.size < worlds * size) await pause(50);
  const sockets = [...server.clients];
  const all = Array.from({ length: worlds }, (_, i) => worldOf(sockets.slice(i * size, (i + 1) * size)));
  const ours = () => all.reduce((sum, tick) => sum + tick(), 0);
  const bare = () => {
    const bytes = Buffer.alloc(length);
    for (const socket of sockets) socket.send(bytes, { binary: true });
    return sockets.length;
  };
  await run(ours, warmupMs);
  await run(bare, warmupMs);
  for (let round = 1; round <= rounds; round++) {
    const [here, ws] = [await instructionsOf(ours), await instructionsOf(bare)];
    const ratio = (here / ws).toFixed(2);
    console.log(`round ${round}: ${here.toFixed(0)} instructions a frame, bare ws ${ws.toFixed(0)}: ${ratio} times`);
  }
  readers.kill();
  process.exit();
}

/** Steps a world in which everyone moves. Returns how many frames it sent. */
function worldOf(sockets: readonly WebSocket[]): () => number {
  const poses = new Poses(field);
  let sent = 0;
  const onError = (error: unknown) => {
    throw error;
  };
  const options = { tickHz: 20, smallBytes: 1100, largeBytes: 400, onSent: () => sent++, onDropped() {}, onError };
  const frames = new Frames(poses, options);
  const targets = sockets.map((ref): FrameTarget => {
    const client = { ref } as unknown as Client;
    const view = createView();
    view.slot = poses.allocate(0);
    return {
      view,
      isLossy: () => false,
      isBehind: () => false,
      send(frame) {
        length = frame.length - frameMargin;
        return sendFrame(client, frame) ? "websocket" : "kept";
      },
      sendReliably: (frame) => sendFrame(client, frame),
    };
  });
  return () => {
    sent = 0;
    for (const [i, { view }] of targets.entries()) {
      const turn = i + poses.tick / 10;
      poses.set(view.slot!, { x: i * 8 - 200 + Math.cos(turn), y: Math.sin(turn) * 20, z: 0, angle: 0 });
      view.ack = poses.tick & 0xffff;
    }
    frames.send(targets, poses.tick * 50);
    return sent;
  };
}

/** Returns how many were sent. */
async function run(tick: () => number, ms: number): Promise<number> {
  let sent = 0;
  for (const end = performance.now() + ms; performance.now() < end; await pause(tickMs)) sent += tick();
  return sent;
}

async function instructionsOf(tick: () => number): Promise<number> {
  const counting = count(process.pid, seconds);
  const [{ instructions }, sent] = await Promise.all([counting, run(tick, seconds * 1000)]);
  return (instructions * seconds) / sent;
}
