/** The people of a chat as the SDK shows them: compared with each state that comes, so that it tells only what changed. */
import type { ChatPersonState } from "../schema/chat.ts";
import type { ChatPerson } from "./chatTypes.ts";

export type ChatPeopleEvent = { type: "join" | "update" | "leave"; person: ChatPerson };

export class ChatPeople {
  readonly all: Map<string, ChatPerson> = new Map();
  readonly #myId: () => string;

  constructor(myId: () => string) {
    this.#myId = myId;
  }

  /** Takes the state over and tells what that changed. */
  sync(state: Iterable<[string, ChatPersonState]>): ChatPeopleEvent[] {
    const events: ChatPeopleEvent[] = [];
    const gone = new Map(this.all);
    const myId = this.#myId();
    for (const [id, fields] of state) {
      gone.delete(id);
      const known = this.all.get(id);
      const person = personOf(id, fields, myId);
      if (known && isSame(known, person)) continue;
      this.all.set(id, person);
      events.push({ type: known ? "update" : "join", person });
    }
    for (const [id, person] of gone) {
      this.all.delete(id);
      events.push({ type: "leave", person });
    }
    return events;
  }
}

function personOf(id: string, fields: ChatPersonState, myId: string): ChatPerson {
  const { handle, name, kind, guest, away, here, where, attention, connections, since } = fields;
  return {
    id,
    handle,
    name: name || handle,
    kind: (kind || "human") as ChatPerson["kind"],
    guest,
    away,
    here,
    where: where || undefined,
    attention: attention as ChatPerson["attention"],
    connections,
    since: new Date(since * 1000),
    isMe: id === myId,
  };
}

function isSame(a: ChatPerson, b: ChatPerson): boolean {
  const keys = Object.keys(a) as (keyof ChatPerson)[];
  return keys.every((key) => (key === "since" ? a.since.getTime() === b.since.getTime() : a[key] === b[key]));
}
