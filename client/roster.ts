/**
 * The people of a world as the SDK shows them: compared with each state that comes, so that joining again after a drop
 * tells what changed meanwhile and nothing else. A room that was made anew knows only who is back already: there the
 * others count as away until `holdUntil`, as they would have on a server that went on.
 */
import type { LeaveReason } from "../schema/messages.ts";
import { fieldsOf, type PersonFields } from "../schema/personFields.ts";
import type { PersonState } from "../schema/world.ts";
import type { PersonView } from "./person.ts";

export type RosterEvent =
  | { type: "join" | "update" | "ghost" | "return"; person: PersonView }
  | { type: "leave"; person: PersonView; reason: LeaveReason };

export class Roster {
  readonly people: Map<string, PersonView> = new Map();
  readonly bySlot: (PersonView | undefined)[] = [];
  readonly #make: (fields: PersonFields) => PersonView;
  readonly #reasons = new Map<string, LeaveReason>();
  #holdUntil = 0;

  constructor(make: (fields: PersonFields) => PersonView) {
    this.#make = make;
  }

  /** Why someone leaves is said before the state drops them. */
  expectLeave(id: string, reason: LeaveReason): void {
    this.#reasons.set(id, reason);
  }

  /** The room is another one than before: until `time` nobody is missed. */
  hold(time: number): void {
    this.#holdUntil = time;
  }

  /** The person `was` is `id` from now on. */
  rename(was: string, id: string): void {
    const person = this.people.get(was);
    if (!person) return;
    this.people.delete(was);
    this.people.set(id, person);
  }

  /** Takes the state over at `now` and tells what that changed. */
  sync(state: Iterable<PersonState>, now: number): RosterEvent[] {
    const events: RosterEvent[] = [];
    const gone = new Map(this.people);
    this.bySlot.fill(undefined);
    for (const personState of state) {
      const fields = fieldsOf(personState);
      const known = this.people.get(fields.id);
      gone.delete(fields.id);
      if (!known) {
        const person = this.#make(fields);
        this.people.set(fields.id, person);
        events.push({ type: "join", person });
      } else {
        const before = known.status;
        if (known.slot !== fields.slot) known.track.clear();
        if (known.update(fields)) events.push({ type: typeOf(before, known.status), person: known });
      }
      this.bySlot[fields.slot] = this.people.get(fields.id);
    }
    for (const [id, person] of gone) {
      if (now < this.#holdUntil) {
        if (person.miss()) events.push({ type: "update", person });
        continue;
      }
      this.people.delete(id);
      events.push({ type: "leave", person, reason: this.#reasons.get(id) ?? (person.isMissed ? "lost" : "left") });
    }
    this.#reasons.clear();
    return events;
  }
}

function typeOf(before: string, after: string): "update" | "ghost" | "return" {
  if (before === after) return "update";
  return after === "ghost" ? "ghost" : before === "ghost" ? "return" : "update";
}
