/** Frames of a large world, in which not everyone has room: the nearest every tick, the rest in turn, nobody starved. */
import { describe, expect, it } from "vitest";
import { defaultBounds } from "../../schema/geometry.ts";
import { randomOf } from "../../web/shared/seed.ts";
import { expectSynced, pose, start, tickHz, tickMs, type World } from "./testing/frames.ts";

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
  function walk(world: World, step: () => void, ticks: number): void {
    for (let i = 0; i < ticks; i++) {
      step();
      world.tick();
    }
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

  it("takes nobody for a newcomer whose numbers wrap", () => {
    const world = start();
    const { slots, step } = crowd(world, 300, anywhere);
    const client = world.client(slots[0]);
    walk(world, step, 10);
    client.view.seq = 0xffff;
    client.sizes.length = 0;
    walk(world, step, 3);
    expect(Math.max(...client.sizes)).toBeLessThanOrEqual(400);
  });

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

  it("of 300 sends the nearest every tick, or 100 ms later where neighbourhoods meet", () => {
    const world = start();
    const { slots, step } = crowd(world, 300, anywhere);
    const clients = slots.slice(0, 60).map((slot) => world.client(slot));
    walk(world, step, 40);
    let late = 0;
    for (let i = 0; i < 40; i++) {
      step();
      world.tick();
      for (const client of clients) {
        const me = world.poses.get(client.view.slot!)!;
        const distance = (slot: number) => Math.hypot(world.poses.get(slot)!.x - me.x, world.poses.get(slot)!.y - me.y);
        const nearest = slots.filter((slot) => slot !== client.view.slot).sort((a, b) => distance(a) - distance(b));
        const ages = nearest.slice(0, 5).map((slot) => world.poses.tick - 1 - client.heardAt.get(slot)!);
        late += ages.filter((age) => age > 0).length;
        expect(Math.max(...ages)).toBeLessThanOrEqual(2);
      }
    }
    expect(late / (clients.length * 40 * 5)).toBeLessThan(0.005);
  });

  it("sends those who stand together the same, also who has just come to them", () => {
    const world = start();
    const { slots, step } = crowd(world, 300, anywhere);
    // the middle of the smallest neighbourhood there is
    const together = [0, 1, 2].map((i) => world.client(world.mover(pose(80, 80 + i))));
    const guest = world.client(world.mover(pose(-80, -80)));
    walk(world, step, 40);
    expect(new Set(together.map(({ view }) => view.audience)).size).toBe(1);
    expect(guest.view.audience).not.toBe(together[0]!.view.audience);
    world.poses.set(guest.view.slot!, pose(81, 80));
    walk(world, step, 10);
    expect(guest.view.audience).toBe(together[0]!.view.audience);
    world.tick(40);
    for (const client of world.clients) expectSynced(world, client, slots);
  });

  it("of 300 costs at most 9 kB a second and person", () => {
    const world = start();
    const { slots, step } = crowd(world, 300, anywhere);
    for (const slot of slots.slice(0, 10)) world.client(slot);
    walk(world, step, 100);
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
    walk(world, step, 50);
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
    walk(world, step, 50);
    world.tick(10);
    expectSynced(world, client, slots);
  });
});
