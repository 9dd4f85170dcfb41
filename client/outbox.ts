/**
 * What is asked of a room: sent at once while the seat is open, kept in order while it is not (100 at most), sent once.
 *
 * A request that was under way when the connection ended may have been taken or not. One that can be repeated without
 * harm is sent again; any other is rejected, since saying something twice is worse than being told.
 */
import { HereaboutsError } from "../schema/errors.ts";
import { toKnown } from "./errors.ts";

type Ask = (type: string, message: unknown) => Promise<unknown>;
type Entry = {
  type: string;
  message: unknown;
  repeatable: boolean;
  resolve: (answer: unknown) => void;
  reject: (error: HereaboutsError) => void;
};

const maxQueued = 100;
/** Below the server's limit for a frame, less what a frame adds. */
const maxChars = 15_000;

export class Outbox {
  readonly #ask: Ask;
  readonly #isOpen: () => boolean;
  #queue: Entry[] = [];
  #isClosed = false;

  constructor(options: { ask: Ask; isOpen: () => boolean }) {
    this.#ask = options.ask;
    this.#isOpen = options.isOpen;
  }

  request(type: string, message: unknown, options: { repeatable: boolean }): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new HereaboutsError("CLOSED"));
    if ((JSON.stringify(message) ?? "").length > maxChars) {
      return Promise.reject(new HereaboutsError("TOO_LARGE", `"${type}" may have ${maxChars} characters.`));
    }
    if (this.#queue.length >= maxQueued) {
      return Promise.reject(new HereaboutsError("UNREACHABLE", `${maxQueued} messages are waiting already.`));
    }
    return new Promise((resolve, reject) => {
      const entry = { type, message, repeatable: options.repeatable, resolve, reject };
      if (this.#isOpen() && this.#queue.length === 0) this.#send(entry);
      else this.#queue.push(entry);
    });
  }

  /** The seat is open (again). */
  flush(): void {
    const waiting = this.#queue;
    this.#queue = [];
    for (const entry of waiting) this.#send(entry);
  }

  close(): void {
    this.#isClosed = true;
    for (const entry of this.#queue) entry.reject(new HereaboutsError("CLOSED"));
    this.#queue = [];
  }

  #send(entry: Entry): void {
    this.#ask(entry.type, entry.message).then(entry.resolve, (thrown: unknown) => {
      const error = toKnown(thrown);
      const isLost = error.code === "UNREACHABLE" && !this.#isClosed;
      if (isLost && entry.repeatable && this.#queue.length < maxQueued) this.#queue.push(entry);
      else entry.reject(isLost ? new HereaboutsError("UNREACHABLE", `"${entry.type}" may not have arrived.`) : error);
    });
  }
}
