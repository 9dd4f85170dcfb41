/**
 * Who lives, from what is read of Redis and what others answer when they are asked: pure, `now` comes in. Nobody is given
 * up for silence alone while they could still believe that they are alive:
 *
 * - whose beat is late is asked. A refused connection, another id or "not serving" is death at once, silence is when
 *   nothing came for `deadMs`; an answer is life, whatever became of the beats.
 * - who cannot reach Redis judges nobody, and asks the others: one that has had Redis for `cutOffMs` means that this
 *   process is cut off, and so does one that cannot be connected to, as it may be there with Redis and take over. Then all
 *   must be given up before those others may count this one as dead. One that was connected to and says nothing stands
 *   still: it takes over nothing before it has asked.
 */
import type { Alive, ClusterEvent, Member } from "./cluster.ts";
import type { View } from "./store.ts";

/** A beat that is older makes others ask. */
export const lateMs = 1200;
export const deadMs = 5000;
const cutOffMs = 3000;
const unreachableMs = 1500;

/** `silent`: connected, no answer. `unreachable`: no connection, and nobody said no. */
export type Outcome = Alive | "refused" | "silent" | "unreachable";

type Peer = {
  member: Member;
  life: number;
  beat: number;
  /** When a new beat was seen last. */
  seenAt: number;
  isLate: boolean;
  /** Redis has forgotten it, and waits for it. */
  isMissing: boolean;
  /** Since when it could not be connected to, if so. */
  unreachableAt: number | undefined;
  answer: { at: number; alive: Alive } | undefined;
};

export class Members {
  #peers = new Map<string, Peer>();

  all(): Member[] {
    return [...this.#peers.values()].map(({ member }) => member);
  }

  /** What Redis says, to `self`. */
  read(self: string, { now: redisNow, rows, missing, left }: View, now: number): ClusterEvent[] {
    const events: ClusterEvent[] = [];
    const found = new Set(missing);
    for (const { member, life, beat } of rows) {
      if (member.id === self) continue;
      found.add(member.id);
      const known = this.#peers.get(member.id);
      const isSame = known?.life === life;
      if (known && !isSame) events.push(this.#remove(known, "dead"));
      if (!isSame) events.push({ type: "joined", member });
      const peer = isSame
        ? { ...known, member, beat, seenAt: known.beat === beat ? known.seenAt : now }
        : {
            member,
            life,
            beat,
            seenAt: now,
            isLate: false,
            isMissing: false,
            unreachableAt: undefined,
            answer: undefined,
          };
      this.#peers.set(member.id, { ...peer, isLate: redisNow - beat > lateMs, isMissing: missing.includes(member.id) });
    }
    for (const id of missing) {
      const peer = this.#peers.get(id);
      if (peer && !rows.some(({ member }) => member.id === id)) peer.isLate = peer.isMissing = true;
    }
    for (const peer of this.#peers.values()) {
      const { id } = peer.member;
      if (!found.has(id)) events.push(this.#remove(peer, left.includes(id) ? "drained" : "dead"));
    }
    return events;
  }

  /** Those to ask. `ackedAt`: when the last beat that Redis took was sent. */
  toAsk(now: number, isUp: boolean, ackedAt: number): Member[] {
    if (!isUp && now - ackedAt <= lateMs) return [];
    return [...this.#peers.values()].filter(({ isLate }) => isLate || !isUp).map(({ member }) => member);
  }

  /** Answers what to do of it: to bury that life unless it has beaten since, or to vouch for it. `upAt`: since when Redis has been answering, if it does. */
  answered(id: string, outcome: Outcome, askedAt: number, now: number, upAt: number | undefined) {
    const peer = this.#peers.get(id);
    if (!peer) return undefined;
    peer.unreachableAt = outcome === "unreachable" ? (peer.unreachableAt ?? askedAt) : undefined;
    peer.answer = typeof outcome === "object" ? { at: askedAt, alive: outcome } : undefined;
    if (upAt === undefined || !peer.isLate) return undefined;
    const isSilent = outcome === "silent" || outcome === "unreachable";
    const isDead = isSilent
      ? now - Math.max(peer.seenAt, upAt) >= deadMs
      : outcome === "refused" || outcome.id !== id || !outcome.isServing;
    if (isDead) return { life: peer.life, beat: peer.beat };
    return peer.isMissing && !isSilent ? ("vouch" as const) : undefined;
  }

  /** This process stood still: what it knows of others is old. */
  wake(now: number): void {
    for (const peer of this.#peers.values()) {
      Object.assign(peer, { seenAt: now, unreachableAt: undefined, answer: undefined });
    }
  }

  buried(id: string, life: number): ClusterEvent[] {
    const peer = this.#peers.get(id);
    return peer?.life === life ? [this.#remove(peer, "dead")] : [];
  }

  /** Whether this process, whose beats Redis does not take, is cut off from those who have it. */
  isCutOff(now: number, ackedAt: number): boolean {
    if (now - ackedAt <= cutOffMs) return false;
    return [...this.#peers.values()].some(({ answer, unreachableAt }) => {
      const hasRedis = answer && answer.at > ackedAt && answer.alive.isUp && answer.alive.upMs > cutOffMs;
      return hasRedis || (unreachableAt !== undefined && now - unreachableAt > unreachableMs);
    });
  }

  #remove({ member }: Peer, why: "drained" | "dead"): ClusterEvent {
    this.#peers.delete(member.id);
    return { type: "gone", member, why };
  }
}
