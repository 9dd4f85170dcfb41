/**
 * The chats that this page is in: joins them, keeps trying while the server is away, and lets go of those that are left.
 * Remembers them for the tab's next load, and how far each was read. Knows nothing of how they look.
 */
import type { Chat, Hereabouts } from "hereabouts/client";
import { damped } from "../shared/damped.ts";
import { codeOf } from "../shared/notice.ts";
import { onSeenElsewhere, rememberChats, seenOf, storeSeen } from "./memory.ts";
import { Reading } from "./reading.ts";

export type Membership =
  | { readonly state: "joining" }
  | { readonly state: "joined"; readonly chat: Chat }
  /** Not let in, or sent out. */
  | { readonly state: "out"; readonly error: unknown };

export type Entry = { readonly instance: string; membership: Membership; readonly reading: Reading };

const retryMs = 3000;
const storeSeenMs = 1000;
/** Trying again by itself does not help against these. */
const finalCodes = new Set(["BANNED", "KICKED", "FORBIDDEN", "BAD_SLUG", "CLOSED"]);

export class Chats {
  /** The chats that are joined, by instance. */
  readonly joined = new Map<string, Chat>();
  readonly #here: Hereabouts;
  readonly #entries = new Map<string, Entry>();
  readonly #changed: () => void;
  readonly #storeSeen = damped(() => this.#store(), storeSeenMs);

  readonly #remembers: boolean;

  /** `changed` is called when a chat was joined, left or lost. `remembers`: the next load is to be in the same chats. */
  constructor(here: Hereabouts, { changed, remembers }: { changed: () => void; remembers: boolean }) {
    this.#here = here;
    this.#changed = changed;
    this.#remembers = remembers;
    onSeenElsewhere(() => this.#takeSeen());
    addEventListener("pagehide", () => this.#store());
  }

  get me(): Hereabouts["identity"] {
    return this.#here.identity;
  }

  get entries(): Entry[] {
    return [...this.#entries.values()];
  }

  get(instance: string): Entry | undefined {
    return this.#entries.get(instance);
  }

  /** Joins a chat, if it is not joined or being joined already. */
  open(instance: string): void {
    const known = this.#entries.get(instance);
    if (known && known.membership.state !== "out") return;
    const entry: Entry = known ?? {
      instance,
      membership: { state: "joining" },
      reading: new Reading(seenOf(instance)),
    };
    entry.membership = { state: "joining" };
    this.#entries.set(instance, entry);
    this.#remember();
    void this.#join(entry);
  }

  /** Leaves a chat. */
  close(instance: string): void {
    const membership = this.#entries.get(instance)?.membership;
    this.#entries.delete(instance);
    this.joined.delete(instance);
    this.#remember();
    if (membership?.state === "joined") membership.chat.leave().catch(() => {});
  }

  /** The newest line of a chat was looked at. */
  saw({ reading }: Entry, seq: number): void {
    if (reading.saw(seq)) this.#storeSeen();
  }

  async #join(entry: Entry): Promise<void> {
    try {
      const chat = await this.#here.chat(entry.instance);
      if (this.#entries.get(entry.instance) !== entry) return void chat.leave().catch(() => {});
      this.#begin(entry, chat.lines.at(-1)?.seq ?? 0);
      entry.membership = { state: "joined", chat };
      this.joined.set(entry.instance, chat);
      chat.on("closed", ({ error }) => this.#lost(entry, chat, error));
      chat.on("lost", () => this.#begin(entry, chat.lines.at(-1)?.seq ?? 0));
    } catch (error) {
      if (this.#entries.get(entry.instance) !== entry) return;
      if (finalCodes.has(codeOf(error) ?? "")) entry.membership = { state: "out", error };
      else setTimeout(() => this.#entries.get(entry.instance) === entry && void this.#join(entry), retryMs);
    }
    this.#changed();
  }

  #begin({ instance, reading }: Entry, newest: number): void {
    reading.begin(newest);
    if ((seenOf(instance) ?? 0) > newest) storeSeen(instance, newest);
  }

  #lost(entry: Entry, chat: Chat, error: unknown): void {
    if (this.joined.get(entry.instance) !== chat) return;
    this.joined.delete(entry.instance);
    if (error === undefined) this.#entries.delete(entry.instance);
    else entry.membership = { state: "out", error };
    this.#changed();
  }

  #remember(): void {
    if (this.#remembers) rememberChats([...this.#entries.keys()]);
    this.#changed();
  }

  #store(): void {
    for (const { instance, reading } of this.#entries.values()) {
      const { seen } = reading;
      if (seen !== undefined && seen !== seenOf(instance)) storeSeen(instance, Math.max(seen, seenOf(instance) ?? 0));
    }
  }

  #takeSeen(): void {
    for (const { instance, reading } of this.#entries.values()) reading.saw(seenOf(instance) ?? 0);
    this.#changed();
  }
}
