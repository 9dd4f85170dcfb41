/**
 * What happens in a world besides movement, as a capsule holds it: one JSON object each, with `t` in ms since the recording
 * began. And what that makes of the people and the props, event by event. Pure.
 *
 * What an event lacks or has of another type counts as empty; an event of an unknown type changes nothing.
 */
import type { PersonFields } from "../personFields.ts";

/** `slot`: whose poses are theirs. */
export type CapsulePerson = Readonly<PersonFields>;

export type CapsuleEvent = { readonly t: number } & (
  | { readonly type: "present" | "join"; readonly person: CapsulePerson }
  | { readonly type: "leave"; readonly id: string; readonly reason: string }
  /** `was`: the id of the guest that has signed in. */
  | { readonly type: Change; readonly id: string; readonly was?: string; readonly changes: Partial<CapsulePerson> }
  | { readonly type: "say"; readonly id: string; readonly text: string; readonly sayMs: number }
  | { readonly type: "emote"; readonly id: string; readonly emote: string }
  /** `value` is JSON text; without it the prop was deleted. `by`: who did it, where that is known. */
  | {
      readonly type: "prop";
      readonly key: string;
      readonly value?: string;
      readonly owner?: string;
      readonly by?: string;
    }
  /** A piece's own message; its content only where that is small. */
  | { readonly type: "piece"; readonly id: string; readonly name: string; readonly data?: unknown }
  | { readonly type: "end"; readonly reason: string }
);

type Change = "update" | "ghost" | "return";

/** Someone at one moment of a capsule. `came`: since when they have their slot. `bubble`: what they say, and until when. */
export type SeenPerson = CapsulePerson & {
  readonly came: number;
  readonly bubble?: { readonly text: string; readonly until: number };
};
export type SeenProp = { readonly value: string; readonly owner: string };

/** Who and what is there at one moment. People and props are replaced, never changed: copies may share them. */
export class Moment {
  readonly people: Map<string, SeenPerson>;
  readonly props: Map<string, SeenProp>;

  constructor(before?: Moment) {
    this.people = new Map(before?.people);
    this.props = new Map(before?.props);
  }

  apply(event: CapsuleEvent): void {
    switch (event.type) {
      case "present":
      case "join":
        this.people.set(event.person.id, { ...event.person, came: event.t });
        return;
      case "leave":
        this.people.delete(event.id);
        return;
      case "update":
      case "ghost":
      case "return":
        this.#update(event.was ?? event.id, event.id, event.changes);
        return;
      case "say":
        this.#update(event.id, event.id, { bubble: { text: event.text, until: event.t + event.sayMs } });
        return;
      case "prop":
        if (event.value === undefined) this.props.delete(event.key);
        else this.props.set(event.key, { value: event.value, owner: event.owner ?? "" });
        return;
      case "emote":
      case "piece":
      case "end":
        return;
    }
  }

  #update(was: string, id: string, changes: Partial<SeenPerson>): void {
    const before = this.people.get(was);
    if (!before) return;
    if (was !== id) this.people.delete(was);
    this.people.set(id, { ...before, ...changes, id });
  }
}

/** The events of a chunk's JSON text. Throws a SyntaxError or a TypeError where it is no list. */
export function parseEvents(json: string): CapsuleEvent[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new TypeError("the events are no list");
  return list.flatMap((event) => (isObject(event) ? (eventOf(event) ?? []) : []));
}

function eventOf(json: Fields): CapsuleEvent | undefined {
  const t = number(json["t"]);
  const id = text(json["id"]);
  const type = json["type"] as CapsuleEvent["type"];
  switch (type) {
    case "present":
    case "join":
      return { t, type, person: { ...nobody, ...personOf(json["person"]) } };
    case "leave":
      return { t, type, id, reason: text(json["reason"]) };
    case "update":
    case "ghost":
    case "return":
      return { t, type, id, ...given("was", json["was"]), changes: personOf(json["changes"]) };
    case "say":
      return { t, type, id, text: text(json["text"]), sayMs: number(json["sayMs"]) };
    case "emote":
      return { t, type, id, emote: text(json["emote"]) };
    case "prop":
      return {
        ...{ t, type, key: text(json["key"]) },
        ...{ ...given("value", json["value"]), ...given("owner", json["owner"]), ...given("by", json["by"]) },
      };
    case "piece":
      return { t, type, id, name: text(json["name"]), ...("data" in json ? { data: json["data"] } : {}) };
    case "end":
      return { t, type, reason: text(json["reason"]) };
    default:
      return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const nobody: CapsulePerson = {
  ...{
    id: "",
    slot: 0,
    handle: "",
    name: "",
    kind: "human",
    guest: false,
    status: "here",
    to: "",
    attention: "visible",
  },
  ...{ connections: 1, since: 0, color: "", face: "", showing: "" },
};

/** Those fields of a person that are there and of the right type. */
function personOf(json: unknown): Partial<CapsulePerson> {
  if (!isObject(json)) return {};
  const names = Object.keys(nobody) as (keyof CapsulePerson)[];
  return Object.fromEntries(
    names.flatMap((name) => (typeof json[name] === typeof nobody[name] ? [[name, json[name]]] : [])),
  );
}

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const text = (value: unknown) => (typeof value === "string" ? value : "");
const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : 0);

function given<K extends string>(name: K, value: unknown): { [N in K]?: string } {
  return (typeof value === "string" ? { [name]: value } : {}) as { [N in K]?: string };
}
