/**
 * A few workers that take one job at a time, the most urgent first. A worker that says nothing for too long (a decoder
 * hangs in it) is given up, and so is one that ends; its job may be tried once more by another. What may wait (background)
 * never keeps the last worker from what may not. Knows nothing of what the jobs are.
 */
import { type ErrorCode, HereaboutsError } from "../../schema/errors.ts";
import { apart } from "../context.ts";

/** What a worker answers in the end. An error has the code of what was wrong with the job itself. */
export type Answer<Result> = { ok: true; result: Result } | { ok: false; code: ErrorCode; details: string };
/** `alive` is said now and then by one that works for long. */
export type Reply<Result> = "alive" | Answer<Result>;

/** What is needed of a `Worker`. */
export interface PoolWorker<Job, Result> {
  postMessage(job: Job, transfer: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (reply: Reply<Result>) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  /** A worker holds the process only while something waits for it. */
  ref(): void;
  unref(): void;
  terminate(): unknown;
}

export type PoolOptions<Job, Result> = { spawn(): PoolWorker<Job, Result>; workers: number; maxQueue: number };

export type Ask = {
  /** Which goes first: the least. For example when it will be heard, in ms of some clock. */
  neededAt: number;
  /** In which its worker must say something. */
  timeoutMs: number;
  isBackground: boolean;
  /** How often it is given to a worker if one is lost over it; once by default. */
  attempts?: number;
  /** Memory to hand over instead of copying; gone with a worker that is lost. */
  transfer?: readonly ArrayBuffer[];
};

type Pending<Job, Result> = Ask & { job: Job; resolve(result: Result): void; reject(error: HereaboutsError): void };
type Slot<Job, Result> = {
  worker: PoolWorker<Job, Result>;
  /** Ends it when it has had nothing to do for long. */
  rest: NodeJS.Timeout;
  at: { pending: Pending<Job, Result>; watchdog: NodeJS.Timeout } | undefined;
};

/** A worker that has nothing to do is kept for so long: it holds tens of megabytes, and is started anew in a tenth of a second. */
export const idleMs = 10_000;

export class Pool<Job, Result> {
  #options: PoolOptions<Job, Result>;
  #slots = new Set<Slot<Job, Result>>();
  #queue: Pending<Job, Result>[] = [];
  #isClosed = false;

  constructor(options: PoolOptions<Job, Result>) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Starts a worker ahead of the first job. */
  warm(): void {
    if (this.#slots.size === 0) this.#spawn();
  }

  run(job: Job, ask: Ask): Promise<Result> {
    if (this.#isClosed) return Promise.reject(closing());
    if (this.#queue.length >= this.#options.maxQueue) {
      return Promise.reject(new HereaboutsError("AUDIO_BUSY", `${this.#queue.length} jobs wait.`));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...ask, job, resolve, reject });
      this.#queue.sort((a, b) => Number(a.isBackground) - Number(b.isBackground) || a.neededAt - b.neededAt);
      this.#next();
    });
  }

  /** Ends all workers; what was not answered is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const error = closing();
    for (const pending of this.#queue.splice(0)) pending.reject(error);
    await Promise.all([...this.#slots].map((slot) => this.#giveUp(slot, error)));
  }

  #next(): void {
    for (;;) {
      const busy = [...this.#slots].filter(({ at }) => at);
      const room = this.#options.workers - busy.length;
      const first = this.#queue[0];
      if (!first || room <= 0) return;
      const atWork = busy.filter(({ at }) => at!.pending.isBackground).length;
      if (first.isBackground && atWork >= Math.max(1, this.#options.workers - 1)) return;
      this.#queue.shift();
      this.#start([...this.#slots].find(({ at }) => !at) ?? this.#spawn(), first);
    }
  }

  /** A worker serves whoever comes, and so belongs to nobody. */
  #spawn(): Slot<Job, Result> {
    return apart(() => this.#spawnApart());
  }

  #spawnApart(): Slot<Job, Result> {
    const worker = this.#options.spawn();
    const rest = setTimeout(() => !slot.at && void this.#giveUp(slot, closing()), idleMs).unref();
    const slot: Slot<Job, Result> = { worker, rest, at: undefined };
    const ended = (cause: unknown) => void this.#giveUp(slot, new HereaboutsError("AUDIO_FAILED", String(cause)));
    slot.worker.on("message", (reply) => this.#answer(slot, reply));
    slot.worker.on("error", ended);
    slot.worker.on("exit", () => ended("The worker ended."));
    slot.worker.unref();
    this.#slots.add(slot);
    return slot;
  }

  #start(slot: Slot<Job, Result>, pending: Pending<Job, Result>): void {
    const tooLong = () =>
      void this.#giveUp(slot, new HereaboutsError("AUDIO_FAILED", `Nothing came for ${pending.timeoutMs} ms.`));
    slot.at = { pending, watchdog: setTimeout(tooLong, pending.timeoutMs) };
    slot.worker.ref();
    try {
      slot.worker.postMessage(pending.job, pending.transfer ?? []);
    } catch (error) {
      // Memory that was handed over before, or cannot be.
      void this.#giveUp(slot, new HereaboutsError("AUDIO_FAILED", String(error)));
    }
  }

  #answer(slot: Slot<Job, Result>, reply: Reply<Result>): void {
    if (reply === "alive") {
      slot.at?.watchdog.refresh();
      return;
    }
    const pending = this.#finish(slot);
    if (!pending) return;
    slot.worker.unref();
    slot.rest.refresh();
    if (reply.ok) pending.resolve(reply.result);
    else pending.reject(new HereaboutsError(reply.code, reply.details));
    this.#next();
  }

  async #giveUp(slot: Slot<Job, Result>, error: HereaboutsError): Promise<void> {
    if (!this.#slots.delete(slot)) return;
    clearTimeout(slot.rest);
    const pending = this.#finish(slot);
    const { attempts = 1 } = pending ?? {};
    if (pending && attempts > 1 && !this.#isClosed) this.#queue.unshift({ ...pending, attempts: attempts - 1 });
    else pending?.reject(error);
    this.#next();
    await slot.worker.terminate();
  }

  #finish(slot: Slot<Job, Result>): Pending<Job, Result> | undefined {
    const { at } = slot;
    slot.at = undefined;
    clearTimeout(at?.watchdog);
    return at?.pending;
  }
}

const closing = () => new HereaboutsError("AUDIO_FAILED", "The server is closing.");
