/** The search for people, apart from servers: what counts as the same, the order, and the limit. */
import { describe, expect, it } from "vitest";
import type { Identity } from "../identity/person.ts";
import type { RoomKey, Seat } from "../presence/crowd.ts";
import { searchPeople } from "./people.ts";

function seatOf(handle: string, name: string, more: Partial<Seat> = {}): Seat {
  const identity: Identity = { person: `id-${handle}`, handle, name, kind: "human", role: "member", guest: false };
  const room: RoomKey = "world:field";
  const given = { key: `${handle} ${Math.random()}`, room, identity, connection: "tab-12345678", attention: "visible" };
  const held = { role: "player", share: false, invisible: false, since: 5, awayUntil: undefined, origin: "" };
  return { ...given, ...held, orphan: undefined, fence: 0, ...more } as Seat;
}
const handlesFor = (query: string, ...seats: Seat[]) =>
  searchPeople(seats, query, "here").people.map(({ handle }) => handle);

describe("[OP2] a search", () => {
  const all = [
    seatOf("ada", "Ada Lovelace"),
    seatOf("Adalbert", "STRASSE"),
    seatOf("mada", "Ada"),
    seatOf("sofia", "Σοφία Σ"),
    seatOf("wide", "ＷＩＤＥ ﬁ"),
  ];

  it.each([
    ["ada", ["ada", "Adalbert", "mada"]],
    ["  ADA ", ["ada", "Adalbert", "mada"]],
    ["lovelace", ["ada"]],
    ["straße", ["Adalbert"]],
    ["ΣΟΦΊΑ ς", ["sofia"]],
    ["wide fi", ["wide"]],
    ["id-mad", ["mada"]],
    ["%", []],
    ["(", []],
  ])("for %j finds %j, whose handle it is or begins with first", (query, handles) => {
    expect(handlesFor(query, ...all)).toEqual(handles);
  });

  it("for nothing finds everyone, lists fifty and counts all", () => {
    const many = Array.from({ length: 120 }, (_, i) => seatOf(`p${i}`, ""));
    const { found, people } = searchPeople(many, "", "here");
    expect([found, people.length]).toEqual([120, 50]);
  });

  it("gives each person once, with all seats, their processes and how long they are held", () => {
    const away = { key: "b", room: "chat:system" as RoomKey, origin: "there", awayUntil: 900, invisible: true };
    const elsewhere = { key: "c", origin: "there", awayUntil: Number.POSITIVE_INFINITY };
    const { people } = searchPeople([all[0]!, { ...all[0]!, ...away }, { ...all[0]!, ...elsewhere }], "ada", "here");
    expect(people).toHaveLength(1);
    expect(people[0]!.seats).toMatchObject([
      { room: "world:field", process: "here", status: "connected", tab: "tab-1234" },
      { room: "chat:system", process: "there", status: "away", awayUntil: 900, invisible: true },
      { process: "there", status: "away" },
    ]);
    expect(people[0]!.seats[2]).not.toHaveProperty("awayUntil");
  });
});
