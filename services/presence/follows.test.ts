/** Who goes along with whom, in one process and over several, on fake timers. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HereaboutsError } from "../../schema/errors.ts";
import type { Followed } from "../../schema/messages.ts";
import type { RoomKey } from "./crowd.ts";
import { graceMs, identityOf, type Process, Processes } from "./testing/processes.ts";

const meadow = "world:meadow";
const pond = "world:pond";
const lake = "world:lake";
const chat = "chat:system";

let processes: Processes;
let a: Process;
let b: Process;
let seats: number;

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000_000 });
  processes = new Processes();
  [a, b] = ["a", "b"].map((id) => processes.start(id)) as [Process, Process];
  seats = 0;
  pass(1500);
});
afterEach(() => {
  processes.close();
  expect(processes.errors).toEqual([]);
  vi.useRealTimers();
});

const pass = (ms = 60) => void vi.advanceTimersByTime(ms);

type Join = { share?: boolean; invisible?: boolean; tab?: string };
function join(at: Process, person: string, room: RoomKey, options: Join = {}): string {
  const { share = true, invisible = false, tab = `tab of ${person}` } = options;
  const seat = `seat${++seats}`;
  const fence = processes.claim(room, at.id);
  const who = { seat, room, identity: identityOf(person), connection: tab, fence };
  at.presence.apply({ type: "join", ...who, attention: "visible", share, invisible, exclusive: false });
  pass();
  return seat;
}
function leave(at: Process, seat: string): void {
  at.presence.apply({ type: "leave", seat, reason: "left" });
  pass();
}
const brief = ({ slug, ended }: Followed) => slug ?? ended!;
/** Has a seat follow, and answers all that it is told from then on. */
function follow(at: Process, seat: string, person: string): string[] {
  const told: string[] = [];
  told.push(brief(at.presence.follow(seat, { person, id: seat + person }, (followed) => told.push(brief(followed)))));
  pass();
  return told;
}
function refusal(at: Process, seat: string, person: string): string {
  try {
    return brief(at.presence.follow(seat, { person, id: "again" }, () => {}));
  } catch (error) {
    return (error as HereaboutsError).code;
  }
}

describe("[WO6] whoever follows is told", () => {
  it("where someone is, and each time they go elsewhere", () => {
    const ada = join(a, "ada", meadow);
    const told = follow(a, join(a, "ben", meadow), "ada");
    const next = join(a, "ada", pond);
    leave(a, ada);
    leave(a, next);
    expect(told).toEqual(["meadow", "pond", "left"]);
  });

  it("through a chat, whichever processes they and their worlds are in", () => {
    const ada = join(b, "ada", meadow);
    join(b, "ada", chat);
    const told = follow(b, join(b, "ben", chat), "ada");
    const next = join(a, "ada", pond);
    leave(b, ada);
    const last = join(a, "ada", lake);
    leave(a, next);
    leave(a, last);
    expect(told).toEqual(["meadow", "pond", "lake", "hidden"]);
  });

  it("not where they are who do not share it any more, nor what becomes of them", () => {
    const ada = join(a, "ada", meadow);
    const told = follow(a, join(a, "ben", meadow), "ada");
    const secret = join(a, "ada", pond, { share: false });
    leave(a, ada);
    leave(a, secret);
    join(a, "ada", lake);
    expect(told).toEqual(["meadow", "hidden"]);
  });

  it("nothing of a lost connection while its place is held", () => {
    const ada = join(a, "ada", meadow);
    const told = follow(a, join(a, "ben", meadow), "ada");
    a.presence.apply({ type: "drop", seat: ada });
    pass(graceMs - 100);
    join(a, "ada", meadow);
    a.presence.apply({ type: "drop", seat: "seat3" });
    pass(graceMs - 100);
    expect(told).toEqual(["meadow"]);
    pass(200);
    expect(told).toEqual(["meadow", "left"]);
  });

  it("of someone who signs in, under whichever name", () => {
    const ada = join(a, "guest", meadow);
    const inChat = join(a, "guest", chat);
    const told = follow(a, join(a, "ben", meadow), "guest");
    for (const seat of [ada, inChat]) {
      a.presence.apply({ type: "identify", seat, identity: identityOf("ada"), exclusive: false });
    }
    pass();
    const identity = { type: "join", seat: "next", room: pond, connection: "tab of guest", fence: 0 } as const;
    const more = { attention: "visible", share: true, exclusive: false } as const;
    a.presence.apply({ ...identity, ...more, identity: identityOf("ada") });
    leave(a, ada);
    expect(told).toEqual(["meadow", "meadow", "pond"]);
  });

  it("no more once it has ended, or follows someone else", () => {
    const [ada, eve] = [join(a, "ada", meadow), join(a, "eve", meadow)];
    const ben = join(a, "ben", meadow);
    const first = follow(a, ben, "ada");
    const second = follow(a, ben, "eve");
    leave(a, ada);
    a.presence.unfollow(ben, `${ben}ada`);
    expect(a.presence.seat(ben)?.follows).toBe("eve");
    a.presence.unfollow(ben, `${ben}eve`);
    leave(a, eve);
    join(a, "eve", pond);
    expect([first, second]).toEqual([["meadow"], ["meadow"]]);
    const last = join(a, "ben", pond);
    const third = follow(a, last, "eve");
    leave(a, last);
    join(a, "eve", lake);
    expect([third, a.presence.seat(last)]).toEqual([["pond"], undefined]);
  });
});

