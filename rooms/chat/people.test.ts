/** The roster of a large chat: capped and damped, with counts that are exact. */
import { beforeEach, describe, expect, it } from "vitest";
import { ChatState } from "../../schema/chat.ts";
import type { RosterEntry } from "../../services/presence/crowd.ts";
import { ChatPeople } from "./people.ts";

const maxListed = 500;
let state: ChatState;
let people: ChatPeople;
let online: Set<string>;

beforeEach(() => {
  state = new ChatState();
  online = new Set();
  const counts = () => ({ people: online.size, connections: online.size, guests: 0, here: 0 });
  people = new ChatPeople({ state, maxListed, counts });
});

const nameOf = (number: number) => `person-${number}`;

function join(person: string): void {
  online.add(person);
  const identity = { person, handle: person, name: person, kind: "human", role: "member", guest: false } as const;
  const seen = { to: "", here: false, where: "", attention: "visible", connections: 1, since: 0 } as const;
  const entry: RosterEntry = { identity, status: "here", ...seen };
  people.apply({ type: "join", room: "chat:large", entry });
}

function leave(person: string): void {
  online.delete(person);
  people.apply({ type: "leave", room: "chat:large", person, reason: "left" });
}

function joinMany(many: number): void {
  for (let number = 1; number <= many; number++) join(nameOf(number));
}

describe("[PR7] the roster of a chat", () => {
  it("lists the most recently active, and counts everyone", () => {
    joinMany(600);
    people.publish(0);
    expect(state.people.size).toBe(maxListed);
    expect(state.online).toBe(600);
    expect(state.people.has(nameOf(100))).toBe(false);
    expect(state.people.has(nameOf(101))).toBe(true);
  });

  it("lists who does something in the place of who did nothing for longest", () => {
    joinMany(501);
    people.publish(0);
    people.touch(nameOf(1));
    people.publish(500);
    expect(state.people.has(nameOf(1))).toBe(true);
    expect(state.people.has(nameOf(2))).toBe(false);
    expect(state.people.size).toBe(maxListed);
  });

  it("fills the places of those who leave", () => {
    joinMany(501);
    people.publish(0);
    leave(nameOf(501));
    people.publish(500);
    expect(state.people.has(nameOf(1))).toBe(true);
    expect(state.people.size).toBe(maxListed);
    expect(state.online).toBe(500);
  });

  it.each([
    [100, 0],
    [101, 500],
    [1000, 500],
    [1001, 1000],
  ])("of %i people is published at most every %i ms", (many, everyMs) => {
    joinMany(many);
    people.publish(0);
    leave(nameOf(1));
    join(nameOf(1)); // as many as before
    leave(nameOf(many));
    join("newcomer");
    people.publish(everyMs - 1);
    if (everyMs > 0) expect(state.people.has("newcomer")).toBe(false);
    people.publish(everyMs);
    expect(state.people.has("newcomer")).toBe(true);
  });
});
