/** One client who sends a thousand messages a second beside a hundred who walk: what they notice, and when it is cut. */
import { pack } from "msgpackr";
import { now, pause } from "../lib/clock.ts";
import { glanceAt } from "../lib/glance.ts";
import { percentile } from "../lib/histogram.ts";
import { becomeGuest } from "../lib/lightClient.ts";
import { protocol } from "../lib/seat.ts";
import { worldCrowd } from "../lib/stalled/worldCrowd.ts";
import { startHereabouts } from "../lib/target.ts";
import { Asker } from "./lib/asker.ts";
import type { Limit } from "./lib/limit.ts";

const inFull = 100;
const slug = "stalled";
const perSecond = 1000;
const phaseMs = 5000;
const rounds = 3;
const settleMs = 2000;
const message = Buffer.concat([Buffer.of(protocol.data), pack("say"), pack({ text: "again" })]);

type Phase = { p99: number; cpu: number; cutMs: number };

export const flood: Limit = {
  summary: "one who sends 1,000 messages a second beside 100 who walk",
  findings: {
    p99: { what: "others' age of poses p99, beside a flood", unit: "ms", digits: 1 },
    "p99.calm": { what: "without one", unit: "ms", digits: 1 },
    noise: { what: "how far those without one lie apart", unit: "ms", digits: 1 },
    cut: { what: "until the flood was cut, at most", unit: "ms", most: 5000 },
    cpu: { what: "server's CPU beside a flood", unit: "% of a core", digits: 1 },
    "cpu.calm": { what: "without one", unit: "% of a core", digits: 1 },
    more: { what: "p99 beyond the noise", unit: "ms", digits: 1, most: 10 },
    lost: { what: "of the others, lost", unit: "", most: 0 },
  },
  async run(share, run) {
    const people = Math.max(2, Math.round(inFull * share));
    const target = await startHereabouts(undefined);
    const crowd = await worldCrowd(target, { people, workers: 1, ramp: 0, rate: 20 }, run);
    const [calm, flooded]: [Phase[], Phase[]] = [[], []];
    const lost = new Set<string>();
    let limit: string | undefined;
    const phase = async (isFlooded: boolean): Promise<Phase> => {
      const noisy = isFlooded
        ? await Asker.join(target.url, "world", { slug }, await becomeGuest(target.url))
        : undefined;
      await crowd.measure();
      const [before, from] = [await glanceAt(target), now()];
      let cutMs = Number.NaN;
      for (let sent = 0; now() - from < phaseMs && !run.signal.aborted; await pause(5)) {
        if (noisy?.lost) cutMs = Math.min(now() - from, cutMs || Infinity);
        else for (; noisy && sent < ((now() - from) / 1000) * perSecond; sent++) noisy.send(message);
      }
      const after = await glanceAt(target);
      const counted = await crowd.result();
      for (const one of counted.lost) lost.add(one);
      limit ??= counted.limit;
      noisy?.drop();
      const cpu = ((after!.cpuSeconds - before!.cpuSeconds) / (now() - from)) * 1e5;
      return { p99: percentile(counted.times, 0.99), cpu, cutMs };
    };
    try {
      await crowd.begin();
      await pause(settleMs, run.signal);
      for (let round = 0; round < rounds && !run.signal.aborted; round++) {
        calm.push(await phase(false));
        flooded.push(await phase(true));
      }
    } finally {
      await Promise.race([crowd.leave(), pause(settleMs)]);
      await target.stop();
    }
    const p99 = (phases: Phase[]) => phases.map((one) => one.p99);
    const noise = Math.max(...p99(calm)) - Math.min(...p99(calm));
    const figures = {
      p99: middle(p99(flooded)),
      "p99.calm": middle(p99(calm)),
      noise,
      cut: Math.max(...flooded.map(({ cutMs }) => cutMs)),
      cpu: middle(flooded.map(({ cpu }) => cpu)),
      "cpu.calm": middle(calm.map(({ cpu }) => cpu)),
      more: Math.max(0, middle(p99(flooded)) - middle(p99(calm)) - noise),
      lost: lost.size,
    };
    return { figures, wrong: [...lost], limit };
  },
};

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
