/** The crowd with a clock: its timers, and the order in which listeners hear of changes. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Identity } from "../identity/person.ts";
import type { Change, RoomKey } from "./crowd.ts";
import { createPresence, type Presence, steadyNow } from "./presence.ts";

const graceMs = 10_000;
const ghostMs = 5_000;
const field = "world:field";
const pond = "world:pond";
const identityOf = (person: string): Identity => ({
  person,
  handle: person,
  name: person,
  kind: "human",
  role: "member",
  guest: false,
});

let presence: Presence;

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000_000 });
  presence = createPresence({ graceMs, ghostMs, now: Date.now });
});
afterEach(() => {
  presence.close();
  vi.useRealTimers();
});

function join(person: string, connection: string, room: RoomKey): string {
  const seat = `${person} ${connection} ${room}`;
  const identity = identityOf(person);
  presence.apply({
    type: "join",
    seat,
    room,
    identity,
    connection,
    attention: "visible",
    share: true,
    exclusive: false,
  });
  return seat;
}
const brief = (change: Change) =>
  change.type === "leave" || change.type === "end" ? `${change.type} ${change.reason}` : change.type;
/** What is told of a room, each batch as one line. */
function listen(room: RoomKey): string[] {
  const heard: string[] = [];
  presence.watch(room, (changes) => void heard.push(changes.map(brief).join(", ")));
  return heard;
}

describe("[PR4] what is held ends by itself", () => {
  it("a lost connection at the end of the grace period", () => {
    const heard = listen(field);
    presence.apply({ type: "drop", seat: join("ada", "tab", field) });
    vi.advanceTimersByTime(graceMs - 1);
    expect(heard).toEqual(["join", "update"]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["join", "update", "end lost, leave lost"]);
    expect([...presence.rooms()]).toEqual([]);
  });

  it("a ghost at the end of its time, also when a later hold was waiting already", () => {
    presence.apply({ type: "drop", seat: join("bob", "tab", field) });
    const seat = join("ada", "tab", field);
    join("ada", "tab", pond);
    presence.apply({ type: "leave", seat, reason: "left" });
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(ghostMs - 1);
    expect(presence.entry(field, "ada")?.status).toBe("ghost");
    vi.advanceTimersByTime(1);
    expect(presence.entry(field, "ada")).toBeUndefined();
    expect(presence.entry(field, "bob")?.status).toBe("away");
    vi.advanceTimersByTime(graceMs - ghostMs);
    expect(presence.entry(field, "bob")).toBeUndefined();
  });

  it("one after another, each in its time", () => {
    for (let i = 0; i < 5; i++) {
      presence.apply({ type: "drop", seat: join(`p${i}`, "tab", field) });
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(graceMs - 500);
    for (let left = 4; left >= 0; left--) {
      expect(presence.counts(field).people).toBe(left);
      vi.advanceTimersByTime(100);
    }
  });

  it("whoever is back in time is not touched", () => {
    const seat = join("ada", "tab", field);
    presence.apply({ type: "drop", seat });
    vi.advanceTimersByTime(graceMs - 1);
    presence.apply({ type: "resume", seat });
    vi.advanceTimersByTime(graceMs * 5);
    expect(presence.entry(field, "ada")?.status).toBe("here");
  });

  it("a timer that fires early does not end anything early", () => {
    let lag = 3;
    presence = createPresence({ graceMs, ghostMs, now: () => Date.now() - lag });
    presence.apply({ type: "drop", seat: join("ada", "tab", field) });
    lag = 6;
    vi.advanceTimersByTime(graceMs + 2);
    expect(presence.entry(field, "ada")?.status).toBe("away");
    vi.advanceTimersByTime(2);
    expect(presence.entry(field, "ada")).toBeUndefined();
  });

  it("nothing waits once it is closed", () => {
    presence.apply({ type: "drop", seat: join("ada", "tab", field) });
    presence.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("[PR5] listeners", () => {
  it("hear of their own room only, each batch once", () => {
    const heard = [listen(field), listen(pond)];
    const seat = join("ada", "tab", field);
    join("ada", "tab", pond);
    presence.apply({ type: "leave", seat, reason: "left" });
    expect(heard).toEqual([["join", "end left, ghost"], ["join"]]);
  });

  it("hear nothing any more once they stopped listening", () => {
    const heard: number[] = [];
    const stop = presence.watch(field, () => void heard.push(1));
    const stopOther = presence.watch(field, () => void heard.push(2));
    join("ada", "tab1", field);
    stop();
    stop();
    join("ada", "tab2", field);
    stopOther();
    join("ada", "tab3", field);
    expect(heard).toEqual([1, 2, 2]);
  });

  it("hear changes in the order in which they happened, also where a listener causes further ones", () => {
    const first: string[] = [];
    const second: string[] = [];
    const seat = join("ada", "tab1", field);
    presence.watch(field, (changes) => {
      for (const change of changes) {
        first.push(brief(change));
        if (change.type === "update") presence.apply({ type: "leave", seat, reason: "kicked" });
      }
    });
    presence.watch(field, (changes) => void second.push(...changes.map(brief)));
    presence.apply({ type: "attention", seat, attention: "focused" });
    expect(first).toEqual(["update", "end kicked", "leave kicked"]);
    expect(second).toEqual(first);
  });

  it("what one causes in another room is heard there, and what it causes in turn", () => {
    const heard = listen(pond);
    presence.watch(field, (changes) => {
      if (changes.some(({ type }) => type === "join")) presence.apply({ type: "drop", seat: join("ada", "tab", pond) });
    });
    join("ada", "tab", field);
    expect(heard).toEqual(["join", "update"]);
    vi.advanceTimersByTime(graceMs);
    expect(heard).toEqual(["join", "update", "end lost, leave lost"]);
  });

  it("that throw keep nobody else from hearing, and nothing from happening", () => {
    const seat = join("ada", "tab", field);
    presence.watch(field, () => {
      presence.apply({ type: "attention", seat, attention: "focused" });
      throw new Error("a piece went wrong");
    });
    const heard = listen(field);
    expect(() => join("bob", "tab", field)).toThrow("a piece went wrong");
    expect(heard).toEqual(["join", "update"]);
    expect(presence.entry(field, "ada")?.attention).toBe("focused");
  });
});

describe("the clock of presence", () => {
  it("is near the wall clock and never goes back", () => {
    vi.useRealTimers();
    let last = steadyNow();
    expect(Math.abs(last - Date.now())).toBeLessThan(5_000);
    for (let i = 0; i < 10_000; i++) {
      const next = steadyNow();
      expect(next).toBeGreaterThanOrEqual(last);
      last = next;
    }
  });
});

describe("a process without others", () => {
  it("has nobody to tell: all is settled at once, and it may drain", async () => {
    join("ada", "tab", field);
    const timers = vi.getTimerCount();
    await presence.settled();
    await presence.drain();
    expect(vi.getTimerCount()).toBe(timers);
    expect(presence.entry(field, "ada")?.status).toBe("here");
  });
});
