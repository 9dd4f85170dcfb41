/**
 * Presence of this process: the crowd with a clock, and a listener per room.
 *
 * Changes reach listeners in the order in which they happened, also where a listener causes further ones. A listener that
 * throws keeps none of them from the others: its error is thrown once all have heard. Among other processes it tells them
 * what became of its own seats, and takes what they tell (replication.ts); alone it does nothing of the kind.
 */
import type { Followed } from "../../schema/messages.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { apart } from "../context.ts";
import type { Identity } from "../identity/person.ts";
import {
  type Change,
  type Counts,
  Crowd,
  type CrowdEvent,
  type Grounds,
  type RoomKey,
  type RosterEntry,
  type Seat,
} from "./crowd.ts";
import { Follows } from "./follows.ts";
import { Replication } from "./replication.ts";

/** The seats of a process that died go this long after it was found dead: within 6 s of the death (PR6). */
const orphanMs = 3500;

export interface Presence {
  apply(event: CrowdEvent): void;
  /** Calls `listener` with the changes of one room until the returned function is called. */
  watch(room: RoomKey, listener: (changes: readonly Change[]) => void): () => void;
  /** Those of everyone, or of one person, in all rooms and processes. */
  seats(person?: string): IterableIterator<Seat>;
  seat(key: string): Seat | undefined;
  entry(room: RoomKey, person: string): RosterEntry | undefined;
  roster(room: RoomKey): IterableIterator<RosterEntry>;
  counts(room: RoomKey): Readonly<Counts>;
  /** Those in a room who are invisible: for moderators. */
  invisible(room: RoomKey): Identity[];
  grounds(room: RoomKey, person: string): Grounds;
  find(matches: (identity: Identity) => boolean): string[];
  /** Whether a tab holds a seat in any room and process. */
  hasConnection(connection: string): boolean;
  rooms(): IterableIterator<RoomKey>;
  /**
   * Has a seat go along with a person: `tell` is called each time they are elsewhere, and when it is over. Answers where they
   * are. Throws PERSON_NOT_FOUND, NOT_SHARED, FOLLOW_SELF, FOLLOW_CYCLE.
   */
  follow(seat: string, whom: { person: string; id: string }, tell: (followed: Followed) => void): Followed;
  /** Not any more, unless it began with another id since. */
  unfollow(seat: string, id: string): void;
  readonly people: number;
  /** Resolves when the others have been sent what was applied so far, or after a second; at once where there are none. */
  settled(): Promise<void>;
  /** Leaves the seats of this process to the others: they hold them until the new homes of their rooms take them over. */
  drain(): Promise<void>;
  close(): void;
}

/** A tab that is back says within this whom it goes along with still. The SDK tries for 8 s (client/following.ts). */
const followAgainMs = 15_000;

export interface PresenceOptions {
  graceMs: number;
  ghostMs: number;
  /** Slug of a chat's own piece; that of the same name if left out. */
  pieceOf?: (instance: string) => string;
  /** A clock that never goes back, in ms since the epoch. */
  now?: () => number;
  /** The processes it shares its seats with. */
  cluster?: Cluster;
  /** What went wrong in taking what others tell. */
  onError?: (error: unknown) => void;
}

export function createPresence(options: PresenceOptions): Presence {
  const { graceMs, ghostMs, pieceOf, now = steadyNow, cluster, onError = () => {} } = options;
  const isShared = cluster !== undefined && !cluster.isAlone;
  const crowd = new Crowd({ graceMs, ghostMs, holdMs: Math.min(orphanMs, graceMs), pieceOf, isShared });
  const listeners = new Map<RoomKey, Set<(changes: readonly Change[]) => void>>();
  const queue: CrowdEvent[] = [];
  let isRunning = false;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  const follows = new Follows({ crowd, apply: (event) => apply(event) });
  const lapses = new Set<NodeJS.Timeout>();
  const expectFollow = (key: string) => {
    if (!crowd.seat(key)?.follows) return;
    const lapse = () => {
      lapses.delete(timeout);
      follows.lapse(key);
    };
    const timeout = apart(() => setTimeout(lapse, followAgainMs));
    lapses.add(timeout.unref());
  };
  const publish = (changes: readonly Change[], thrown: unknown[]) => {
    for (const change of changes) if (change.type === "end") follows.forget(change.seat);
    const byRoom = Map.groupBy(changes, (change) => change.room);
    for (const [room, own] of byRoom) {
      for (const listener of [...(listeners.get(room) ?? [])]) {
        try {
          listener(own);
        } catch (error) {
          thrown.push(error);
        }
      }
    }
  };

  const schedule = () => {
    if (crowd.deadline === timerAt) return;
    clearTimeout(timer);
    timerAt = crowd.deadline;
    if (!Number.isFinite(timerAt)) return;
    const tick = () => {
      timerAt = Number.POSITIVE_INFINITY;
      apply({ type: "tick" });
    };
    // one timer for all rooms, whoever was the first to need it
    timer = apart(() => setTimeout(tick, Math.max(1, timerAt - now())));
    timer.unref();
  };

  const apply = (...events: readonly CrowdEvent[]) => {
    queue.push(...events);
    if (isRunning) return;
    isRunning = true;
    const thrown: unknown[] = [];
    const moved = new Set<string>();
    for (let next = queue.shift(); next; next = queue.shift()) {
      try {
        publish(crowd.apply(next, now()), thrown);
        if (next.type === "join") expectFollow(next.seat);
      } catch (error) {
        thrown.push(error);
      }
      for (const person of crowd.takeMoved()) moved.add(person);
    }
    isRunning = false;
    for (const person of moved) {
      try {
        follows.moved(person);
      } catch (error) {
        thrown.push(error);
      }
    }
    schedule();
    replication?.send(crowd.takeOutcomes());
    if (thrown.length > 0) throw thrown[0];
  };

  const replication = isShared
    ? new Replication({
        cluster,
        apply(events) {
          try {
            apply(...events);
          } catch (error) {
            onError(error);
          }
        },
        seatsOf: (origin) => crowd.seatsOf(origin),
        seat: (key) => crowd.seat(key),
        onError,
      })
    : undefined;

  return {
    apply,
    watch(room, listener) {
      const own = listeners.get(room) ?? new Set();
      listeners.set(room, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(room) === own) listeners.delete(room);
      };
    },
    seats: (person) => crowd.seats(person),
    seat: (key) => crowd.seat(key),
    entry: (room, person) => crowd.entry(room, person),
    roster: (room) => crowd.roster(room),
    counts: (room) => crowd.counts(room),
    invisible: (room) => crowd.invisible(room),
    grounds: (room, person) => crowd.grounds(room, person),
    find: (matches) => crowd.find(matches),
    hasConnection: (connection) => crowd.hasConnection(connection),
    rooms: () => crowd.rooms(),
    follow: (seat, whom, tell) => follows.begin(seat, whom, tell),
    unfollow: (seat, id) => follows.end(seat, id),
    get people() {
      return crowd.people;
    },
    settled: async () => replication?.settled(),
    drain: async () => replication?.drain(),
    close() {
      clearTimeout(timer);
      for (const lapse of lapses) clearTimeout(lapse);
      replication?.close();
    },
  };
}

/** Wall-clock time at start, advanced by the monotonic clock: a jump of the machine's clock moves nothing. */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}
