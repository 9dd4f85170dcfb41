/**
 * What the crowds of many processes know of each other (PR6): each tells what became of its own seats, all else follows.
 *
 * Batches are numbered. Whoever misses one, or does not know the process, asks for a snapshot; the newest number is told
 * once a second, so that a lost last batch is missed too. What is applied is how a seat is, not what happened to it: it may
 * come twice or late. A process that is gone takes its seats with it, unless the new homes of its rooms adopt them.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { LeaveReason } from "../../schema/messages.ts";
import type { Cluster, ClusterEvent } from "../cluster/cluster.ts";
import { apart } from "../context.ts";
import type { CrowdEvent, RoomKey, Seat, SeatState } from "./crowd.ts";
import { isAway, isOwn } from "./entry.ts";
import { decode, encode, type Message } from "./wire.ts";

/** What changes within this time goes out in one batch; the first change goes at once. */
const gatherMs = 20;
const tellMs = 1000;
/** How long a process is waited for that tells of itself and is no member (yet). */
const strangerMs = 10_000;
const askAgainMs = 250;
const settleMs = 1000;
const maxSeats = 500;

export interface ReplicationOptions {
  cluster: Pick<Cluster, "id" | "isUp" | "isCurrent" | "members" | "watch" | "channel">;
  apply(events: readonly CrowdEvent[]): void;
  /** The seats that a process speaks for; own ones if left out. */
  seatsOf(origin?: string): Iterable<Seat>;
  seat(key: string): Seat | undefined;
  onError(error: unknown): void;
}

/** What is known of another process. */
type Origin = {
  incarnation: string;
  number: number;
  /** Whether all of its seats are known. */
  isWhole: boolean;
  /** While a snapshot comes in: what it has so far. */
  seen: Set<string> | undefined;
  askedAt: number;
  /** When it was last seen to be a member. */
  memberAt: number;
};
type Batch = Extract<Message, { type: "batch" }>;

export class Replication {
  readonly #options: ReplicationOptions;
  readonly #channel;
  readonly #incarnation = randomUUID().slice(0, 8);
  readonly #origins = new Map<string, Origin>();
  /** Not heard any more until they join again. */
  readonly #gone = new Set<string>();
  readonly #stop: (() => void)[] = [];
  #number = 0;
  #pending = new Map<string, LeaveReason | undefined>();
  #lost: RoomKey[] = [];
  #isDrained = false;
  #flushedAt = Number.NEGATIVE_INFINITY;
  /** Of the batch that is gathered, and of what was sent before it. */
  #gathered: PromiseWithResolvers<void> | undefined;
  #sent: Promise<void> = Promise.resolve();
  #snapshot: NodeJS.Timeout | undefined;

