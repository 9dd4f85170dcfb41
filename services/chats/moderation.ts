/**
 * What holds for whom in one chat: mutes, shadow mutes and bans with their ends, and slow mode. Kept in the log, read from
 * it when the room opens; each change is noted with who, whom, why and when.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Order } from "../../schema/operations.ts";
import { describeRestriction, endAfter, mustBeOf } from "../bans/bans.ts";
import type { ChatLog, Restriction } from "../chatlog/chatlog.ts";

type Kind = Restriction["kind"];
/** Its seconds, none for good; or its end, null for good. */
type Length = { seconds?: number | undefined; until?: number | null | undefined };

const rememberedSpeakers = 10_000;
/** Within this a client says again what it got no answer to. */
const repeatMs = 10 * 60_000;

export class Moderation {
  readonly #log: ChatLog;
  readonly #instance: string;
  readonly #now: () => number;
  readonly #held = new Map<string, Restriction>();
  /** The longest ago first; only for as long as it matters. */
  readonly #lastSaid = new Map<string, { at: number; clientId: string }>();
  slowSeconds = 0;

  constructor(log: ChatLog, instance: string, now: () => number) {
    this.#log = log;
    this.#instance = instance;
    this.#now = now;
  }

  async load(): Promise<void> {
    for (const restriction of await this.#log.restrictions(this.#instance, this.#now())) {
      this.#held.set(keyOf(restriction.person, restriction.kind), restriction);
    }
    this.slowSeconds = await this.#log.slow(this.#instance);
  }

  /** Throws BANNED. */
  checkJoin(person: string): void {
    const ban = this.#holding(person, "ban");
    if (ban) throw new HereaboutsError("BANNED", describeRestriction(ban));
  }

  /** Throws MUTED. */
  checkMute(person: string): void {
    const mute = this.#holding(person, "mute");
    if (mute) throw new HereaboutsError("MUTED", describeRestriction(mute));
  }

  /** Throws MUTED, or TOO_FAST in slow mode. Saying the same line again, after an answer was lost, is neither. */
  checkSay(person: string, clientId: string, isUnslowed: boolean): void {
    const last = this.#lastSaid.get(person);
    if (last?.clientId === clientId) return;
    this.checkMute(person);
    if (this.slowSeconds === 0 || isUnslowed || !last) return;
    const waitMs = last.at + this.slowSeconds * 1000 - this.#now();
    if (waitMs > 0) {
      throw new HereaboutsError("TOO_FAST", `Slow mode: a line every ${this.slowSeconds} s.`, { retryAfterMs: waitMs });
    }
  }

  /** A line of theirs was stored. */
  said(person: string, clientId: string): void {
    const now = this.#now();
    this.#lastSaid.delete(person);
    this.#lastSaid.set(person, { at: now, clientId });
    const since = now - Math.max(repeatMs, this.slowSeconds * 1000);
    for (const [speaker, { at }] of this.#lastSaid) {
      if (at >= since && this.#lastSaid.size <= rememberedSpeakers) break;
      this.#lastSaid.delete(speaker);
    }
  }

  isSilenced(person: string): boolean {
    return this.#holding(person, "mute") !== undefined || this.isShadowed(person);
  }

  isShadowed(person: string): boolean {
    return this.#holding(person, "shadow") !== undefined;
  }

  async restrict(
    kind: Kind,
    person: string,
    { seconds, until: end }: Length,
    reason: string,
    by: string,
  ): Promise<void> {
    const until = end === undefined ? endAfter(seconds, this.#now()) : (end ?? Number.POSITIVE_INFINITY);
    const restriction = { person, kind, until, reason };
    await this.#log.restrict(this.#instance, restriction, by);
    this.#held.set(keyOf(person, kind), restriction);
  }

  /** The one of that kind that holds. */
  held(kind: Kind, person: string): Restriction | undefined {
    return this.#holding(person, kind);
  }

  async lift(kind: Kind, person: string, reason: string, by: string): Promise<void> {
    await this.#log.lift(this.#instance, person, kind, by, reason);
    this.#held.delete(keyOf(person, kind));
  }

  async slow(seconds: number, reason: string, by: string): Promise<void> {
    const entry = { instance: this.#instance, at: this.#now(), by, action: "slow", person: "", reason } as const;
    await this.#log.note({ ...entry, detail: String(seconds) });
    this.slowSeconds = seconds;
    this.#lastSaid.clear();
  }

  #holding(person: string, kind: Kind): Restriction | undefined {
    const restriction = this.#held.get(keyOf(person, kind));
    if (!restriction || restriction.until > this.#now()) return restriction;
    this.#held.delete(keyOf(person, kind));
    return undefined;
  }
}

/**
 * What an operator asked for in one chat. Throws PERSON_NOT_FOUND for what does not hold and so cannot be lifted, and
 * RESTRICTION_CHANGED where another holds than the one that ends at `until`.
 */
export async function moderateFor(
  moderation: Moderation,
  { action, person, seconds, until, reason }: Pick<Order, "action" | "person" | "seconds" | "until" | "reason">,
): Promise<void> {
  if (action === "mute" || action === "ban") {
    return moderation.restrict(action, person, { seconds, until }, reason, "operator");
  }
  const kind = action === "unmute" ? "mute" : "ban";
  const held = moderation.held(kind, person);
  if (!held) throw new HereaboutsError("PERSON_NOT_FOUND", `No ${kind} of theirs holds there.`);
  mustBeOf(held, until);
  return moderation.lift(kind, person, reason, "operator");
}

function keyOf(person: string, kind: Kind): string {
  return `${kind} ${person}`;
}
