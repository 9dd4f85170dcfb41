/** A world in the SDK, with a room that is a fake: frames come by two ways at once, in whatever order, and nobody goes back. */
import type { Client } from "colyseus.js";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { maxSlots, type QuantizedPoses, quantize, writeBlocks } from "../schema/blocks.ts";
import { movementType, writeHeader } from "../schema/frames.ts";
import { defaultBounds, geometryOf } from "../schema/geometry.ts";
import { AvatarState, BoundsState, PersonState, WorldState } from "../schema/world.ts";
import { randomOf } from "../web/shared/seed.ts";
import { WorldView } from "./world.ts";

const tickMs = 50;
const slot = 3;
const geometry = geometryOf(defaultBounds);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A world that was joined, with one other person in it. */
async function join() {
  const state = Object.assign(new WorldState(), { tickHz: 1000 / tickMs, bounds: new BoundsState({ ...geometry }) });
  const bob = Object.assign(new PersonState(), { id: "bob", slot, status: "here", avatar: new AvatarState() });
  state.people.set("bob", bob);
  const listeners = new Map<unknown, (message: unknown) => void>();
  let onState: (state: WorldState) => void = () => {};
  const room = {
    roomId: "one",
    state,
    reconnection: {},
    connection: { isOpen: true, transport: {} },
    onMessage: (type: unknown, listener: (message: unknown) => void) => listeners.set(type, listener),
    onStateChange: (listener: (state: WorldState) => void) => {
      onState = listener;
    },
    onLeave() {},
    onError() {},
    ping: (heard: () => void) => heard(),
    leave: async () => {},
  };
  const world = new WorldView({
    client: { joinOrCreate: async () => room } as unknown as Client,
    slug: "field",
    connection: "tab",
    connections: undefined,
    myId: () => "ada",
    renew: async () => {},
    upload: () => expect.unreachable(),
    join: {},
  });
  const joining = world.join();
  await vi.advanceTimersByTimeAsync(0);
  onState(state);
  await joining;
  return {
    bob: world.people.get("bob")!,
    take: (frame: Uint8Array) => listeners.get(movementType)!(frame),
    leave: () => world.leave(),
  };
}

const poses: QuantizedPoses = {
  x: new Uint16Array(maxSlots),
  y: new Uint16Array(maxSlots),
  z: new Uint16Array(maxSlots),
  direction: new Uint8Array(maxSlots),
  key: new Uint16Array(maxSlots),
};

function frameOf(seq: number, time: number, x: number, isReliable: boolean): Uint8Array {
  const out = Buffer.alloc(200);
  const at = writeHeader(out, 0, { seq, time, ack: undefined, correction: undefined, isReliable });
  quantize(poses, slot, { x, y: 0, z: 0, angle: 0 }, geometry);
  return out.subarray(0, writeBlocks(out, at, out.length, poses, Uint16Array.of(slot), 1));
}

/** Frames of someone who walks and rests, as the server sends them, by the time they arrive; those lost are left out. */
function walk(random: () => number, loss: number, spreadMs: number) {
  const frames: { at: number; frame: Uint8Array }[] = [];
  let [x, seq, restingFor, socketAt] = [0, 65_500, 0, 0];
  let isOnDatagrams = random() < 0.5;
  let isWalking = true;
  for (let tick = 1; tick <= 240; tick++) {
    const time = tick * tickMs;
    if (random() < 0.05) isWalking = !isWalking;
    if (random() < 0.03) isOnDatagrams = !isOnDatagrams;
    if (tick > 200) isWalking = false;
    restingFor = isWalking ? 0 : restingFor + 1;
    if (isWalking) x += 0.5;
    const isTold = tick % 5 === 0 && restingFor >= 5 && restingFor < 10;
    // whoever leaves the channel is sent again what may have been lost
    const isNews = isWalking || !isOnDatagrams;
    socketAt = Math.max(socketAt, time + 20 + random() * spreadMs * 3);
    if (isTold) frames.push({ at: socketAt, frame: frameOf(seq, time, x, true) });
    if (!isNews) continue;
    seq = (seq + 1) & 0xffff;
    const frame = frameOf(seq, time, x, false);
    if (!isOnDatagrams) frames.push({ at: socketAt, frame });
    else if (random() >= loss) frames.push({ at: time + 20 + random() * spreadMs, frame });
  }
  return { frames: frames.sort((a, b) => a.at - b.at), end: x };
}

describe("[MV2] [MV4] frames by datagrams and by WebSocket, late, lost and in any order", () => {
  it("never draw anyone where they were before, and leave them where they came to rest", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.nat({ max: 400 }),
        async (seed, loss, spreadMs) => {
          const { bob, take, leave } = await join();
          const { frames, end } = walk(randomOf(seed), loss, spreadMs);
          const begun = performance.now();
          let drawn = 0;
          for (let now = 0; now < 16_000; now += 16) {
            vi.advanceTimersByTime(16);
            while (frames[0] && frames[0].at <= performance.now() - begun) take(frames.shift()!.frame);
            expect(bob.x).toBeGreaterThanOrEqual(drawn);
            drawn = bob.x;
          }
          expect(drawn).toBeCloseTo(end, 1);
          await leave();
        },
      ),
      { numRuns: 50 },
    );
  });
});
