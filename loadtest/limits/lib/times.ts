/** How long something takes that is done over and over. */
import { now } from "../../lib/clock.ts";
import { glanceAt } from "../../lib/glance.ts";
import { createHistogram, type Histogram, percentile, record } from "../../lib/histogram.ts";
import type { Target } from "../../lib/target.ts";
import type { Finding } from "./limit.ts";

export async function timed(histogram: Histogram, work: () => Promise<unknown>): Promise<void> {
  const from = now();
  await work();
  record(histogram, now() - from);
}

export async function msOf(work: () => Promise<unknown>): Promise<number> {
  const from = now();
  await work();
  return now() - from;
}

/** What a time is called, and the most that its middle may be: its p99 is the machine's as much as the server's. */
export function timesOf(name: string, what: string, most?: number): Record<string, Finding> {
  const middle = { what: `${what}, p50`, unit: "ms", digits: 1 };
  return {
    [name]: most === undefined ? middle : { ...middle, most },
    [`${name}.p99`]: { what: "p99", unit: "ms", digits: 1 },
  };
}

/** The same, and the most that it may cost. */
export function costOf(name: string, what: string, mostMs?: number): Record<string, Finding> {
  const cost = { what: "server's CPU for one", unit: "ms", digits: 1 };
  return { ...timesOf(name, what), [`${name}.cpu`]: mostMs === undefined ? cost : { ...cost, most: mostMs } };
}

/** Both figures of `timesOf`. */
export function figuresOf(name: string, times: Histogram): Record<string, number> {
  return { [name]: percentile(times, 0.5), [`${name}.p99`]: percentile(times, 0.99) };
}

/** The same, of `count` times one after the other. */
export async function repeat(name: string, count: number, work: (i: number) => Promise<unknown>) {
  const times = createHistogram();
  for (let i = 0; i < count; i++) await timed(times, () => work(i));
  return figuresOf(name, times);
}

/** What each time costs the server, in ms of CPU: who else uses the machine hardly matters to that. */
export async function cpuOf(target: Target, count: number, work: () => Promise<unknown>): Promise<number> {
  const before = await glanceAt(target);
  await work();
  const after = await glanceAt(target);
  return ((after?.cpuSeconds ?? Number.NaN) - (before?.cpuSeconds ?? Number.NaN)) * (1000 / count);
}

/** The text of an answer that is well; throws for any other. */
export async function get(url: string, init: RequestInit = {}): Promise<string> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 200)}`);
  return text;
}
