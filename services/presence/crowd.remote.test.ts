/** Seats of other processes in one crowd, case by case: they count, and this process decides nothing about them. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Identity } from "../identity/person.ts";
import { type Change, Crowd, type CrowdEvent, type RoomKey, type SeatState } from "./crowd.ts";

const field = "world:field";
const pond = "world:pond";
const identity: Identity = { person: "ada", handle: "ada", name: "Ada", kind: "human", role: "member", guest: false };

let crowd: Crowd;
let now: number;

beforeEach(() => {
  crowd = new Crowd({ graceMs: 10_000, ghostMs: 5000, holdMs: 3500, isShared: true });
  now = 1_000_000;
});

const apply = (event: CrowdEvent): Change[] => crowd.apply(event, ++now);
function join(seat: string, room: RoomKey, connection: string, fence = 0): void {
  const who = { seat, room, identity, connection, fence };
  apply({ type: "join", ...who, attention: "visible", share: true, exclusive: true });
}
function put(
  key: string,
  room: RoomKey,
  connection: string,
  more: Partial<SeatState> = {},
  origin = "other",
): Change[] {
  const about = { role: "player", since: now, attention: "visible", share: true, fence: 0 } as const;
  const seat = { key, room, identity, connection, ...about, invisible: false, follows: "", isAway: false, ...more };
  return apply({ type: "put", origin, seat });
}
const outcomes = () => Object.fromEntries(crowd.takeOutcomes());

describe("[PR6] a seat of another process", () => {
  it("is not changed by what happens here", () => {
    put("theirs", field, "tab");
    for (const type of ["drop", "resume", "play"] as const) expect(apply({ type, seat: "theirs" })).toEqual([]);
    expect(apply({ type: "leave", seat: "theirs", reason: "kicked" })).toEqual([]);
    expect(crowd.seat("theirs")?.awayUntil).toBeUndefined();
    expect(outcomes()).toEqual({});
  });

  it("is ended by its owner only", () => {
    put("theirs", field, "tab");
    expect(apply({ type: "end", origin: "somebody else", seat: "theirs", reason: "left" })).toEqual([]);
    expect(apply({ type: "end", origin: "other", seat: "theirs", reason: "left" })).toHaveLength(2);
  });

  it("plays or watches as its owner says", () => {
    put("theirs", field, "tab1");
    join("own", field, "tab2");
    expect([crowd.seat("theirs")?.role, crowd.seat("own")?.role]).toEqual(["player", "player"]);
    put("theirs", field, "tab1", { role: "spectator" });
    expect(crowd.seat("theirs")?.role).toBe("spectator");
  });

  it("gives way to that of a later home, and never comes back", () => {
    put("old", field, "tab", { fence: 1 });
    expect(put("new", field, "tab", { fence: 2 }, "third")).toEqual([
      { type: "end", room: field, seat: "old", reason: "replaced" },
      expect.objectContaining({ type: "update" }),
    ]);
    expect(put("old", field, "tab", { fence: 1 })).toEqual([]);
    expect(put("older", field, "tab2", { fence: 1 })).toEqual([]);
  });

  it("stays when the person leaves here: no ghost in its place", () => {
    join("own", field, "tab1");
    put("theirs", field, "tab2", { isAway: true });
    put("elsewhere", pond, "tab1");
    apply({ type: "leave", seat: "own", reason: "left" });
    expect(crowd.seat("theirs")).toBeDefined();
    expect(crowd.entry(field, "ada")?.status).toBe("away");
  });
});

describe("[PR4] a lost tab that turns up elsewhere went there", () => {
  beforeEach(() => {
    join("own", field, "tab");
    apply({ type: "drop", seat: "own" });
  });

  it("if it is there, and came later", () => {
    put("there", pond, "tab");
    expect(crowd.entry(field, "ada")).toMatchObject({ status: "ghost", to: "pond" });
  });

  it("not if it is away there too", () => {
    put("there", pond, "tab", { isAway: true });
    expect(crowd.entry(field, "ada")?.status).toBe("away");
  });

  it("not if it was there before, and this process hears of it late", () => {
    put("there", pond, "tab", { since: now - 1000 });
    expect(crowd.entry(field, "ada")?.status).toBe("away");
  });
});

describe("[PR6] seats that are adopted", () => {
  it("are told to the others, held for what is left of their time, and end here", () => {
    put("s1", field, "tab", { fence: 1 });
    apply({ type: "vanish", origin: "other", reason: "lost" });
    const until = crowd.seat("s1")?.awayUntil;
    now += 2000;
    expect(apply({ type: "adopt", room: field, fence: 2 })).toEqual([]);
    expect(crowd.seat("s1")).toMatchObject({ origin: "", fence: 2, awayUntil: until, orphan: undefined });
    expect(outcomes()).toEqual({ s1: undefined });
    now += 1500;
    apply({ type: "tick" });
    expect(outcomes()).toEqual({ s1: "lost" });
  });

  it("are away also where nobody said yet that their process is gone", () => {
    put("s1", field, "tab");
    apply({ type: "adopt", room: field, fence: 2 });
    expect(crowd.seat("s1")?.awayUntil).toBe(now + 3500);
  });

  it("are not, by a home that was lost before its room was made", () => {
    put("s1", field, "tab", { fence: 2 });
    apply({ type: "adopt", room: field, fence: 0 });
    expect(crowd.seat("s1")).toMatchObject({ origin: "other", awayUntil: undefined });
    expect(outcomes()).toEqual({});
  });

  it("have one that plays, also where that was one nobody here had heard of", () => {
    put("s1", field, "tab1", { role: "spectator" });
    put("s2", field, "tab2", { role: "spectator" });
    apply({ type: "adopt", room: field, fence: 2 });
    expect([crowd.seat("s1")?.role, crowd.seat("s2")?.role]).toEqual(["spectator", "player"]);
    join("s3", field, "tab1", 2);
    expect(crowd.seat("s3")?.role).toBe("spectator");
  });

  it("were this process's own, and are nobody's once it lost their room", () => {
    join("own", field, "tab", 1);
    outcomes();
    apply({ type: "vanish", origin: "", room: field, reason: "lost" });
    apply({ type: "leave", seat: "own", reason: "left" });
    expect(outcomes()).toEqual({});
    expect([...crowd.seatsOf()]).toEqual([]);
    expect(crowd.entry(field, "ada")?.status).toBe("away");
    apply({ type: "adopt", room: field, fence: 2 });
    expect([...crowd.seatsOf()]).toHaveLength(1);
  });
});

it("[PR6] a name that is new is told of all seats of a person, also of one whose change is not", () => {
  join("s1", field, "tab1");
  join("s2", field, "tab2");
  outcomes();
  apply({ type: "identify", seat: "s2", identity: { ...identity, name: "Lady" }, exclusive: true });
  apply({ type: "leave", seat: "s2", reason: "left" });
  expect(outcomes()).toEqual({ s1: undefined, s2: "left" });
});
