/**
 * What holds for whom in one chat: mutes, shadow mutes and bans with their ends, and slow mode. Kept in the log, read from
 * it when the room opens; each change is noted with who, whom, why and when.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { ChatLog, Restriction } from "../chatlog/chatlog.ts";

type Kind = Restriction["kind"];

export class Moderation {
  readonly #log: ChatLog;
  readonly #instance: string;
  readonly #now: () => number;
  readonly #held = new Map<string, Restriction>();
  readonly #saidAt = new Map<string, number>();
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
  }

  /** Throws BANNED. */
  checkJoin(person: string): void {
    const ban = this.#holding(person, "ban");
    if (ban) throw new HereaboutsError("BANNED", describe(ban));
  }

  /** Throws MUTED, or TOO_FAST in slow mode. */
  checkSay(person: string, isModerator: boolean): void {
    const mute = this.#holding(person, "mute");
    if (mute) throw new HereaboutsError("MUTED", describe(mute));
    if (this.slowSeconds === 0 || isModerator) return;
    const waitMs = (this.#saidAt.get(person) ?? Number.NEGATIVE_INFINITY) + this.slowSeconds * 1000 - this.#now();
    if (waitMs > 0) {
      throw new HereaboutsError("TOO_FAST", `Slow mode: a line every ${this.slowSeconds} s.`, { retryAfterMs: waitMs });
    }
    this.#saidAt.set(person, this.#now());
  }

  isSilenced(person: string): boolean {
    return this.#holding(person, "mute") !== undefined || this.isShadowed(person);
  }

  isShadowed(person: string): boolean {
    return this.#holding(person, "shadow") !== undefined;
  }

  async restrict(kind: Kind, person: string, seconds: number | undefined, reason: string, by: string): Promise<void> {
    const until = seconds === undefined ? Number.POSITIVE_INFINITY : this.#now() + seconds * 1000;
    const restriction = { person, kind, until, reason };
    await this.#log.restrict(this.#instance, restriction, by);
    this.#held.set(keyOf(person, kind), restriction);
  }

  async lift(kind: Kind, person: string, reason: string, by: string): Promise<void> {
    await this.#log.lift(this.#instance, person, kind, by, reason);
    this.#held.delete(keyOf(person, kind));
  }

  async slow(seconds: number, reason: string, by: string): Promise<void> {
    const entry = { instance: this.#instance, at: this.#now(), by, action: "slow", person: "", reason } as const;
    await this.#log.note({ ...entry, detail: String(seconds) });
    this.slowSeconds = seconds;
    this.#saidAt.clear();
  }

  #holding(person: string, kind: Kind): Restriction | undefined {
    const restriction = this.#held.get(keyOf(person, kind));
    if (!restriction || restriction.until > this.#now()) return restriction;
    this.#held.delete(keyOf(person, kind));
    return undefined;
  }
}

function keyOf(person: string, kind: Kind): string {
  return `${kind} ${person}`;
}

function describe({ until, reason }: Restriction): string {
  const end = Number.isFinite(until) ? `Until ${new Date(until).toISOString()}.` : "";
  return [end, reason && `Reason: ${reason}`].filter(Boolean).join(" ");
}
