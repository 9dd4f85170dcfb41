/** The pool with workers that answer when the test says so, and a clock that the test turns. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Ask, Pool, type PoolWorker, type Reply } from "./pool.ts";

class FakeWorker implements PoolWorker<string, string> {
  jobs: string[] = [];
  listeners: Record<string, (value: never) => void> = {};
  isTerminated = false;
  isHolding = true;
  postMessage(job: string): void {
    if (job === "uncloneable") throw new Error("could not be cloned");
    this.jobs.push(job);
  }
  on(event: string, listener: (value: never) => void): void {
    this.listeners[event] = listener;
  }
  ref(): void {
    this.isHolding = true;
  }
  unref(): void {
    this.isHolding = false;
  }
  terminate(): void {
    this.isTerminated = true;
    this.listeners["exit"]?.(undefined as never);
  }
  answer(reply: Reply<string> = { ok: true, result: `${this.jobs.at(-1)} done` }): void {
    this.listeners["message"]?.(reply as never);
  }
}

let spawned: FakeWorker[];
const poolOf = (workers: number, maxQueue = 100) =>
  new Pool<string, string>({
    workers,
    maxQueue,
    spawn: () => {
      const worker = new FakeWorker();
      spawned.push(worker);
      return worker;
    },
  });
const ask = (neededAt = 0, more: Partial<Ask> = {}): Ask => ({
  neededAt,
  timeoutMs: 1000,
  isBackground: false,
  ...more,
});
/** What became of a job, without waiting for it. */
const outcome = (promise: Promise<string>) => promise.catch((error: { code: string }) => error.code);

beforeEach(() => {
  spawned = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe("the pool", () => {
  it("starts workers when they are needed, as many as it may, and uses them again", async () => {
    const pool = poolOf(2);
    const jobs = ["a", "b", "c"].map((job) => pool.run(job, ask()));
    expect(spawned.map(({ jobs }) => jobs)).toEqual([["a"], ["b"]]);
    spawned[1]!.answer();
    expect(spawned.map(({ jobs }) => jobs)).toEqual([["a"], ["b", "c"]]);
    spawned[0]!.answer();
    spawned[1]!.answer();
    expect(await Promise.all(jobs)).toEqual(["a done", "b done", "c done"]);
    expect(spawned.map(({ isHolding }) => isHolding)).toEqual([false, false]);
  });

  it("takes what is needed soonest first, and what may wait last", async () => {
    const pool = poolOf(1);
    const all = [
      pool.run("first", ask(50)),
      pool.run("background", ask(0, { isBackground: true })),
      pool.run("late", ask(90)),
      pool.run("soon", ask(10)),
    ];
    for (let i = 0; i < 4; i++) spawned[0]!.answer();
    await Promise.all(all);
    expect(spawned[0]!.jobs).toEqual(["first", "soon", "late", "background"]);
  });

  it("keeps a worker free of what may wait", () => {
    const pool = poolOf(2);
    void pool.run("one", ask(0, { isBackground: true }));
    void pool.run("two", ask(0, { isBackground: true }));
    expect(pool.waiting).toBe(1);
    void pool.run("fade", ask(9));
    expect(spawned.map(({ jobs }) => jobs)).toEqual([["one"], ["fade"]]);
  });

  it("gives up a job that takes too long, with its worker, and goes on with another", async () => {
    const pool = poolOf(1);
    const [slow, next] = [outcome(pool.run("slow", ask())), outcome(pool.run("next", ask()))];
    vi.advanceTimersByTime(999);
    expect(spawned[0]!.isTerminated).toBe(false);
    vi.advanceTimersByTime(1);
    expect(spawned[0]!.isTerminated).toBe(true);
    expect(await slow).toBe("AUDIO_FAILED");
    spawned[0]!.answer();
    spawned[1]!.answer();
    expect(await next).toBe("next done");
    expect(spawned).toHaveLength(2);
  });

  it("[AU7] gives a worker time as long as it says that it is alive", async () => {
    const pool = poolOf(1);
    const job = outcome(pool.run("long", ask()));
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(900);
      spawned[0]!.answer("alive");
    }
    expect(spawned[0]!.isTerminated).toBe(false);
    spawned[0]!.answer();
    expect(await job).toBe("long done");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("[AU7] tries a job once more where its worker was lost, and then gives it up", async () => {
    const pool = poolOf(1);
    const [job, other] = [outcome(pool.run("odd", ask(0, { attempts: 2 }))), outcome(pool.run("other", ask()))];
    vi.advanceTimersByTime(1000);
    expect(spawned[1]!.jobs).toEqual(["odd"]);
    spawned[1]!.listeners["error"]!(new Error("crashed") as never);
    expect(await job).toBe("AUDIO_FAILED");
    spawned[2]!.answer();
    expect(await other).toBe("other done");
  });

  it("starts a worker ahead of the first job if it is told to, and replaces one that crashed idle", async () => {
    const pool = poolOf(1);
    pool.warm();
    pool.warm();
    expect(spawned).toHaveLength(1);
    spawned[0]!.listeners["error"]!(new Error("idle") as never);
    const job = outcome(pool.run("a", ask()));
    spawned[1]!.answer();
    expect(await job).toBe("a done");
  });

  it.each(["error", "exit"])("goes on when a worker ends by %s", async (event) => {
    const pool = poolOf(1);
    const [lost, next] = [outcome(pool.run("lost", ask())), outcome(pool.run("next", ask()))];
    spawned[0]!.listeners[event]!(new Error("out of memory") as never);
    expect(await lost).toBe("AUDIO_FAILED");
    spawned[1]!.answer();
    expect(await next).toBe("next done");
  });

  it("passes on why a job is refused, and goes on when one cannot be sent", async () => {
    const pool = poolOf(1);
    const refused = outcome(pool.run("broken", ask()));
    spawned[0]!.answer({ ok: false, code: "BAD_AUDIO", details: "" });
    expect(await refused).toBe("BAD_AUDIO");
    expect(await outcome(pool.run("uncloneable", ask()))).toBe("AUDIO_FAILED");
    const next = outcome(pool.run("next", ask()));
    spawned.at(-1)!.answer();
    expect(await next).toBe("next done");
  });

  it("refuses more than may wait, and everything once it is closed", async () => {
    const pool = poolOf(1, 1);
    const [running, waiting] = [outcome(pool.run("a", ask())), outcome(pool.run("b", ask()))];
    expect(await outcome(pool.run("c", ask()))).toBe("AUDIO_BUSY");
    await pool.close();
    expect([await running, await waiting]).toEqual(["AUDIO_FAILED", "AUDIO_FAILED"]);
    expect(spawned.every(({ isTerminated }) => isTerminated)).toBe(true);
    expect(await outcome(pool.run("d", ask()))).toBe("AUDIO_FAILED");
    expect(vi.getTimerCount()).toBe(0);
  });
});
