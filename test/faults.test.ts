/** [PR6] [SV4] [SD2] Three schedules of faults, and those in which something was found once: see test/faults/run.ts. */
import { expect, it } from "vitest";
import { hasRedis, noRedis } from "../services/chatlog/testing/redisServer.ts";
import pinned from "./faults/pinned.json" with { type: "json" };
import { scheduleOf } from "./faults/schedule.ts";
import { runTrial } from "./faults/trial.ts";

const processes = 3;
const people = 40;
const seeds = [...new Set<number>([...pinned, 1, 2, 3])];

if (!hasRedis) console.log(noRedis);

it.skipIf(!hasRedis).each(seeds)(
  "holds all that is promised under the faults of seed %i",
  async (seed) => {
    const { violations, healedMs } = await runTrial({ schedule: scheduleOf(seed, processes), processes, people });
    expect(violations).toEqual([]);
    expect(healedMs).toBeDefined();
  },
  120_000,
);
