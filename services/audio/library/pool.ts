/**
 * Threads that take one job each, and a watchdog: a thread that says nothing for `silentMs` while it works is ended, as a
 * decoder hangs in it, and so is one that crashed; its job is given to a fresh thread once more and then fails.
 */
import type { Answer, Job, Reply } from "./jobs.ts";

/** What is used of a Worker. */
export interface Thread {
  postMessage(job: Job): void;
  on(event: "message", listener: (reply: Reply) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  terminate(): Promise<unknown>;
}

export type PoolOptions = { threads: number; silentMs: number; start(): Thread };

type Task = { job: Job; attempts: number; settle(answer: Answer): void };

export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: Thread[] = [];
  readonly #working = new Map<Thread, { task: Task; timer: NodeJS.Timeout }>();
  readonly #queue: Task[] = [];
  #ended = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts a thread ahead of the first job. */
  warm(): void {
    if (this.#idle.length + this.#working.size === 0) this.#idle.push(this.#start());
  }

  /** Never rejects: what goes wrong is an answer. */
  run(job: Job): Promise<Answer> {
    return new Promise((settle) => {
      this.#queue.push({ job, attempts: 0, settle });
      this.#next();
    });
  }

  async end(): Promise<void> {
    this.#ended = true;
    const ended: Answer = { type: "failed", reason: "the library was closed" };
    for (const { settle } of this.#queue.splice(0)) settle(ended);
    for (const { task, timer } of this.#working.values()) {
      clearTimeout(timer);
      task.settle(ended);
    }
    const threads = [...this.#working.keys(), ...this.#idle.splice(0)];
    this.#working.clear();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #next(): void {
    if (this.#ended || this.#working.size >= this.#options.threads) return;
    const task = this.#queue.shift();
    if (!task) return;
    const thread = this.#idle.pop() ?? this.#start();
    const timer = setTimeout(() => this.#lose(thread, "its decoder hangs"), this.#options.silentMs);
    task.attempts++;
    this.#working.set(thread, { task, timer });
    thread.postMessage(task.job);
  }

  #start(): Thread {
    const thread = this.#options.start();
    thread.on("message", (reply) => this.#hear(thread, reply));
    thread.on("error", (error) => this.#lose(thread, error.message));
    return thread;
  }

  #hear(thread: Thread, reply: Reply): void {
    const work = this.#working.get(thread);
    if (!work) return;
    work.timer.refresh();
    if (reply.type === "alive") return;
    clearTimeout(work.timer);
    this.#working.delete(thread);
    this.#idle.push(thread);
    work.task.settle(reply);
    this.#next();
  }

  #lose(thread: Thread, reason: string): void {
    const work = this.#working.get(thread);
    this.#working.delete(thread);
    const idle = this.#idle.indexOf(thread);
    if (idle >= 0) this.#idle.splice(idle, 1);
    void thread.terminate();
    if (!work) return;
    clearTimeout(work.timer);
    if (work.task.attempts < 2) this.#queue.unshift(work.task);
    else work.task.settle({ type: "failed", reason });
    this.#next();
  }
}
