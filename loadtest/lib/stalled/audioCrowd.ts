/** People who hear the master. How late they are is how much less than the burst at the beginning a player would have. */
import { get, type IncomingMessage } from "node:http";
import { pause } from "../clock.ts";
import { gauge, limitOf } from "../gauge.ts";
import { createHistogram, record } from "../histogram.ts";
import { inTurn } from "../inTurn.ts";
import { Listener, type ListenerBench } from "../listener.ts";
import type { Run } from "../scenario.ts";
import { makeStations, musicOf } from "../stations.ts";
import type { Target } from "../target.ts";
import type { Crowd } from "./crowd.ts";

const unheard: ListenerBench = { onFirstByte() {}, onFrame() {}, onTrack() {} };
/** What a listener gets at once (AU5). */
const burstMs = 4000;
const lookMs = 100;

export async function audioCrowd(
  target: Target,
  { people, ramp }: { people: number; ramp: number },
  run: Run,
): Promise<Crowd> {
  await musicOf(target, run);
  const station = (await makeStations(target, 0, false))[0]!;
  let late = createHistogram();
  let loadOf = gauge();
  let listeners: Listener[] = [];
  const looking = setInterval(() => {
    for (const listener of listeners) {
      listener.countAnew();
      record(late, burstMs - listener.leastBufferedMs);
    }
  }, lookMs);
  return {
    times: "how late sound is",
    async begin() {
      const enter = (i: number) => Listener.join(station, `stalled-${process.pid}-${i}`, unheard);
      listeners = await inTurn(people, enter, (ramp || people / 100) * 1000);
    },
    async measure() {
      late = createHistogram();
      loadOf = gauge();
    },
    async result() {
      return { times: late, lost: listeners.flatMap(({ lost }) => lost ?? []), limit: limitOf(loadOf()) };
    },
    async enter() {
      const stream = await new Promise<IncomingMessage>((resolve, reject) => {
        get(station.stream, { agent: false }, resolve).on("error", reject);
      });
      stream.on("error", () => {}).resume();
      return { stopReading: () => void stream.pause(), drop: () => void stream.destroy() };
    },
    async leave() {
      clearInterval(looking);
      for (const listener of listeners) listener.leave();
      await pause(0);
    },
  };
}
