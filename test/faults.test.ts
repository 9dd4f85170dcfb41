/**
 * [PR6] [SV4] [SD2] Three schedules of faults, two of them such in which something was found once; `npm run test:faults`
 * takes all of those, and more.
 */
import { expect, it } from "vitest";
import { hasRedis, noRedis } from "../services/chatlog/testing/redisServer.ts";
import pinned from "./faults/pinned.json" with { type: "json" };
import { scheduleOf } from "./faults/schedule.ts";
import { runTrial } from "./faults/trial.ts";

const processes = 3;
const people = 40;
const seeds = [...pinned.slice(0, 2), 1];

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
