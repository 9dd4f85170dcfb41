/** Who is in a chat, told from one state to the next: each change once, and nothing where nothing changed. */
import { describe, expect, it } from "vitest";
import { ChatPersonState } from "../schema/chat.ts";
import { ChatPeople } from "./chatPeople.ts";

type Given = Record<string, Partial<ChatPersonState>>;

const state = (people: Given) =>
  Object.entries(people).map(([id, fields]): [string, ChatPersonState] => [
    id,
    Object.assign(new ChatPersonState(), { handle: id, connections: 1, since: 60, ...fields }),
  ]);

const told = (people: ChatPeople, next: Given) =>
  people.sync(state(next)).map(({ type, person }) => `${type} ${person.id}`);

describe("[CH8] the people of a chat", () => {
  it("join, change and leave, and are told of once", () => {
    const people = new ChatPeople(() => "a");
    expect(told(people, { a: {}, b: {} })).toEqual(["join a", "join b"]);
    expect(told(people, { a: {}, b: {} })).toEqual([]);
    expect(told(people, { a: {}, b: { away: true } })).toEqual(["update b"]);
    expect(told(people, { a: {}, b: { away: true, since: 61 } })).toEqual(["update b"]);
    expect(told(people, { c: {}, b: { away: true, since: 61 } })).toEqual(["join c", "leave a"]);
    expect([...people.all.keys()]).toEqual(["b", "c"]);
  });

  it("are the same objects for as long as they do not change", () => {
    const people = new ChatPeople(() => "a");
    people.sync(state({ a: {}, b: {} }));
    const { a, b } = Object.fromEntries(people.all);
    people.sync(state({ a: {}, b: { here: true } }));
    expect(people.all.get("a")).toBe(a);
    expect(people.all.get("b")).not.toBe(b);
  });

  it("have what the state leaves out filled in", () => {
    const people = new ChatPeople(() => "a");
    people.sync(state({ a: { name: "" }, b: { name: "Bea", kind: "ai", where: "field" } }));
    const human = { name: "a", kind: "human", where: undefined, isMe: true, since: new Date(60_000) };
    expect(people.all.get("a")).toMatchObject(human);
    expect(people.all.get("b")).toMatchObject({ name: "Bea", kind: "ai", where: "field", isMe: false });
  });
});
