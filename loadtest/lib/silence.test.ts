/** How long movement was not seen, told from what came when. */
import { expect, it } from "vitest";
import type { Person } from "../../client/index.ts";
import { Silence } from "./silence.ts";

it("tells the longest pause of each of the others, and of who is gone", () => {
  const person = (id: string, x: number) => ({ id, x, y: 0, isMe: id === "me" }) as Person;
  const people = new Map<string, Person>();
  const silence = new Silence({ people });
  const look = (at: number, ...all: Person[]) => {
    people.clear();
    for (const one of all) people.set(one.id, one);
    silence.look(at);
  };
  look(0, person("me", 0), person("a", 0), person("b", 0));
  look(50, person("me", 0), person("a", 1), person("b", 1));
  look(350, person("me", 0), person("a", 2));
  look(400, person("me", 0), person("a", 3));
  expect(silence.longest(400)).toEqual([300, 350]);
});