describe("[WO6] one follows only", () => {
  it("whom one sees, who shares where they are, and never oneself", () => {
    const ben = join(a, "ben", meadow);
    join(a, "ada", pond);
    join(a, "eve", meadow, { share: false });
    join(a, "zoe", meadow, { invisible: true });
    const asked = ["ada", "eve", "zoe", "ben", "nobody"].map((person) => refusal(a, ben, person));
    expect(asked).toEqual(["PERSON_NOT_FOUND", "NOT_SHARED", "PERSON_NOT_FOUND", "FOLLOW_SELF", "PERSON_NOT_FOUND"]);
    expect(a.presence.seat(ben)?.follows).toBe("");
  });

  it("on from another room of the same tab, however far they are by then, and not from another tab", () => {
    const ada = join(a, "ada", meadow);
    const ben = join(a, "ben", meadow);
    follow(a, ben, "ada");
    join(b, "ada", lake);
    leave(a, ada);
    const [there, elsewhere] = [join(b, "ben", pond), join(b, "ben", "world:hill", { tab: "another tab" })];
    expect([refusal(b, there, "ada"), refusal(b, elsewhere, "ada")]).toEqual(["lake", "PERSON_NOT_FOUND"]);
    leave(a, ben);
    expect(b.presence.seat(there)?.follows).toBe("ada");
  });

  it("on over a reconnect, also where they have gone meanwhile and their ghost too", () => {
    const ada = join(a, "ada", meadow);
    const ben = join(a, "ben", meadow);
    const told = follow(a, ben, "ada");
    a.presence.apply({ type: "drop", seat: ben });
    join(a, "ada", pond);
    leave(a, ada);
    pass(8000);
    expect(a.presence.entry(meadow, "ada")).toBeUndefined();
    const again = join(a, "ben", meadow);
    expect([told, refusal(a, again, "ada")]).toEqual([["meadow", "pond"], "pond"]);
  });

  it("as long as one's tab says so once it is back, which a page that was loaded anew does not", () => {
    const ada = join(a, "ada", meadow);
    follow(a, join(a, "ben", meadow), "ada");
    const again = join(a, "ben", meadow);
    pass(10_000);
    const told = follow(a, again, "ada");
    pass(10_000);
    expect(a.presence.seat(again)?.follows).toBe("ada");
    const anew = join(a, "ben", meadow);
    expect(refusal(a, ada, "ben")).toBe("FOLLOW_CYCLE");
    pass(15_000);
    expect([told, a.presence.seat(anew)?.follows, refusal(a, ada, "ben")]).toEqual([["meadow"], "", "meadow"]);
    expect(b.presence.seat(anew)?.follows).toBe("");
  });

  it("who does not go along with oneself, by however many", () => {
    const [ada, ben, eve] = ["ada", "ben", "eve"].map((person) => join(a, person, meadow)) as [string, string, string];
    join(b, "eve", chat);
    follow(a, ada, "ben");
    expect(refusal(a, ben, "ada")).toBe("FOLLOW_CYCLE");
    follow(a, ben, "eve");
    expect([refusal(a, eve, "ada"), refusal(a, eve, "ben"), refusal(a, ada, "eve")]).toEqual([
      "FOLLOW_CYCLE",
      "FOLLOW_CYCLE",
      "meadow",
    ]);
  });

  it("and is told that it is over where two began at once in two processes", () => {
    const [ada, ben] = [join(a, "ada", meadow), join(b, "ben", pond)];
    const adaInChat = join(a, "ada", chat);
    join(a, "ben", chat);
    join(b, "ada", "chat:other");
    const benInOther = join(b, "ben", "chat:other");
    const told: string[] = [];
    for (const [at, seat, person] of [
      [a, adaInChat, "ben"],
      [b, benInOther, "ada"],
    ] as const) {
      at.presence.follow(seat, { person, id: "at once" }, (followed) => told.push(brief(followed)));
    }
    pass();
    // each goes where the other was
    join(b, "ada", pond);
    join(a, "ben", meadow);
    leave(a, ada);
    leave(b, ben);
    expect(told).toContain("cycle");
    const following = [adaInChat, benInOther].map((seat) => a.presence.seat(seat)?.follows);
    expect(following).toContain("");
  });
});
