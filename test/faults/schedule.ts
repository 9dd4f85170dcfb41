/**
 * What goes wrong and when: drawn from a seed, so that a seed replays the faults (not the machine's timing between them).
 * Faults may overlap; one process, and Redis, has one at a time.
 */
import { seededRandom } from "../../services/audio/random.ts";

export const processFaults = ["kill", "stop", "partition", "drain"] as const;
export const redisFaults = ["redis-restart", "redis-empty", "redis-stop"] as const;
/** How a way to Redis ends: connections refused, bytes lost, or bytes late. */
export const cuts = ["refuse", "drop", "hang"] as const;

export type Cut = (typeof cuts)[number];
export type Fault = {
  /** Since the faults began. */
  readonly atMs: number;
  /** For so long: until it is continued, joined again, or (killed, drained) started again. */
  readonly forMs: number;
} & (
  | { readonly kind: "kill" | "stop" | "drain"; readonly process: number }
  | { readonly kind: "partition"; readonly process: number; readonly cut: Cut }
  | { readonly kind: (typeof redisFaults)[number] }
);

export type Schedule = { readonly seed: number; readonly faults: readonly Fault[] };

/** Least and most that a fault lasts, in ms. */
const lasting: Record<Fault["kind"], [number, number]> = {
  kill: [500, 4000],
  drain: [500, 3000],
  stop: [1000, 8000],
  partition: [1000, 8000],
  "redis-restart": [200, 3000],
  "redis-empty": [200, 3000],
  "redis-stop": [1000, 4000],
} as const;
const windowMs = 8000;
/** Between two faults of the same process, or of Redis. */
const restMs = 1500;
/**
 * Redis that forgets everything while the process that remembers a chat dies, too: then nobody is left who knows. Such
 * pairs are kept so far apart.
 */
const apartMs = 4000;

/** `processes`: how many there are. One alone has no other to take over: it is not parted from Redis. */
export function scheduleOf(seed: number, processes: number): Schedule {
  const random = seededRandom(seed);
  const between = (min: number, max: number) => Math.round(min + random() * (max - min));
  const one = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const kinds = [...processFaults, ...processFaults, ...redisFaults].filter(
    (kind) => processes > 1 || kind !== "partition",
  );
  const faults: Fault[] = [];
  const wanted = between(2, 5);
  for (let tries = 0; faults.length < wanted && tries < 100; tries++) {
    const kind = one(kinds);
    const when = { atMs: between(0, windowMs), forMs: between(...lasting[kind]) };
    const process = between(0, processes - 1);
    const fault: Fault =
      kind === "partition"
        ? { ...when, kind, process, cut: one(cuts) }
        : kind === "kill" || kind === "stop" || kind === "drain"
          ? { ...when, kind, process }
          : { ...when, kind };
    if (faults.every((other) => mayGoWith(other, fault))) faults.push(fault);
  }
  return { seed, faults: faults.sort((a, b) => a.atMs - b.atMs) };
}

/** When the last fault of a schedule is over, by plan: others take over from who is killed or drained at once. */
export function endOf(faults: readonly Fault[]): number {
  const isAtOnce = (kind: Fault["kind"]) => kind === "kill" || kind === "drain";
  return Math.max(...faults.map(({ kind, atMs, forMs }) => (isAtOnce(kind) ? atMs : atMs + forMs)));
}

export function describeFault(fault: Fault): string {
  const where = "process" in fault ? ` process ${fault.process}` : "";
  const how = fault.kind === "partition" ? ` from Redis (${fault.cut})` : "";
  return `at ${fault.atMs} ms: ${fault.kind}${where}${how}, for ${fault.forMs} ms`;
}

function mayGoWith(a: Fault, b: Fault): boolean {
  const isApart = (ms: number) => a.atMs > b.atMs + b.forMs + ms || b.atMs > a.atMs + a.forMs + ms;
  const [processA, processB] = [a, b].map((fault) => ("process" in fault ? fault.process : undefined));
  if (processA === processB) return isApart(restMs);
  return (a.kind !== "redis-empty" && b.kind !== "redis-empty") || isApart(apartMs);
}
