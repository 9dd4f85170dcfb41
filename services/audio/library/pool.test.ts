/** The pool with threads that do as told: who hangs or crashes is replaced, and the file is tried once more. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Job, Reply } from "./jobs.ts";
import { Pool, type Thread } from "./pool.ts";

class ToldThread implements Thread {
  readonly jobs: Job[] = [];
  isEnded = false;
  hear: (reply: Reply) => void = () => {};
  crash: (error: Error) => void = () => {};

  postMessage(job: Job): void {
    this.jobs.push(job);
  }
  on(event: "message" | "error", listener: ((reply: Reply) => void) | ((error: Error) => void)): void {
    if (event === "message") this.hear = listener as (reply: Reply) => void;
    else this.crash = listener as (error: Error) => void;
  }
  async terminate(): Promise<void> {
    this.isEnded = true;
  }
}

const job: Job = { kind: "analyse", path: "a" };
const done: Reply = { type: "hash", hash: "0" };

describe("the pool", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function newPool(threads = 1) {
    const started: ToldThread[] = [];
    const start = () => {
      const thread = new ToldThread();
      started.push(thread);
      return thread;
    };
    return { pool: new Pool({ threads, silentMs: 1000, start }), started };
  }

  it("[AU7] gives each thread one job, and the next when it is done", async () => {
    const { pool, started } = newPool(2);
    const answers = [pool.run(job), pool.run(job), pool.run({ kind: "hash", path: "b" })];
    expect(started.map(({ jobs }) => jobs.length)).toEqual([1, 1]);
    started[1]!.hear(done);
    expect(await answers[1]).toEqual(done);
    expect(started[1]!.jobs).toHaveLength(2);
    expect(started).toHaveLength(2);
  });

  it("[AU7] ends a thread that falls silent, tries its file once more, and then gives it up", async () => {
    const { pool, started } = newPool();
    const answer = pool.run(job);
    await vi.advanceTimersByTimeAsync(900);
    started[0]!.hear({ type: "alive" });
    await vi.advanceTimersByTimeAsync(900);
    expect(started[0]!.isEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(started[0]!.isEnded).toBe(true);
    expect(started[1]!.jobs).toEqual([job]);
    started[0]!.hear(done); // too late
    await vi.advanceTimersByTimeAsync(1000);
    expect(await answer).toEqual({ type: "failed", reason: "its decoder hangs" });
    const next = pool.run(job);
    started[2]!.hear(done);
    expect(await next).toEqual(done);
  });

  it("[AU7] replaces a thread that crashed, at work or idle", async () => {
    const { pool, started } = newPool();
    const answer = pool.run(job);
    started[0]!.crash(new Error("out of memory"));
    started[1]!.hear(done);
    expect(await answer).toEqual(done);
    started[1]!.crash(new Error("idle"));
    void pool.run(job);
    expect(started[2]!.jobs).toEqual([job]);
  });

  it("[AU7] settles everything when it ends, and keeps no timer", async () => {
    const { pool, started } = newPool();
    const answers = [pool.run(job), pool.run(job)];
    await pool.end();
    expect((await Promise.all(answers)).map(({ type }) => type)).toEqual(["failed", "failed"]);
    expect(started[0]!.isEnded).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
