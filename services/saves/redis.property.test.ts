/**
 * World saves in Redis by random schedules: owners follow one another, those who lost the world go on writing, and Redis
 * is killed, stalled or emptied in between. Each new owner finds exactly what the one before had written.
 */
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { Pose } from "../../schema/geometry.ts";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../chatlog/testing/redisServer.ts";
import { createRedisSaves } from "./redis.ts";
import type { KeptProp, WorldSave, WorldSaves } from "./saves.ts";

if (!hasRedis) console.warn(noRedis);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
type Owner = { saves: WorldSaves; save: WorldSave; props: Map<string, KeptProp> };

const numRuns = Number(process.env["FC_RUNS"] ?? 50);
const name = fc.constantFrom("a", "b", "c", "d");
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("set" as const), key: name, saved: fc.boolean(), value: fc.nat(99) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("drop" as const), key: name }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("pose" as const), person: name, x: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("late" as const), key: name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("takeover", "flush", "kill", "empty", "stall") }) },
);

/** A process that takes the world over, and writes all of it again when Redis has forgotten. */
async function own(redis: RedisServer, prefix: string, fence: number): Promise<Owner> {
  const saves = createRedisSaves({ redis: redis.connect(), prefix, gatherMs: 2, onError: () => {} });
  const props = new Map<string, KeptProp>();
  const onForgotten = () => {
    for (const prop of props.values()) save.saveProp(prop);
  };
  const save: WorldSave = await saves.open("field", { fence, onForgotten });
  for (const prop of save.props) props.set(prop.key, prop);
  return { saves, save, props };
}

it.skipIf(!hasRedis)("[WO4] each owner finds what the one before it had", { timeout: 120_000 }, async () => {
  const redis = await startRedis();
  let runs = 0;
  const run = async (steps: Step[]) => {
    const prefix = `run${++runs}:`;
    const poses = new Map<string, Pose>();
    let owner = await own(redis, prefix, 1);
    const owners = [owner];
    const takeOver = async () => {
      // after Redis was emptied the first write finds out, and the next writes all
      await vi.waitFor(async () => {
        await owner.saves.flush();
        const next = await own(redis, `${prefix}`, owners.length + 1);
        owners.push(next);
        expect(new Map(next.props)).toEqual(owner.props);
        for (const [person, pose] of poses) expect(next.save.pose(person)).toEqual(pose);
        owner = next;
      }, 5000);
    };
    for (const each of steps) {
      if (each.do === "set") {
        const prop = { key: each.key, value: String(each.value), owner: "", saved: each.saved };
        owner.props.set(each.key, prop);
        owner.save.saveProp(prop);
      } else if (each.do === "drop") {
        owner.props.delete(each.key);
        owner.save.dropProp(each.key);
      } else if (each.do === "pose") {
        const pose = { x: each.x, y: 0, z: 0, angle: 0 };
        poses.set(each.person, pose);
        owner.save.savePose(each.person, pose);
      } else if (each.do === "late") {
        const stale = owners.at(-2);
        stale?.save.saveProp({ key: each.key, value: "late", owner: "", saved: true });
        stale?.save.savePose(each.key, { x: -1, y: 0, z: 0, angle: 0 });
        await stale?.saves.flush().catch(() => {});
      } else if (each.do === "takeover") await takeOver();
      else if (each.do === "flush") await owner.saves.flush();
      else if (each.do === "stall") {
        redis.stall();
        setTimeout(() => redis.resume(), 50);
      } else {
        await redis.kill();
        await redis.restart({ empty: each.do === "empty" });
        // before anything of an owner that is none any more can be; what was written in time tells the owner nothing
        if (each.do === "empty") {
          const pose = { x: 100 + runs, y: poses.size, z: 0, angle: 0 };
          poses.set("walker", pose);
          owner.save.savePose("walker", pose);
          await vi.waitFor(() => owner.saves.flush(), 5000);
        }
      }
    }
    await takeOver();
    for (const { saves } of owners) await saves.close();
  };
  try {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), run), { numRuns });
  } finally {
    await redis.stop();
  }
});
