/**
 * Who joins now, who waits in line, and who is told to come again: a rush of joins is served as fast as the machine can,
 * and those who are in notice little of it. Knows neither rooms nor what a join does.
 *
 * `atOnce` joins may be under way however late the event loop is, so that somebody always gets in. While it comes round in
 * time, as many again may begin each time that it is looked at. Others wait in line, at most a second each, those who are
 * here already before newcomers. The line holds what was begun within the last second. Who finds it full, or has waited
 * for that long, is refused with BUSY and a time of their own to come again.
 *
 * A join is under way from its request until its seat is taken. One that is not taken within 2 s counts no longer: seats
 * that nobody comes for keep nobody out.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import { Comebacks, Pace } from "./pace.ts";

export interface AdmissionOptions {
  /** Joins under way that are always allowed. */
  atOnce: number;
  /** How late the event loop may be for more. */
  lagMs: number;
  /** Ms of a clock that never goes back. */
  now?: () => number;
  /** Calls `look` again and again until the returned function is called. */
  every?: (ms: number, look: () => void) => () => void;
}

/** One who asks to join. */
export interface Asking {
  /** Whose tab has a seat already: it comes back to it, or goes from there to another room. */
  isHere: boolean;
  /** Its turn has come: perhaps at once. */
  begin(): void;
  refuse(error: HereaboutsError): void;
}

type Waiting = Asking & { since: number };

const lookMs = 10;
const waitMs = 1000;
const forgetMs = 2000;

export class Admission {
  readonly #options: Required<AdmissionOptions>;
  readonly #serving = new Set<Asking>();
  /** When each seat was given out that is not taken yet, oldest first. */
  readonly #given = new Map<string, number>();
  /** In the order in which they are served. */
  readonly #lines: readonly [here: Set<Waiting>, newcomers: Set<Waiting>] = [new Set(), new Set()];
  readonly #pace = new Pace();
  readonly #comebacks = new Comebacks(waitMs);
  #begunSinceLook = 0;
  #lookedAt = 0;
  #lateMs = 0;
  #stopLooking: (() => void) | undefined;

  constructor({ now = () => performance.now(), every = repeat, ...bounds }: AdmissionOptions) {
    this.#options = { ...bounds, now, every };
  }

  /** Joins that are being served, or whose seats are not taken yet. */
  get underWay(): number {
    return this.#serving.size + this.#given.size;
  }

  get waiting(): number {
    return this.#lines[0].size + this.#lines[1].size;
  }

  /** Returns what is to be called once it is over: the request is answered, or given up. */
  enter(asking: Asking): () => void {
    const now = this.#options.now();
    this.#watchLoop(now);
    const [here, newcomers] = this.#lines;
    const line = asking.isHere ? here : newcomers;
    const before = asking.isHere ? here.size : this.waiting;
    const waiting: Waiting = { ...asking, since: now };
    if (this.waiting === 0 && this.#mayBegin(now)) this.#begin(waiting, now);
    else if (before < this.#pace.perSecond(now)) line.add(waiting);
    else asking.refuse(this.#busy(now));
    return () => {
      line.delete(waiting);
      if (this.#serving.delete(waiting)) this.#serveLines();
    };
  }

  /** A seat is given out here, which is to be taken yet. */
  give(sessionId: string): void {
    this.#given.set(sessionId, this.#options.now());
  }

  /** A seat that was given out has been taken, or never will be. */
  settle(sessionId: string): void {
    if (this.#given.delete(sessionId)) this.#serveLines();
  }

  #mayBegin(now: number): boolean {
    const { atOnce, lagMs } = this.#options;
    if (this.underWay < atOnce) return true;
    const lateMs = Math.max(this.#lateMs, now - this.#lookedAt - lookMs);
    return lateMs < lagMs && this.#begunSinceLook < atOnce;
  }

  #begin(asking: Waiting, now: number): void {
    this.#serving.add(asking);
    this.#begunSinceLook++;
    this.#pace.count(now);
    asking.begin();
  }

  #serveLines(): void {
    if (this.waiting === 0) return;
    const now = this.#options.now();
    for (const line of this.#lines) {
      for (const next of line) {
        if (!this.#mayBegin(now)) return;
        line.delete(next);
        this.#begin(next, now);
      }
    }
  }

  #busy(now: number): HereaboutsError {
    return new HereaboutsError("BUSY", "", { retryAfterMs: this.#comebacks.next(now, this.#pace.perSecond(now)) });
  }

  /** Only while there are joins: a server where nobody comes has nothing to look at. */
  #watchLoop(now: number): void {
    if (this.#stopLooking) return;
    this.#lookedAt = now;
    this.#lateMs = 0;
    this.#begunSinceLook = 0;
    this.#stopLooking = this.#options.every(lookMs, () => this.#look());
  }

  #look(): void {
    const now = this.#options.now();
    this.#lateMs = Math.max(0, now - this.#lookedAt - lookMs);
    this.#lookedAt = now;
    this.#begunSinceLook = 0;
    for (const [sessionId, since] of this.#given) {
      if (now - since < forgetMs) break;
      this.#given.delete(sessionId);
    }
    for (const line of this.#lines) {
      for (const first of line) {
        if (now - first.since < waitMs) break;
        line.delete(first);
        first.refuse(this.#busy(now));
      }
    }
    this.#serveLines();
    if (this.underWay > 0 || this.waiting > 0) return;
    this.#stopLooking?.();
    this.#stopLooking = undefined;
  }
}

function repeat(ms: number, look: () => void): () => void {
  const timer = setInterval(look, ms).unref();
  return () => clearInterval(timer);
}
