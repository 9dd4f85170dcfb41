/**
 * Whether one client answers its pings: it cannot while it does not read. Where little is sent the kernel takes megabytes
 * before anything waits in this process, so that who stopped reading is known by this alone. Who reads late answers late,
 * but does answer.
 *
 * Of the time between two looks no more than a second counts: a process that stood still blames nobody for the answers that
 * it did not read.
 */

/** Between two looks at a client. */
export const lookMs = 250;

const pingMs = 1000;
const mostPerLookMs = 1000;

export class Pings {
  readonly #patienceMs: number;
  #lookedAt: number | undefined;
  /** Since the last ping. */
  #quietMs = pingMs;
  /** Since the last answer. */
  #silentMs = 0;

  /** `patienceMs`: how long no answer may come. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** What is to be done now: send a ping, or give it up. Call it every `lookMs`; a timer that catches up is overlooked. */
  look(now: number): "ping" | "silent" | undefined {
    const passedMs = Math.min(now - (this.#lookedAt ?? now), mostPerLookMs);
    if (this.#lookedAt !== undefined && passedMs < lookMs / 2) return undefined;
    this.#lookedAt = now;
    this.#silentMs += passedMs;
    if (this.#silentMs > this.#patienceMs) return "silent";
    this.#quietMs += passedMs;
    // give or take half a look, or a clock that is a bit slow would skip one each time
    if (this.#quietMs < pingMs - lookMs / 2) return undefined;
    this.#quietMs = 0;
    return "ping";
  }

  answered(): void {
    this.#silentMs = 0;
  }
}
