/** Whatever is done at several processes, and whichever of them go: a name is one session, found by all that are left. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import { Elsewhere } from "./homes.ts";
import type { AudioSession } from "./session.ts";
import { createSharedRigs } from "./testing/rig.ts";

type Rigs = Awaited<ReturnType<typeof createSharedRigs>>["rigs"];

const processes = 4;
const someone = { countsFor: "someone" };
const name = fc.constantFrom("a", "b", "c", "master");
const process = fc.nat(processes - 1);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("create" as const), at: fc.array(process, { minLength: 1 }), name }),
  },
  fc.record({ type: fc.constant("follow" as const), at: process, name }),
  fc.record({ type: fc.constant("remove" as const), name }),
  fc.record({ type: fc.constant("kill" as const), at: process }),
  fc.record({ type: fc.constant("lose" as const), at: process }),
  fc.record({ type: fc.constant("drain" as const), at: process }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const settled = async () => {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** The id that a registry answers, wherever it lives; nothing where there is none. */
async function idOf(asked: Promise<AudioSession>): Promise<string | undefined> {
  try {
    return (await asked).id;
  } catch (error) {
    if (error instanceof Elsewhere) return error.id;
    if (error instanceof HereaboutsError && error.status === 404) return undefined;
    throw error;
  }
}

/** `known`: which id each name has. */
async function take(step: Step, living: Rigs, known: Map<string, string>): Promise<Rigs> {
  const rigOf = (at: number) => living[at % living.length]!;
  const owner = (key: string) => living.find(({ sessions }) => sessions.find(key));
  switch (step.type) {
    case "create": {
      const made = step.at.map((at) => rigOf(at).sessions.create(step.name, someone));
      const ids = new Set(await Promise.all(made.map((one) => idOf(one.then(({ session }) => session)))));
      expect(ids.size).toBe(1);
      const [id] = ids as Set<string>;
      expect(known.get(step.name) ?? id).toBe(id);
      known.set(step.name, id!);
      break;
    }
    case "follow": {
      const { sessions } = owner(step.name) ?? rigOf(step.at);
      const id = await idOf(sessions.follow(step.name, undefined, someone).then(({ session }) => session));
      if (step.name === "master" && id) known.set("master", (await idOf(sessions.master()))!);
      expect(id !== undefined).toBe(known.has(step.name));
      if (id) known.set(`${step.name} follower`, id);
      break;
    }
    case "remove": {
      const sessions = owner(step.name)?.sessions;
      if (step.name === "master" || !sessions) break;
      sessions.remove(sessions.resolve(step.name), "deleted");
      for (const key of [step.name, `${step.name} follower`]) known.delete(key);
      break;
    }
    case "lose":
      rigOf(step.at).cluster.lose();
      break;
    case "kill":
    case "drain": {
      if (living.length === 1) break;
      const gone = rigOf(step.at);
      if (step.type === "drain") {
        await gone.cluster.drain();
        await gone.sessions.handOver();
        expect([...gone.sessions.all]).toEqual([]);
      }
      gone.cluster.kill();
      return living.filter((one) => one !== gone);
    }
  }
  return living;
}

it("[AU12] [AU3] holds, whatever is done in whatever order", async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      let { rigs: living } = await createSharedRigs(processes);
      const known = new Map<string, string>();
      for (const one of taken) {
        living = await take(one, living, known);
        await settled();
        const ids = living.flatMap(({ sessions }) => [...sessions.all].map(({ id }) => id));
        expect(new Set(ids).size).toBe(ids.length);
      }
      for (const [key, id] of known) {
        const found = await Promise.all(living.map(({ sessions }) => idOf(sessions.locate(key))));
        expect([key, ...new Set(found)]).toEqual([key, id]);
      }
      for (const { errors } of living) expect(errors).toEqual([]);
    }),
    { numRuns: 300 },
  );
}, 60_000);
