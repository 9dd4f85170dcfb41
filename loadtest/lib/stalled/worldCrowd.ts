/** People who walk in one world, in threads of their own. Whoever stops reading walks on. */
import { movementType } from "../../../schema/frames.ts";
import { encodeMove, maxMoveBytes } from "../../../schema/moves.ts";
import { assemble } from "../../world.ts";
import { limitOf } from "../gauge.ts";
import type { Run } from "../scenario.ts";
import { protocol } from "../seat.ts";
import { addTally, createTally } from "../tally.ts";
import type { Target } from "../target.ts";
import type { Check, Result } from "../walkers.ts";
import type { Crowd } from "./crowd.ts";
import { enterDeaf } from "./deaf.ts";

const slug = "stalled";
const walk = { spread: 500, stride: 1, baseline: "", carrier: "", weather: undefined, slug } as const;
const head = Buffer.of(protocol.bytes, movementType);

export async function worldCrowd(
  target: Target,
  options: { people: number; workers: number; ramp: number; rate: number },
  run: Run,
): Promise<Crowd> {
  const threads = await assemble(target, { ...walk, ...options }, run);
  return {
    times: "age of poses",
    begin: () => threads.all("join").then(() => {}),
    measure: () => threads.all("measure").then(() => {}),
    async result() {
      const results = await threads.all<Result>("result");
      const tally = createTally();
      for (const result of results) addTally(tally, result.tally);
      const lost = (await threads.all<Check>("check")).flatMap((check) => check.lost);
      return { times: tally.age, lost, limit: results.map(({ load }) => limitOf(load)).find(Boolean) };
    },
    enter() {
      const bytes = Buffer.alloc(maxMoveBytes);
      let step = 0;
      return enterDeaf(
        target.url,
        "world",
        { slug },
        {
          hz: options.rate,
          send(seat) {
            step++;
            const move = encodeMove(bytes, step & 0xffff, [{ x: step % 100, y: 0, z: 0, angle: 0 }]);
            seat.send(Buffer.concat([head, move]));
          },
        },
      );
    },
    async leave() {
      await threads.all("leave");
      await threads.stop();
    },
  };
}
