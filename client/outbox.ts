/**
 * What is asked of a room: sent at once while the seat is open, kept in order while it is not (100 at most), sent once.
 *
 * A request that was under way when the connection ended may have been taken or not. One that can be repeated without
 * harm is sent again, before what was asked after it; any other is rejected, since saying something twice is worse than
 * being told. What was refused for being too fast waits a moment by itself. A serial outbox sends the next one when the
 * last was answered, so that what arrives is in the order in which it was asked.
 */
import { HereaboutsError } from "../schema/errors.ts";
import { toKnown } from "./errors.ts";

export interface OutboxOptions {
  ask(type: string, message: unknown): Promise<unknown>;
  isOpen(): boolean;
  isSerial?: boolean;
}

type Entry = {
  order: number;
  /** How often it was sent: an answer counts only if it is that to the last time. */
  attempts: number;
  type: string;
  message: unknown;
  repeatable: boolean;
  resolve: (answer: unknown) => void;
  reject: (error: HereaboutsError) => void;
};

const maxQueued = 100;
/** Below the server's limit for a frame, less what a frame adds. */
const maxBytes = 15_000;
/** Before what was lost although the seat is open is sent again. */
const pauseMs = 500;
/** Waited for by itself where one was too fast; longer (slow mode) is told. */
const maxWaitMs = 2000;
/** An answer that never came, or that it may not have been stored: the connection or the room ended, or the server waits. */
const lost = new Set(["UNREACHABLE", "TIMEOUT", "UNAVAILABLE", "MOVED"]);

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: Entry[] = [];
  readonly #underWay = new Set<Entry>();
  #order = 0;
  #waitTimer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Throws TOO_LARGE, CLOSED, or UNREACHABLE where too much waits already; else what the room answers or refuses. */
  request(type: string, message: unknown, { repeatable }: { repeatable: boolean }): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new HereaboutsError("CLOSED"));
    if (new TextEncoder().encode(JSON.stringify(message)).length > maxBytes) {
      return Promise.reject(new HereaboutsError("TOO_LARGE", `"${type}" may have ${maxBytes} bytes.`));
    }
    if (this.#queue.length >= maxQueued) {
      return Promise.reject(new HereaboutsError("UNREACHABLE", `${maxQueued} messages are waiting already.`));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ order: this.#order++, attempts: 0, type, message, repeatable, resolve, reject });
      this.#sendNext();
    });
  }

  /** The seat is open (again): sends what waits. What is under way still went over the connection before, and is lost. */
  flush(): void {
    const lostOnes = [...this.#underWay];
    this.#underWay.clear();
    clearTimeout(this.#waitTimer);
    this.#waitTimer = undefined;
    for (const entry of lostOnes) this.#onLost(entry);
    this.#sendNext();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#waitTimer);
    for (const entry of this.#queue.splice(0)) entry.reject(new HereaboutsError("CLOSED"));
  }

  #sendNext(): void {
    while (this.#queue.length > 0 && this.#maySend()) this.#send(this.#queue.shift()!);
  }

  #maySend(): boolean {
    if (!this.#options.isOpen() || this.#waitTimer !== undefined) return false;
    return !this.#options.isSerial || this.#underWay.size === 0;
  }

  #send(entry: Entry): void {
    const attempt = ++entry.attempts;
    this.#underWay.add(entry);
    const settle = (how: () => void) => {
      if (entry.attempts !== attempt || !this.#underWay.delete(entry)) return;
      how();
      this.#sendNext();
    };
    this.#options.ask(entry.type, entry.message).then(
      (answer) => settle(() => entry.resolve(answer)),
      (thrown: unknown) => settle(() => this.#onFailure(entry, toKnown(thrown))),
    );
  }

  #onFailure(entry: Entry, error: HereaboutsError): void {
    const waitMs = error.code === "TOO_FAST" ? error.retryAfterMs : undefined;
    if (this.#isClosed) entry.reject(error);
    else if (lost.has(error.code) && entry.repeatable) {
      this.#putBack(entry);
      this.#wait(pauseMs);
    } else if (waitMs !== undefined && waitMs <= maxWaitMs) {
      this.#putBack(entry);
      this.#wait(waitMs);
    } else if (error.code === "UNREACHABLE") this.#onLost(entry);
    else entry.reject(error);
  }

  #onLost(entry: Entry): void {
    if (entry.repeatable) this.#putBack(entry);
    else entry.reject(new HereaboutsError("UNREACHABLE", `"${entry.type}" may not have arrived.`));
  }

  #putBack(entry: Entry): void {
    const at = this.#queue.findIndex(({ order }) => order > entry.order);
    this.#queue.splice(at < 0 ? this.#queue.length : at, 0, entry);
  }

  #wait(ms: number): void {
    clearTimeout(this.#waitTimer);
    this.#waitTimer = setTimeout(() => {
      this.#waitTimer = undefined;
      this.#sendNext();
    }, ms);
  }
}
