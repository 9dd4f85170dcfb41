/** Frames by channels that lose some of them: nothing stays stale, whenever a client goes on a channel and off it again. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pose } from "../../schema/geometry.ts";
import { randomOf } from "../../web/shared/seed.ts";
import { expectSynced, pose, start, tickHz, tickMs } from "./testing/frames.ts";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);
/** What everyone is told within, once all rest. */
const settleTicks = 4 * tickHz;

type Operation = { op: "come" | "go" | "move" | "walk" | "channel" | "correct" | "tick" } & Record<Numbers, number>;
type Numbers = "which" | "x" | "y" | "z" | "lost" | "ticks";
const operation: fc.Arbitrary<Operation> = fc.record({
  op: fc.constantFrom("come", "come", "go", "move", "move", "walk", "channel", "correct", "tick", "tick"),
  which: fc.nat({ max: 9999 }),
  x: fc.double({ min: -500, max: 500, noNaN: true }),
  y: fc.double({ min: -512, max: 512, noNaN: true }),
  z: fc.constantFrom(0, 0, 10),
  /** Below 0: its socket, behind if below -0.2. Else the part of what is sent that its channel loses. */
  lost: fc.double({ min: -0.3, max: 0.4, noNaN: true }),
  ticks: fc.nat({ max: 30 }),
});

/** Lives through `operations`, then lets all rest. Returns what was never told, if anything. */
function live(operations: readonly Operation[], crowd: number, largeBytes: number): void {
  const world = start({ smallBytes: 400, largeBytes });
  const random = randomOf(crowd + 1);
  const slots = Array.from({ length: crowd }, () => world.mover(pose(random() * 900 - 450, random() * 900 - 450)));
  // some beside others, so that they are one audience, and two that have no place
  for (const slot of slots.slice(0, 6)) world.poses.set(slot, pose(slot % 2 ? 200 : -200, slot));
  for (let i = 0; i < 8; i++) world.client(i < 6 ? i : undefined);
  const corrections = new Map(world.clients.map((client) => [client, [] as Pose[]]));
  let corrected = 0;
  for (const { op, which, x, y, z, lost, ticks } of operations) {
    const slot = slots[which % Math.max(1, slots.length)];
    const client = world.clients[which % world.clients.length]!;
    if (op === "come") slots.push(world.mover(pose(x, y, z), world.poses.tick * 1000));
    else if (op === "tick") world.tick(1 + (ticks % 16));
    else if (op === "channel") {
      client.lost = lost < 0 ? undefined : lost;
      client.isSlow = lost < -0.2;
      world.tick(ticks % 4);
    } else if (op === "correct") {
      if (client.view.correction) continue;
      client.view.correction = pose(++corrected);
      corrections.get(client)!.push(pose(corrected));
    } else if (slot === undefined) continue;
    else if (op === "move") world.poses.set(slot, pose(x, y, z));
    else if (op === "walk") {
      for (let i = 0; i < ticks; i++) {
        world.poses.set(slot, pose(x + i / 8 - 4, y, z));
        world.tick();
      }
    } else {
      world.poses.free(slot, world.poses.tick * 1000);
      slots.splice(slots.indexOf(slot), 1);
      for (const one of world.clients) one.forget(slot);
    }
  }
  for (const client of world.clients) client.isSlow = false;
  world.tick(settleTicks);
  for (const client of world.clients) {
    expectSynced(world, client, slots);
    const told = client.headers.flatMap(({ correction }) => (correction ? [correction] : []));
    expect(told).toEqual(corrections.get(client));
  }
}

describe("[MV2] who rests when a client goes on a channel", () => {
  it.each([10, 300])("is told to it for sure, though frames waited for its socket (%i people)", (count) => {
    const world = start();
    const slots = Array.from({ length: count }, (_, i) => world.mover(pose(i, 5)));
    const client = world.client(slots[0]);
    world.tick(60);
    client.isSlow = true;
    for (const slot of slots) world.poses.set(slot, pose(slot, -5));
    world.tick(40);
    client.lost = 1;
    world.tick(settleTicks);
    expectSynced(world, client, slots);
  });

  it("is told to it for sure, though it has just joined a large world", () => {
    const world = start();
    const slots = Array.from({ length: 600 }, (_, i) => world.mover(pose(i / 2, 5)));
    world.tick(60);
    const client = world.client(slots[0]);
    world.tick(6);
    client.lost = 1;
    world.tick(settleTicks);
    expectSynced(world, client, slots);
  });
});

describe("[MV2] in a large world", () => {
  it("nobody far who moves is older than 2 s, though frames that carried them were lost", () => {
    const world = start();
    const slots = Array.from({ length: 1000 }, (_, i) => world.mover(pose((i % 32) * 30 - 480, (i >> 5) * 30 - 480)));
    const client = world.client(slots[0]);
    let oldest = 0;
    for (let tick = 0; tick < 400; tick++) {
      for (const slot of slots) {
        const { x, y } = world.poses.get(slot)!;
        world.poses.set(slot, pose(x, y + (tick % 2 === 0 ? 1 : -1)));
      }
      // each twelfth frame: none of those that bring again what was lost
      client.lost = tick % 12 === 0 ? 1 : 0;
      world.tick();
      if (tick < 100) continue;
      for (const slot of slots) oldest = Math.max(oldest, world.poses.tick - client.heardAt.get(slot)!);
    }
    expect(oldest * tickMs).toBeLessThanOrEqual(2000);
    expect(Math.max(...client.sizes)).toBeLessThanOrEqual(1100);
  });
});

describe("[MV2] [MV4] over channels that lose up to 40 %", () => {
  it("everyone knows where everyone rests within 4 s, and no correction is lost", () => {
    fc.assert(
      fc.property(
        fc.array(operation, { minLength: 20, maxLength: 250, size: "max" }),
        fc.constantFrom(0, 5, 60, 200),
        fc.constantFrom(200, 400),
        live,
      ),
      { numRuns },
    );
  });
});
