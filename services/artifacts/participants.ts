/**
 * Who took part in a session, for its session.json: all who are there, and of those who left the last ones, so that a session
 * that lives for years does not grow. Who left before them stands in its lines.
 */
import type { Participant } from "./artifacts.ts";

const mostWhoLeft = 500;

export class Participants {
  readonly #here = new Map<string, Participant & { seats: number }>();
  /** The longest ago first. */
  readonly #gone = new Map<string, Participant>();
  /** How many are not listed any more. */
  leftOut = 0;

  get count(): number {
    return this.#here.size + this.#gone.size;
  }

  /** Those who left first, then those who are there. */
  get all(): Participant[] {
    const here = [...this.#here.values()].map(({ seats: _, ...participant }) => participant);
    return [...this.#gone.values(), ...here];
  }

  /** `at` in ms since 1970. */
  joined(person: string, handle: string, at: number): void {
    const { seats = 0, first = at } = { ...this.#gone.get(person), ...this.#here.get(person) };
    this.#gone.delete(person);
    this.#here.set(person, { person, handle, first, last: at, seats: seats + 1 });
  }

  /** Someone begins to hear or watch it by HTTP: whoever has no seat in it counts as one who left. */
  heard(person: string, handle: string, at: number): void {
    const known = this.#here.get(person);
    if (known) this.#here.set(person, { ...known, last: at });
    else this.#keepGone({ person, handle, first: this.#gone.get(person)?.first ?? at, last: at });
  }

  left(person: string, at: number): void {
    const known = this.#here.get(person);
    if (!known) return;
    const { seats, ...participant } = known;
    if (seats > 1) {
      this.#here.set(person, { ...known, seats: seats - 1, last: at });
      return;
    }
    this.#here.delete(person);
    this.#keepGone({ ...participant, last: at });
  }

  /** Returns whether they were listed. */
  erase(person: string): boolean {
    const wasThere = [this.#here.delete(person), this.#gone.delete(person)].includes(true);
    if (wasThere) this.leftOut++;
    return wasThere;
  }

  #keepGone(participant: Participant): void {
    this.#gone.delete(participant.person);
    this.#gone.set(participant.person, participant);
    if (this.#gone.size <= mostWhoLeft) return;
    this.#gone.delete(this.#gone.keys().next().value!);
    this.leftOut++;
  }
}