  constructor(options: ReplicationOptions) {
    this.#options = options;
    const { cluster } = options;
    this.#channel = cluster.channel("presence");
    const telling = setInterval(() => this.#tick(), tellMs).unref();
    this.#stop.push(
      this.#channel.listen((text, from) => this.#hear(text, from)),
      cluster.watch((event) => this.#onCluster(event)),
      () => clearInterval(telling),
    );
    this.#ask([]);
  }

  /** Tells the others what became of own seats: the reason of those that ended. */
  send(outcomes: ReadonlyMap<string, LeaveReason | undefined>): void {
    if (this.#isDrained || outcomes.size === 0) return;
    for (const [seat, reason] of outcomes) this.#pending.set(seat, reason);
    this.#gather();
  }

  /** Resolves when what was sent so far is on its way, or could not be, after a second at most. */
  async settled(): Promise<void> {
    await Promise.race([this.#gathered?.promise ?? this.#sent, pause(settleMs, undefined, { ref: false })]);
  }

  /** From now on others hold the seats of this process, and hear no more of them. */
  async drain(): Promise<void> {
    if (this.#isDrained) return;
    this.#flush();
    this.#isDrained = true;
    this.#tellNewest();
    await this.settled();
  }

  close(): void {
    clearTimeout(this.#snapshot);
    this.#gathered?.resolve();
    this.#gathered = undefined;
    for (const stop of this.#stop) stop();
  }

  // --- what this process tells ---

  #gather(): void {
    if (this.#gathered) return;
    this.#gathered = Promise.withResolvers();
    const waitMs = this.#flushedAt + gatherMs - performance.now();
    // what many caused goes together
    apart(() => (waitMs <= 0 ? setImmediate(() => this.#flush()) : setTimeout(() => this.#flush(), waitMs)));
  }

  #flush(): void {
    const gathered = this.#gathered;
    if (!gathered) return;
    // what it still has it does not know: what it lost meanwhile is not its to tell
    if (!this.#options.cluster.isCurrent) return void setTimeout(() => this.#flush(), gatherMs);
    this.#gathered = undefined;
    this.#flushedAt = performance.now();
    const puts: SeatState[] = [];
    const ends: [string, LeaveReason][] = [];
    for (const [key, reason] of this.#pending) {
      if (reason) ends.push([key, reason]);
      else puts.push(...this.#stateOf(key));
    }
    const lost = this.#lost;
    this.#lost = [];
    this.#pending.clear();
    for (let at = 0; at < puts.length; at += maxSeats) this.#publishBatch({ puts: puts.slice(at, at + maxSeats) });
    for (let at = 0; at < ends.length; at += maxSeats) this.#publishBatch({ ends: ends.slice(at, at + maxSeats) });
    if (lost.length > 0) this.#publishBatch({ lost });
    void this.#sent.then(gathered.resolve);
  }

  /** An own seat as it is now; nothing if it ended meanwhile, or is no longer its own. */
  #stateOf(key: string): SeatState[] {
    const seat = this.#options.seat(key);
    if (!seat || !isOwn(seat)) return [];
    const { origin: _, orphan: __, awayUntil: ___, ...state } = seat;
    return [{ ...state, isAway: isAway(seat) }];
  }

  #publishBatch(batch: Partial<Batch>): void {
    const header = { type: "batch", incarnation: this.#incarnation, number: ++this.#number } as const;
    this.#publish({ ...header, part: "none", puts: [], ends: [], lost: [], ...batch });
  }

  /** What does not get through is missed by its number later. */
  #publish(message: Message): void {
    if (!this.#options.cluster.isUp) return;
    const before = this.#sent;
    const sent = this.#channel.publish(encode(message)).catch(() => {});
    this.#sent = sent.then(() => before);
  }

  #tellNewest(): void {
    const { cluster } = this.#options;
    const about = { incarnation: this.#incarnation, number: this.#number, isDrained: this.#isDrained };
    if (cluster.isCurrent) this.#publish({ type: "newest", ...about });
  }

  #ask(of: readonly string[]): void {
    this.#publish({ type: "ask", of });
  }

  /** Tells all own seats, once for all who ask at about the same time. */
  #planSnapshot(): void {
    if (this.#isDrained || this.#snapshot) return;
    this.#snapshot = setTimeout(() => this.#sendSnapshot(), gatherMs);
  }

  /** Seats as they are when their part is sent; those that come after its first part are told in batches. */
  #sendSnapshot(keys?: readonly string[], at = 0): void {
    this.#snapshot = undefined;
    if (this.#isDrained) return;
    const { cluster, seatsOf } = this.#options;
    if (!cluster.isUp || !cluster.isCurrent) {
      this.#snapshot = setTimeout(() => this.#sendSnapshot(keys, at), tellMs);
      return;
    }
    const all = keys ?? [...seatsOf()].map(({ key }) => key);
    const next = at + maxSeats;
    const isLast = next >= all.length;
    const part = at === 0 ? (isLast ? "whole" : "first") : isLast ? "last" : "middle";
    this.#publishBatch({ part, puts: all.slice(at, next).flatMap((key) => this.#stateOf(key)) });
    if (!isLast) this.#snapshot = setTimeout(() => this.#sendSnapshot(all, next), 1);
  }

  // --- what it hears ---

  #hear(text: string, from: string): void {
    if (this.#gone.has(from)) return;
    try {
      const message = decode(text);
      if (message) this.#take(message, from);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #take(message: Message, from: string): void {
    if (message.type === "ask") {
      if (message.of.length === 0 || message.of.includes(this.#options.cluster.id)) this.#planSnapshot();
      return;
    }
    const origin = this.#originOf(from, message.incarnation);
    if (message.type === "newest") {
      if (message.number > origin.number) {
        origin.isWhole = false;
        origin.seen = undefined;
      }
      if (message.isDrained) {
        this.#options.apply([{ type: "vanish", origin: from, reason: "drained" }]);
        return;
      }
    } else if (message.number > origin.number) this.#takeBatch(message, from, origin);
    if (!origin.isWhole && !origin.seen) this.#askOnce(from, origin);
  }

  #originOf(from: string, incarnation: string): Origin {
    let origin = this.#origins.get(from);
    if (origin?.incarnation === incarnation) return origin;
    if (origin) this.#options.apply([{ type: "vanish", origin: from, reason: "lost" }]);
    const unknown = { number: 0, isWhole: false, seen: undefined };
    origin = { incarnation, ...unknown, askedAt: Number.NEGATIVE_INFINITY, memberAt: performance.now() };
    this.#origins.set(from, origin);
    return origin;
  }

  #takeBatch({ number, part, puts, ends, lost }: Batch, from: string, origin: Origin): void {
    if (number !== origin.number + 1) {
      origin.isWhole = false;
      origin.seen = undefined;
    }
    origin.number = number;
    if (part !== "none" && origin.isWhole) return; // of what is known already
    if (part === "first" || part === "whole") origin.seen = new Set();
    for (const { key } of puts) origin.seen?.add(key);
    this.#options.apply([
      ...puts.map((seat): CrowdEvent => ({ type: "put", origin: from, seat })),
      ...ends.map(([seat, reason]): CrowdEvent => ({ type: "end", origin: from, seat, reason })),
      ...lost.map((room): CrowdEvent => ({ type: "vanish", origin: from, room, reason: "lost" })),
    ]);
    if ((part === "last" || part === "whole") && origin.seen) this.#complete(from, origin, origin.seen);
  }

  /** A snapshot is in: what it did not have ended without being heard of. */
  #complete(from: string, origin: Origin, seen: ReadonlySet<string>): void {
    const ended = [...this.#options.seatsOf(from)].filter(({ key }) => !seen.has(key));
    this.#options.apply(ended.map(({ key }) => ({ type: "end", origin: from, seat: key, reason: "left" })));
    origin.seen = undefined;
    origin.isWhole = true;
  }

  #askOnce(from: string, origin: Origin): void {
    const now = performance.now();
    if (now < origin.askedAt + askAgainMs) return;
    origin.askedAt = now;
    this.#ask([from]);
  }

  // --- who is there ---

  #onCluster(event: ClusterEvent): void {
    switch (event.type) {
      case "joined":
        this.#gone.delete(event.member.id);
        this.#ask([event.member.id]);
        break;
      case "gone":
        this.#forget(event.member.id, event.why === "drained" ? "drained" : "lost");
        this.#gone.add(event.member.id);
        break;
      case "lost": {
        const room = event.home.key as RoomKey;
        this.#options.apply([{ type: "vanish", origin: "", room, reason: "lost" }]);
        this.#lost.push(room);
        this.#gather();
        break;
      }
      case "up":
        this.#ask([]);
        this.#tellNewest();
        break;
      case "down":
        break;
      default:
        event satisfies never;
    }
  }

  #forget(id: string, reason: "lost" | "drained"): void {
    this.#origins.delete(id);
    this.#options.apply([{ type: "vanish", origin: id, reason }]);
  }

  #tick(): void {
    this.#tellNewest();
    const { cluster } = this.#options;
    if (!cluster.isUp || !cluster.isCurrent) return;
    const members = new Set(cluster.members().map(({ id }) => id));
    const now = performance.now();
    for (const [id, origin] of this.#origins) {
      if (members.has(id)) origin.memberAt = now;
      else if (now >= origin.memberAt + strangerMs) this.#forget(id, "lost");
    }
    const unheard = [...members].filter((id) => id !== cluster.id && !this.#origins.has(id) && !this.#gone.has(id));
    if (unheard.length > 0) this.#ask(unheard);
  }
}
