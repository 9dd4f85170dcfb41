/** What `npm run capacity` asks of a machine: each a load test of so many, and what its figures must keep. */

export type Question = {
  title: string;
  unit: string;
  /** A load test of so many. */
  args(size: number): string[];
  /** What it must keep, as `--expect` takes it, and in words. */
  expect: string;
  limits: string;
  from: number;
};

const people = (size: number) => ["--people", String(size)];
const poses = "poses near one at most 150 ms old (p99), 18 frames a second";
const lines = "a line seen by everyone within 300 ms (p99)";
const sound = "sound within 1 s (p99), nobody hears a pause";

export const questions = {
  world: {
    title: "movers in one world, 20 moves a second each",
    unit: "people",
    args: (size) => ["world", ...people(size), "--warmup", "3"],
    expect: "known.near.p99<150,frames>18",
    limits: poses,
    from: 100,
  },
  worlds: {
    title: "movers in worlds of 50",
    unit: "people",
    args: (size) => ["mixed", ...people(size), "--shares", "world=1", "--size", "50", "--warmup", "3"],
    expect: "world.known.near.p99<150,world.frames>18",
    limits: poses,
    from: 100,
  },
  chat: {
    title: "members of one chat, 20 lines a second",
    unit: "people",
    args: (size) => ["chat", ...people(size), "--rate", "20", "--ramp", String(size / 100)],
    expect: "p99<300",
    limits: lines,
    from: 200,
  },
  listeners: {
    title: "listeners of one audio session",
    unit: "people",
    args: (size) => ["audio", ...people(size)],
    expect: "first.p99<1000,paused=0",
    limits: sound,
    from: 200,
  },
  sessions: {
    title: "audio sessions with a listener each",
    unit: "sessions",
    args: (size) => ["audio", ...people(size), "--sessions", String(size)],
    expect: "first.p99<1000,paused=0,late=0",
    limits: sound,
    from: 100,
  },
  idle: {
    title: "people online in one chat, of whom one a second comes, goes and says a line",
    unit: "people",
    args: (size) => ["presence", ...people(size), "--churn", "1", "--rate", "1", "--ramp", String(size / 100)],
    expect: "p99<300",
    limits: lines,
    from: 500,
  },
} satisfies Record<string, Question>;

export type Name = keyof typeof questions;
export const names = Object.keys(questions) as Name[];
