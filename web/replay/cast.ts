/** The people and props of a capsule at one moment, as a picture of a world takes them: the SDK's own, but recorded. */
import type { Json, Person } from "hereabouts/client";
import type { Capsule, ReplayPerson } from "../../schema/capsule.ts";
import type { Drawn } from "../world/picture.ts";

export class Cast implements Drawn {
  readonly people = new Map<string, Person>();
  /** Who is drawn as oneself would be: the one who is followed. */
  followed: string | undefined;
  readonly props = { get: (key: string): Json | undefined => this.#values.get(key) };
  readonly #capsule: Capsule;
  #values: ReadonlyMap<string, Json> = new Map();

  constructor(capsule: Capsule) {
    this.#capsule = capsule;
  }

  /** Everyone and everything is as it was `t` ms after the beginning. */
  show(t: number): void {
    const { people, props } = this.#capsule.at(t);
    const before = new Map(this.people);
    this.people.clear();
    for (const recorded of people) this.people.set(recorded.id, this.#personOf(recorded, before.get(recorded.id)));
    this.#values = new Map([...props].map(([key, { value }]) => [key, parsed(value)]));
  }

  /** The same object for the same person: figures are told apart by it. */
  #personOf(recorded: ReplayPerson, known: Person | undefined): Person {
    const { pose, color, face, showing, to, since, kind, status, attention, ...rest } = recorded;
    const { x = 0, y = 0, z = 0, angle = 0 } = pose ?? {};
    const person: Person = {
      ...rest,
      kind: kind as Person["kind"],
      status: status as Person["status"],
      attention: attention as Person["attention"],
      to: to || undefined,
      since: new Date(since),
      avatar: { color, face, showing },
      isMe: recorded.id === this.followed,
      placed: pose !== undefined,
      ...{ x, y, z, angle },
    };
    return known ? Object.assign(known, person) : person;
  }
}

function parsed(json: string): Json {
  try {
    return JSON.parse(json) as Json;
  } catch {
    return null;
  }
}
