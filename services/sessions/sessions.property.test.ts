/** Any order of making, following, hearing, leaving, deleting and waiting keeps what the registry promises. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import { createRig, keepingSink } from "./testing/rig.ts";

type Rig = ReturnType<typeof createRig>;
type World = Rig & {
  leaves: { leave: () => void; sink: ReturnType<typeof keepingSink>; session: string; hasLeft: boolean }[];
};

const name = fc.constantFrom("a", "B", "c", "master");
const operation = fc.oneof(
  fc.record({ do: fc.constant("create" as const), name }),
  fc.record({ do: fc.constant("follow" as const), name, as: fc.option(name, { nil: undefined }) }),
  fc.record({ do: fc.constant("listen" as const), nth: fc.nat(9) }),
  fc.record({ do: fc.constant("leave" as const), nth: fc.nat(9) }),
  fc.record({ do: fc.constant("remove" as const), nth: fc.nat(9) }),
  fc.record({ do: fc.constant("pass" as const), minutes: fc.integer({ min: 1, max: 40 }) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const nth = <T>(items: readonly T[], at: number) => items[at % items.length];
const maker = { countsFor: "x" };

async function run(world: World, op: Operation): Promise<void> {
  const { sessions, leaves } = world;
  const all = [...sessions.all];
  switch (op.do) {
    case "create":
      return void (await sessions.create(op.name, maker));
    case "follow":
      return void (await sessions.follow(op.name, op.as, maker));
    case "listen": {
      const [session, sink] = [nth(all, op.nth)!, keepingSink()];
      leaves.push({ leave: sessions.listen(session, { sink, icy: false }), sink, session: session.id, hasLeft: false });
      return;
    }
    case "leave": {
      const listener = nth(leaves, op.nth);
      listener?.leave();
      if (listener) listener.hasLeft = true;
      return;
    }
    case "remove":
      return sessions.remove(nth(all, op.nth)!, "deleted");
    case "pass":
      return world.pass(op.minutes * 60_000);
  }
}

function check({ sessions, leaves, errors, streams }: World): void {
  const all = [...sessions.all];
  expect(all.filter(({ type }) => type === "master")).toHaveLength(1);
  for (const session of all) {
    expect(sessions.find(session.id)).toBe(session);
    expect(sessions.find(session.name)).toBe(session);
    const { following } = session;
    if (following) expect(all, "a follower has its target").toContain(following);
    if (following) expect(following.followers).toContain(session);
  }
  const living = new Set(all.map(({ id }) => id));
  for (const { sink, session, hasLeft } of leaves) {
    if (!hasLeft) expect(sink.isEnded, "its sound goes on as long as it lives").toBe(!living.has(session));
  }
  expect(sessions.attached).toBeGreaterThanOrEqual(all.reduce((sum, { clients }) => sum + clients, 0));
  expect(streams.figures.listeners).toBeLessThanOrEqual(leaves.length);
  expect(errors).toEqual([]);
}

it("[AU1] [AU3] [AU10] holds, whatever is done in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
      const world: World = { ...createRig(), leaves: [] };
      await world.sessions.master();
      for (const op of operations) {
        const isHeard = world.leaves.filter(({ sink, hasLeft }) => !sink.isEnded && !hasLeft);
        try {
          await run(world, op);
        } catch (error) {
          if (!(error instanceof HereaboutsError)) throw error;
        }
        check(world);
        if (op.do === "pass") expect(isHeard.filter(({ sink }) => sink.isEnded)).toEqual([]);
      }
      for (const { leave } of world.leaves) leave();
      expect(world.sessions.attached).toBe(0);
      expect(world.streams.figures.listeners).toBe(0);
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 200) },
  );
});
