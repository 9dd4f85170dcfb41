/** Frames of a world, decoded as its clients do: within their budget, nothing lost, nobody starved, small or large. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxSlots, readBlocks } from "../../schema/blocks.ts";
import { readHeader } from "../../schema/frames.ts";
import { type Bounds, defaultBounds, type Pose } from "../../schema/geometry.ts";
import { randomOf } from "../../web/shared/seed.ts";
import { frameMargin } from "../colyseus.ts";
import { createView, Frames, type FrameTarget, type View } from "./frames.ts";
import { Poses } from "./poses.ts";

const tickHz = 20;
const tickMs = 1000 / tickHz;
const field: Bounds & { step: number } = {
  minX: -512,
  minY: -512,
  minZ: 0,
  maxX: 512,
  maxY: 512,
  maxZ: 64,
  step: 1 / 16,
};
const pose = (x: number, y = 0, z = 0, angle = 0): Pose => ({ x, y, z, angle });

/** One client: what it was sent, and where it believes everyone to be. */
class Client implements FrameTarget {
  readonly view: View = createView();
  readonly seen = new Map<number, Pose>();
  /** Tick at which each slot was last in a frame. */
  readonly heardAt = new Map<number, number>();
  readonly sizes: number[] = [];
  readonly headers: ReturnType<typeof readHeader>[] = [];
  isSlow = false;
  /** Sent over a channel that may lose it. */
  onChannel = false;
  /** The channel loses this part of what is sent. */
  lost = 0;
  readonly #random = randomOf(7);
  readonly #poses: Poses;

  constructor(poses: Poses, slot?: number) {
    this.#poses = poses;
    this.view.slot = slot;
  }

  isBehind(): boolean {
    return this.isSlow;
  }

  isLossy(): boolean {
    return this.onChannel;
  }

  sendReliably(framed: Buffer): void {
    this.#take(framed);
  }

  send(framed: Buffer): void {
    if (!this.onChannel || this.#random() >= this.lost) this.#take(framed);
  }

  #take(framed: Buffer): void {
    const bytes = framed.subarray(frameMargin);
    if (this.isSlow) expect.unreachable("nothing may be sent to a client that is behind");
    this.sizes.push(bytes.length);
    const frame = bytes.subarray(2);
    const header = readHeader(frame);
    this.headers.push(header);
    readBlocks(frame, header.end, this.#poses.geometry, (slot, x, y, z, angle) => {
      this.seen.set(slot, { x, y, z, angle });
      this.heardAt.set(slot, this.#poses.tick);
    });
  }

  forget(slot: number): void {
    this.seen.delete(slot);
    this.heardAt.delete(slot);
  }
}

function start(options: { bounds?: Bounds & { step?: number }; smallBytes?: number; largeBytes?: number } = {}) {
  const poses = new Poses(options.bounds ?? field);
  const dropped = { count: 0 };
  const sent = { bytes: 0, frames: 0 };
  const frames = new Frames(poses, {
    tickHz,
    smallBytes: options.smallBytes ?? 1100,
    largeBytes: options.largeBytes ?? 400,
    onSent(bytes) {
      sent.bytes += bytes;
      sent.frames++;
    },
    onDropped: () => void dropped.count++,
  });
  const clients: Client[] = [];
  return {
    poses,
    clients,
    dropped,
    sent,
    client(slot?: number): Client {
      const client = new Client(poses, slot);
      clients.push(client);
      return client;
    },
    /** Hands out a slot with a pose. */
    mover(at: Pose, now = 0): number {
      const slot = poses.allocate(now)!;
      poses.set(slot, at);
      return slot;
    },
    tick(count = 1): void {
      for (let i = 0; i < count; i++) frames.send(clients, Math.round(poses.tick * tickMs));
    },
  };
}
type World = ReturnType<typeof start>;

