/**
 * The roster of a chat as its clients see it: who is online in it, and who of them is here.
 *
 * Counts are exact. The list is capped, the most recently active first, and published together with them: at once in small
 * chats, at most twice a second above 100 people and once above 1,000, so that coming and going costs what it must.
 */
import { ChatPersonState, type ChatState } from "../../schema/chat.ts";
import type { RosterChange, RosterEntry } from "../../services/presence/crowd.ts";

export interface PeopleOptions {
  state: ChatState;
  maxListed: number;
  /** The crowd's counts of this chat. */
  counts(): { people: number; connections: number; guests: number; here: number };
}

export class ChatPeople {
  readonly #options: PeopleOptions;
  /** Everyone online, the most recently active last. */
  readonly #entries = new Map<string, RosterEntry>();
  readonly #stale = new Set<string>();
  #publishedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  apply(change: RosterChange): void {
    if (change.type === "leave") {
      this.#entries.delete(change.person);
      this.#stale.add(change.person);
      return;
    }
    const { person } = change.entry.identity;
    if (change.type === "update" && change.was) {
      this.#entries.delete(change.was);
      this.#stale.add(change.was);
    }
    this.#entries.set(person, change.entry);
    this.#stale.add(person);
  }

  /** Someone did something: they are listed before those who do not. */
  touch(person: string): void {
    const entry = this.#entries.get(person);
    if (!entry) return;
    this.#entries.delete(person);
    this.#entries.set(person, entry);
    if (!this.#options.state.people.has(person)) this.#stale.add(person);
  }

  /** Brings the state up to date, if it is due at `now` (ms). Call it often. */
  publish(now: number): void {
    const { size } = this.#entries;
    const everyMs = size > 1000 ? 1000 : size > 100 ? 500 : 0;
    if (this.#stale.size === 0 || now < this.#publishedAt + everyMs) return;
    this.#publishedAt = now;
    const { state, counts } = this.#options;
    const { people, connections, guests, here } = counts();
    Object.assign(state, { online: people, here, connections, guests });
    for (const person of this.#stale) {
      const entry = this.#entries.get(person);
      if (entry) this.#list(person, entry);
      else state.people.delete(person);
    }
    this.#stale.clear();
    this.#cap();
  }

  #list(person: string, entry: RosterEntry): void {
    const { people } = this.#options.state;
    const known = people.get(person);
    if (known) Object.assign(known, fieldsOf(entry));
    else people.set(person, new ChatPersonState(fieldsOf(entry)));
  }

  /** Takes the least recently active off the list, or fills places that became free. */
  #cap(): void {
    const { people } = this.#options.state;
    const { maxListed } = this.#options;
    if (people.size > maxListed) {
      for (const person of this.#entries.keys()) {
        if (people.size <= maxListed) break;
        people.delete(person);
      }
    } else if (people.size < Math.min(maxListed, this.#entries.size)) {
      for (const [person, entry] of [...this.#entries].reverse()) {
        if (people.size >= maxListed) break;
        if (!people.has(person)) this.#list(person, entry);
      }
    }
  }
}

function fieldsOf({ identity, status, here, where, attention, connections, since }: RosterEntry) {
  return {
    handle: identity.handle,
    name: identity.name === identity.handle ? "" : identity.name,
    kind: identity.kind === "human" ? "" : identity.kind,
    guest: identity.guest,
    away: status === "away",
    here,
    where,
    attention,
    connections,
    since: Math.round(since / 1000),
  };
}
