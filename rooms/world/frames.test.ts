/** Frames of a world, decoded as its clients do: within their budget, nothing lost, small or large. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxSlots } from "../../schema/blocks.ts";
import { randomOf } from "../../web/shared/seed.ts";
import { expectSynced, pose, start, tickHz } from "./testing/frames.ts";

describe("[MV2] a frame", () => {
  it("has the number of the message, then a header with its own sequence number, server time and acknowledged input", () => {
    const world = start();
    const client = world.client(world.mover(pose(1)));
    client.view.ack = 77;
    world.tick();
    world.poses.set(0, pose(2));
    world.tick();
    expect(client.headers.map(({ seq, time, ack }) => [seq, time, ack])).toEqual([
      [1, 50, 77],
      [2, 100, 77],
    ]);
  });

  it("holds everyone's newest pose in a small world, and each change once", () => {
    const world = start();
    const slots = Array.from({ length: 100 }, (_, i) => world.mover(pose(i, i)));
    const client = world.client(slots[0]);
    world.tick();
    expectSynced(world, client, slots);
    const first = client.sizes[0]!;
    world.poses.set(5, pose(-100));
    world.tick();
    expectSynced(world, client, slots);
    expect(client.sizes[1]).toBeLessThan(30);
    expect(first).toBeGreaterThan(400);
  });

  it("goes to each client once a tick while something moves, else four times a second, and once after 5 s", () => {
    const world = start();
    const slot = world.mover(pose(1));
    const client = world.client(slot);
    for (let i = 0; i < tickHz; i++) {
      world.poses.set(slot, pose(i));
      world.tick();
    }
    expect(client.sizes).toHaveLength(tickHz);
    const sentIn = (seconds: number) => {
      const before = client.sizes.length;
      world.tick(tickHz * seconds);
      return client.sizes.length - before;
    };
    expect(sentIn(5)).toBe(20);
    expect(sentIn(10)).toBe(10);
    client.lost = 0; // a channel is proved by what comes
    expect(sentIn(10)).toBe(40);
    client.lost = undefined;
    expect(sentIn(10)).toBe(10);
    const spectator = world.client();
    world.tick();
    expect(spectator.sizes).toHaveLength(1);
    world.poses.set(slot, pose(-1));
    world.tick();
    expectSynced(world, client, [slot]);
    expect(sentIn(5)).toBe(20);
  });

  it.each([1, 3, 10, 20, 30, 60])("is sent as often without news at %i ticks a second", (hz) => {
    const world = start({ tickHz: hz });
    const client = world.client(world.mover(pose(1)));
    const sentIn = (seconds: number) => {
      const before = client.sizes.length;
      world.tick(hz * seconds);
      return client.sizes.length - before;
    };
    world.tick();
    expect(sentIn(4)).toBeGreaterThanOrEqual(4 * Math.min(hz, 4));
    sentIn(2);
    expect(sentIn(10)).toBe(10);
  });

  it("comes at once to who has just come, though nobody is there to be told of", () => {
    const world = start();
    world.tick(tickHz * 10);
    const spectator = world.client();
    world.tick();
    expect(spectator.sizes).toHaveLength(1);
  });

  it("has nothing to send between these where all rest and have been told, and goes on as if it had", () => {
    const world = start();
    const slots = [pose(1), pose(2)].map((at) => world.mover(at));
    const [client, late] = [world.client(slots[0]), world.client(slots[1])];
    late.isSlow = true;
    world.tick(3);
    expect(world.frames.isAtRest).toBe(false); // one has not been told
    late.isSlow = false;
    world.tick(3);
    const inOneSecond = () => {
      const before = client.sizes.length;
      let busy = 0;
      for (let i = 0; i < tickHz; i++) {
        if (world.frames.isAtRest) world.frames.pass();
        else {
          busy++;
          world.tick();
        }
      }
      return { busy, frames: client.sizes.length - before };
    };
    expect(inOneSecond()).toEqual({ busy: 4, frames: 4 });
    for (let i = 0; i < 5; i++) inOneSecond();
    expect(inOneSecond()).toEqual({ busy: 1, frames: 1 });
    const before = client.sizes.length;
    world.poses.set(slots[1]!, pose(50));
    world.tick();
    expectSynced(world, client, slots);
    expect(client.sizes).toHaveLength(before + 1);
  });

  it("is made in the same memory for the next client, unless that is kept", () => {
    const world = start();
    const slots = [pose(1), pose(2), pose(3)].map((at) => world.mover(at));
    const kept: { frame: Buffer; was: Buffer }[] = [];
    const clients = slots.map((slot) => world.client(slot));
    const { send } = clients[1]!;
    clients[1]!.send = (frame, onLost) => {
      send.call(clients[1], frame, onLost);
      kept.push({ frame, was: Buffer.from(frame) });
      return "kept";
    };
    for (let i = 0; i < 20; i++) {
      world.poses.set(slots[i % 3]!, pose(i, i));
      world.tick();
    }
    for (const { frame, was } of kept) expect(frame).toEqual(was);
    expect(kept).toHaveLength(20);
    for (const client of clients) expectSynced(world, client, slots);
  });

  it("goes at once where an input is to be acknowledged", () => {
    const world = start();
    const client = world.client(world.mover(pose(1)));
    world.tick();
    client.view.ack = 5;
    world.tick();
    expect(client.headers.at(-1)?.ack).toBe(5);
    expect(client.sizes).toHaveLength(2);
    world.tick();
    expect(client.sizes).toHaveLength(2);
  });

  it("tells a correction once, at once, and not before the client can take it", () => {
    const world = start();
    const client = world.client(world.mover(pose(1)));
    const other = world.client();
    world.tick();
    client.view.correction = pose(1 / 3, 2, 3, 0.5);
    client.isSlow = true;
    world.tick();
    client.isSlow = false;
    world.tick(3);
    const corrections = client.headers.flatMap(({ correction }) => (correction ? [correction] : []));
    expect(corrections).toEqual([pose(1 / 3, 2, 3, 0.5)]);
    expect(other.headers.every(({ correction }) => correction === undefined)).toBe(true);
  });

  it("for a socket that is behind is left out and counted, and the others get theirs", () => {
    const world = start();
    const slot = world.mover(pose(1));
    const [slow, quick] = [world.client(slot), world.client(slot)];
    slow.isSlow = true;
    for (let i = 0; i < 10; i++) {
      world.poses.set(slot, pose(i));
      world.tick();
    }
    expect(slow.sizes).toEqual([]);
    expect(world.dropped.count).toBe(10);
    expect(quick.sizes).toHaveLength(10);
    slow.isSlow = false;
    world.tick();
    expectSynced(world, slow, [slot]);
    expect(slow.headers[0]?.seq).toBe(1);
  });

  it.each([3, 150])("that fails for one client is told of, and the others get theirs (%i movers)", (movers) => {
    const errors: unknown[] = [];
    const world = start({ onError: (error) => errors.push(error) });
    const slots = Array.from({ length: movers }, (_, i) => world.mover(pose(i)));
    const before = world.client(slots[0]);
    const broken = world.client(slots[1]);
    const after = world.client(slots[2]);
    broken.send = () => {
      throw new Error("no socket");
    };
    world.tick(20);
    expect(errors.length).toBeGreaterThan(5);
    expectSynced(world, before, slots);
    expectSynced(world, after, slots);
  });

  it.each([10, 150])("sends again what it failed to send once (%i people)", (count) => {
    const world = start({ onError: () => {} });
    const slots = Array.from({ length: count }, (_, i) => world.mover(pose(i, 5)));
    const clients = [0, 1, 2].map((i) => world.client(slots[i]));
    world.tick(60);
    const send = clients[1]!.send;
    clients[1]!.send = () => {
      throw new Error("no socket");
    };
    for (const slot of slots) world.poses.set(slot, pose(slot, -5));
    world.tick();
    clients[1]!.send = send;
    world.tick(60);
    for (const client of clients) expectSynced(world, client, slots);
  });

  it("numbers what it sends, and goes around", () => {
    const world = start();
    const client = world.client(world.mover(pose(1)));
    client.view.seq = 0xffff;
    world.tick();
    expect(client.headers[0]?.seq).toBe(0);
  });
});

describe("[MV2] the budget", () => {
  const worst = (random: () => number) =>
    pose(random() * 1024 - 512, random() * 1024 - 512, random() * 60 + 1, 1 + random());

  it.each([
    [100, 1100, 400],
    [101, 1100, 400],
    [300, 1100, 400],
    [60, 1100, 1100],
    [13, 400, 200],
    [12, 400, 200],
    [5, 200, 200],
    [300, 1100, 200],
    [1000, 1100, 1100],
  ])(
    "is kept with %i movers that turn in all dimensions, and with corrections (%i, %i bytes)",
    (count, smallBytes, largeBytes) => {
      const random = randomOf(count);
      const world = start({ smallBytes, largeBytes });
      const slots = Array.from({ length: count }, () => world.mover(worst(random)));
      const clients = [world.client(slots[0]), world.client()];
      for (let tick = 0; tick < 60; tick++) {
        for (const slot of slots) world.poses.set(slot, worst(random));
        for (const client of clients) if (random() < 0.5) client.view.correction = worst(random);
        clients[1]!.isSlow = random() < 0.3;
        world.tick();
      }
      const isSmall = count <= 100 && smallBytes === 1100;
      const budget = isSmall ? smallBytes : Math.max(largeBytes, count <= 12 ? smallBytes : 0);
      expect(Math.max(...clients.flatMap(({ sizes }) => sizes.slice(1)))).toBeLessThanOrEqual(budget);
      expect(Math.max(...clients.map(({ sizes }) => sizes[0]!))).toBeLessThanOrEqual(smallBytes);
    },
  );

  it("is kept where slots of all pages are in use", () => {
    const random = randomOf(7);
    const world = start();
    const all = Array.from({ length: maxSlots }, () => world.poses.allocate(0)!);
    const slots = all.filter((_, i) => i % 82 === 0);
    expect(slots).toHaveLength(100);
    const client = world.client(slots[0]);
    for (let tick = 0; tick < 20; tick++) {
      for (const [i, slot] of slots.entries()) {
        const { x, y, z, angle } = worst(random);
        world.poses.set(slot, pose(x, y, i % 2 ? z : 0, i % 4 > 1 ? angle : 0));
      }
      client.view.correction = pose(1);
      world.tick();
      expectSynced(world, client, slots);
    }
    expect(Math.max(...client.sizes)).toBeLessThanOrEqual(1100);
  });

  it("never costs anyone a change, however small it is", () => {
    for (const smallBytes of [200, 300, 400, 600, 800, 1100]) {
      const random = randomOf(smallBytes);
      const world = start({ smallBytes, largeBytes: 200 });
      const slots = Array.from({ length: 90 }, () => world.mover(worst(random)));
      const client = world.client(slots[0]);
      world.tick(20);
      expectSynced(world, client, slots);
    }
  });

  it("is used: a large world's frames are nearly full", () => {
    const random = randomOf(1);
    const world = start();
    const slots = Array.from({ length: 300 }, () => world.mover(worst(random)));
    const client = world.client(slots[0]);
    for (let tick = 0; tick < 100; tick++) {
      for (const slot of slots) world.poses.set(slot, worst(random));
      world.tick();
    }
    const later = client.sizes.slice(40);
    expect(later.reduce((a, b) => a + b) / later.length).toBeGreaterThan(360);
  });
});

describe("[MV2] [MV3] nothing stays stale", () => {
  type Operation = {
    op: "come" | "go" | "move" | "tick";
    which: number;
    x: number;
    y: number;
    z: number;
    slow: number;
  };
  const operation: fc.Arbitrary<Operation> = fc.record({
    op: fc.constantFrom("come", "come", "go", "move", "move", "move", "tick", "tick", "tick"),
    which: fc.nat({ max: 9999 }),
    x: fc.double({ min: -512, max: 512, noNaN: true }),
    y: fc.double({ min: -512, max: 512, noNaN: true }),
    z: fc.constantFrom(0, 0, 10),
    slow: fc.nat({ max: 15 }),
  });

  /** 12 movers are a small world here, so that a schedule goes from small to large and back. */
  it("although any of the frames were left out, over small and large worlds, comings and goings", () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 50, maxLength: 400, size: "max" }), (operations) => {
        const world = start({ smallBytes: 400, largeBytes: 200 });
        const { poses } = world;
        const slots: number[] = [];
        for (let i = 0; i < 4; i++) world.client(i === 3 ? undefined : i);
        for (const { op, which, x, y, z, slow } of operations) {
          const now = poses.tick * 1000;
          if (op === "come") slots.push(world.mover(pose(x, y, z), now));
          else if (op === "tick") {
            for (const [i, client] of world.clients.entries()) client.isSlow = (slow & (1 << i)) !== 0;
            world.tick();
          } else if (slots.length > 0) {
            const slot = slots[which % slots.length]!;
            if (op === "move") poses.set(slot, pose(x, y, z));
            else {
              poses.free(slot, now);
              slots.splice(slots.indexOf(slot), 1);
              for (const client of world.clients) client.forget(slot);
            }
          }
        }
        for (const client of world.clients) client.isSlow = false;
        world.tick(60);
        for (const client of world.clients) expectSynced(world, client, slots);
      }),
      { numRuns: 60 },
    );
  });

  it("when a world becomes large and small again, at any moment", () => {
    for (const leaveAt of [1, 2, 5, 30]) {
      const random = randomOf(leaveAt);
      const world = start();
      const first = Array.from({ length: 60 }, () => world.mover(pose(random() * 900 - 450, random() * 900 - 450)));
      const [client, late] = [world.client(first[0]), world.client(first[1])];
      world.tick(3);
      late.isSlow = true;
      for (const slot of first.slice(0, 30)) world.poses.set(slot, pose(random() * 900 - 450, 3));
      const more = Array.from({ length: 200 }, () => world.mover(pose(random() * 900 - 450, random() * 900 - 450)));
      world.tick(leaveAt);
      late.isSlow = false;
      world.tick();
      for (const slot of more) {
        world.poses.free(slot, 0);
        for (const one of world.clients) one.forget(slot);
      }
      world.tick();
      expectSynced(world, client, first);
      expectSynced(world, late, first);
    }
  });

  it("of whoever gets a slot that someone else had", () => {
    for (const others of [0, 150]) {
      const world = start();
      const slots = Array.from({ length: others + 1 }, (_, i) => world.mover(pose(i, 5)));
      const client = world.client(slots[0]);
      const slot = world.mover(pose(50, 50));
      world.tick(60);
      world.poses.free(slot, 0);
      client.forget(slot);
      world.tick(20);
      expect(client.seen.has(slot)).toBe(false);
      expect(world.mover(pose(50, 50), 5000)).toBe(slot);
      world.tick(60);
      expectSynced(world, client, [slot]);
    }
  });

  it("of oneself in a tab that only watches, in a large world too", () => {
    const world = start();
    const slots = Array.from({ length: 150 }, (_, i) => world.mover(pose(i, 5)));
    const spectator = world.client(slots[7]);
    world.tick(60);
    world.poses.set(slots[7]!, pose(-300, -300));
    world.tick(2);
    expectSynced(world, spectator, [slots[7]!]);
  });
});