/** A client believes what is so, of everyone, to half a step and half a direction. */
function expectSynced({ poses }: World, client: Client, slots: Iterable<number>): void {
  const half = (poses.geometry.step / 2) * 1.001;
  for (const slot of slots) {
    const real = poses.get(slot)!;
    const seen = client.seen.get(slot) ?? expect.unreachable(`slot ${slot} was never seen`);
    const isRight =
      Math.abs(seen.x - real.x) <= half && Math.abs(seen.y - real.y) <= half && Math.abs(seen.z - real.z) <= half;
    if (!isRight) expect(seen, `slot ${slot}`).toEqual(real);
  }
}

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

  it("goes to each client once a tick while something moves, else at least four times a second", () => {
    const world = start();
    const slot = world.mover(pose(1));
    const client = world.client(slot);
    for (let i = 0; i < tickHz; i++) {
      world.poses.set(slot, pose(i));
      world.tick();
    }
    expect(client.sizes).toHaveLength(tickHz);
    world.tick(tickHz * 10);
    const idle = client.sizes.length - tickHz;
    expect(idle).toBeGreaterThanOrEqual(40);
    expect(idle).toBeLessThanOrEqual(50);
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

describe("[MV2] a large world", () => {
  /** Everyone walks on, in a circle of their own, and turns up somewhere else now and then if asked to. */
  function crowd(world: World, count: number, place: (random: () => number) => [number, number], seed = 1) {
    const random = randomOf(seed);
    const walkers = Array.from({ length: count }, () => {
      const [x, y] = place(random);
      return { slot: world.mover(pose(x, y)), x, y, phase: random() * 7 };
    });
    return {
      slots: walkers.map(({ slot }) => slot),
      step(): void {
        const angle = (world.poses.tick * 2 * Math.PI) / 60;
        for (const { slot, x, y, phase } of walkers) {
          world.poses.set(slot, pose(x + 8 * Math.cos(angle + phase), y + 8 * Math.sin(angle + phase)));
        }
      },
    };
  }
  const anywhere = (random: () => number): [number, number] => [random() * 1000 - 500, random() * 1000 - 500];

  /** Runs a world for a while and tells of each client how stale the others became, in ticks, at most. */
  function stalest(world: World, slots: number[], step: () => void, ticks: number): Map<number, number>[] {
    const worst = world.clients.map(() => new Map<number, number>());
    for (let i = 0; i < ticks; i++) {
      step();
      world.tick();
      const { tick } = world.poses;
      for (const [at, client] of world.clients.entries()) {
        for (const slot of slots) {
          if (slot === client.view.slot) continue;
          const age = tick - 1 - (client.heardAt.get(slot) ?? 0);
          if (age > (worst[at]!.get(slot) ?? 0)) worst[at]!.set(slot, age);
        }
      }
    }
    return worst;
  }

  it("of 300 lets nobody be staler than 2 s, however far", () => {
    for (const seed of [1, 2, 3]) {
      const world = start();
      const { slots, step } = crowd(world, 300, anywhere, seed);
      for (let i = 0; i < 4; i++) world.client(slots[i * 50]);
      world.client();
      for (const worst of stalest(world, slots, step, 200)) {
        expect(Math.max(...worst.values()) * tickMs).toBeLessThanOrEqual(2000);
      }
    }
  });

  it("of 300 sends the nearest every tick", () => {
    const world = start();
    const { slots, step } = crowd(world, 300, anywhere);
    const clients = slots.slice(0, 20).map((slot) => world.client(slot));
    for (let i = 0; i < 40; i++) {
      step();
      world.tick();
    }
    for (let i = 0; i < 40; i++) {
      step();
      world.tick();
      for (const client of clients) {
        const me = world.poses.get(client.view.slot!)!;
        const distance = (slot: number) => Math.hypot(world.poses.get(slot)!.x - me.x, world.poses.get(slot)!.y - me.y);
        const nearest = slots.filter((slot) => slot !== client.view.slot).sort((a, b) => distance(a) - distance(b));
        for (const slot of nearest.slice(0, 5)) expect(client.heardAt.get(slot)).toBe(world.poses.tick - 1);
      }
    }
  });

  it("of 300 costs at most 9 kB a second and person", () => {
    const world = start();
    const { slots, step } = crowd(world, 300, anywhere);
    for (const slot of slots.slice(0, 10)) world.client(slot);
    for (let i = 0; i < 100; i++) {
      step();
      world.tick();
    }
    expect((world.sent.bytes / world.clients.length / 100) * tickHz).toBeLessThanOrEqual(9000);
  });

  it.each([
    [300, 10],
    [500, 18],
    [1000, 35],
  ])("starves nobody when %i stand in one cell (%i ticks)", (count, ticks) => {
    const world = start();
    const { slots, step } = crowd(world, count, (random) => [100 + random() * 20, 100 + random() * 20]);
    for (const slot of [0, 100, 299]) world.client(slots[slot]);
    for (const worst of stalest(world, slots, step, 200))
      expect(Math.max(...worst.values())).toBeLessThanOrEqual(ticks);
  });

  it("keeps nobody far waiting because of a crowd that is near", () => {
    const world = start();
    const { slots, step } = crowd(world, 300, (random) =>
      random() < 0.8 ? [100 + random() * 20, 100 + random() * 20] : [-400 + random() * 100, -400 + random() * 100],
    );
    const inCrowd = slots.filter((slot) => world.poses.get(slot)!.x > 0);
    expect(inCrowd.length).toBeLessThan(270);
    world.client(inCrowd[0]);
    for (const worst of stalest(world, slots, step, 300)) {
      expect(Math.max(...worst.values()) * tickMs).toBeLessThanOrEqual(2000);
      expect(Math.max(...inCrowd.map((slot) => worst.get(slot) ?? 0))).toBeLessThanOrEqual(10);
    }
  });

  it("starves nobody where each mover takes 8 bytes", () => {
    const random = randomOf(3);
    const world = start();
    const slots = Array.from({ length: 300 }, () => world.mover(pose(0)));
    const step = () => {
      for (const slot of slots)
        world.poses.set(slot, pose(random() * 900 - 450, random() * 900 - 450, 1 + random() * 50, random() * 6));
    };
    for (const slot of slots.slice(0, 3)) world.client(slot);
    for (const worst of stalest(world, slots, step, 200)) {
      expect(Math.max(...worst.values()) * tickMs).toBeLessThanOrEqual(2000);
    }
  });

  it("is sent each change once", () => {
    const world = start();
    const { slots } = crowd(world, 150, anywhere);
    const client = world.client(slots[0]);
    world.tick(60);
    const before = client.sizes.length;
    world.poses.set(slots[9]!, pose(0, 0));
    world.tick(4);
    expect(client.sizes.slice(before).filter((bytes) => bytes > 11)).toHaveLength(1);
    expectSynced(world, client, slots);
  });

  it("that comes to rest is known to everyone soon, and then nothing is sent of it", () => {
    const world = start();
    const { slots, step } = crowd(world, 300, anywhere);
    const client = world.client(slots[0]);
    for (let i = 0; i < 50; i++) {
      step();
      world.tick();
    }
    world.tick(10);
    expectSynced(world, client, slots);
    const { length } = client.sizes;
    world.tick(20);
    expect(client.sizes.slice(length).every((bytes) => bytes < 20)).toBe(true);
  });

  it("in a world without bounds of its own works as well", () => {
    const world = start({ bounds: defaultBounds });
    const { slots, step } = crowd(world, 150, (random) => [random() * 4000 - 2000, random() * 4000 - 2000]);
    const client = world.client(slots[0]);
    for (let i = 0; i < 50; i++) {
      step();
      world.tick();
    }
    world.tick(10);
    expectSynced(world, client, slots);
  });
});
