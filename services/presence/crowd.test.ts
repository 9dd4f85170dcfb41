/** The rules of presence on one crowd, case by case, with a clock that the test turns. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Attention, LeaveReason } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import { type Change, Crowd, type RoomKey, type RosterEntry } from "./crowd.ts";

const graceMs = 10_000;
const ghostMs = 5_000;
const field = "world:field";
const pond = "world:pond";
const chat = "chat:system";

const people: Record<string, Identity> = {
  ada: { person: "ada", handle: "ada", name: "Ada", kind: "human", role: "member", guest: false },
  bot: { person: "bot", handle: "bot", name: "Bot", kind: "ai", role: "member", guest: false },
  g1: { person: "g1", handle: "guest-g1", name: "guest-g1", kind: "human", role: "member", guest: true },
  g2: { person: "g2", handle: "guest-g2", name: "guest-g2", kind: "human", role: "member", guest: true },
};

type Join = { attention?: Attention; share?: boolean; exclusive?: boolean; seat?: string; identity?: Identity };

let crowd: Crowd;
let now: number;
let seats: number;
/** What the last event changed. */
let changes: Change[];

beforeEach(() => {
  crowd = new Crowd({ graceMs, ghostMs });
  now = 1_000_000;
  seats = 0;
  changes = [];
});

function join(person: string, connection: string, room: RoomKey, options: Join = {}): string {
  const seat = options.seat ?? `seat${++seats}`;
  const exclusive = options.exclusive ?? room.startsWith("world:");
  const { attention = "visible", share = true, identity = people[person]! } = options;
  changes = crowd.apply({ type: "join", seat, room, identity, connection, attention, share, exclusive }, now);
  return seat;
}
const drop = (seat: string) => {
  changes = crowd.apply({ type: "drop", seat }, now);
};
const resume = (seat: string) => {
  changes = crowd.apply({ type: "resume", seat }, now);
};
const leave = (seat: string, reason: LeaveReason = "left") => {
  changes = crowd.apply({ type: "leave", seat, reason }, now);
};
const identify = (seat: string, identity: Identity, exclusive = true) => {
  changes = crowd.apply({ type: "identify", seat, identity, exclusive }, now);
};
/** Lets time pass and settles what is due, as the driver does at `deadline`. */
const wait = (ms: number) => {
  const until = now + ms;
  changes = [];
  while (crowd.deadline <= until) {
    now = crowd.deadline;
    changes.push(...crowd.apply({ type: "tick" }, now));
  }
  now = until;
};
/** The changes as "type person status", for one room. */
const told = (room: RoomKey) =>
  changes
    .filter((change) => change.room === room)
    .map((change) => {
      if (change.type === "leave") return `leave ${change.person} ${change.reason}`;
      if (change.type === "role") return `role ${change.seat} ${change.role}`;
      if (change.type === "end") return `end ${change.seat} ${change.reason}`;
      return `${change.type} ${change.entry.identity.person} ${change.entry.status}`;
    });
const statusOf = (room: RoomKey, person: string) => crowd.entry(room, person)?.status;
const roleOf = (seat: string) => crowd.seat(seat)?.role;

describe("[PR1] here and online are seats", () => {
  it("someone is here from the moment they hold a seat until they give it up", () => {
    expect([...crowd.roster(field)]).toEqual([]);
    const seat = join("ada", "tab1", field);
    expect(told(field)).toEqual(["join ada here"]);
    expect([...crowd.roster(field)].map((entry) => entry.identity.handle)).toEqual(["ada"]);
    leave(seat);
    expect(told(field)).toEqual([`end ${seat} left`, "leave ada left"]);
    expect([...crowd.roster(field)]).toEqual([]);
    expect([...crowd.rooms()]).toEqual([]);
  });

  it("being in a chat is not being in a world, nor the other way round", () => {
    join("ada", "tab1", chat);
    join("bot", "tab2", field);
    expect(statusOf(chat, "ada")).toBe("here");
    expect(statusOf(field, "ada")).toBeUndefined();
    expect(statusOf(chat, "bot")).toBeUndefined();
  });

  it("nobody needs to say anything to stay", () => {
    join("ada", "tab1", field);
    expect(crowd.deadline).toBe(Number.POSITIVE_INFINITY);
    wait(30 * 24 * 3600 * 1000);
    expect(statusOf(field, "ada")).toBe("here");
  });

  it("a chat is stayed in while one goes from world to world", () => {
    join("ada", "tab1", chat);
    const first = join("ada", "tab1", field);
    join("ada", "tab1", pond);
    leave(first);
    expect(told(chat)).toEqual(["update ada here"]);
    expect(statusOf(chat, "ada")).toBe("here");
  });
});

describe("[PR1] [CH8] here in a chat", () => {
  beforeEach(() => {
    crowd = new Crowd({ graceMs, ghostMs, pieceOf: (instance) => (instance === "system" ? "pond" : instance) });
  });
  const inChat = () => {
    const { here, where } = crowd.entry(chat, "ada")!;
    return { here, where, counted: crowd.counts(chat).here };
  };

  it("is who is also in the chat's own piece, and nobody else", () => {
    join("ada", "tab1", chat);
    expect(inChat()).toEqual({ here: false, where: "", counted: 0 });
    join("ada", "tab1", field);
    expect(inChat()).toEqual({ here: false, where: "field", counted: 0 });
    now += 1;
    join("ada", "tab1", pond);
    expect(told(chat)).toEqual(["update ada here"]);
    expect(inChat()).toEqual({ here: true, where: "pond", counted: 1 });
  });

  it("counts whoever was in the piece before they joined the chat", () => {
    join("ada", "tab1", pond);
    join("ada", "tab1", chat);
    expect(told(chat)).toEqual(["join ada here"]);
    expect(inChat()).toEqual({ here: true, where: "pond", counted: 1 });
  });

  it("ends with leaving the piece, while online stays", () => {
    join("ada", "tab1", chat);
    const seat = join("ada", "tab1", pond);
    leave(seat);
    expect(told(pond)).toContain("ghost ada ghost");
    expect(told(chat)).toEqual(["update ada here"]);
    expect(inChat()).toEqual({ here: false, where: "", counted: 0 });
    expect(crowd.counts(chat).people).toBe(1);
  });

  it("survives a blip of the piece's connection", () => {
    join("ada", "tab1", chat);
    const seat = join("ada", "tab1", pond);
    drop(seat);
    expect(told(chat)).toEqual([]);
    wait(graceMs);
    expect(inChat()).toEqual({ here: false, where: "", counted: 0 });
  });

  it("tells where only to those it is shared with", () => {
    join("ada", "tab1", chat);
    join("ada", "tab1", pond, { share: false });
    expect(inChat()).toEqual({ here: true, where: "", counted: 1 });
  });
});

describe("[PR3] someone invisible", () => {
  const invisible = (connection: string, room: RoomKey) => {
    const seat = `seat${++seats}`;
    const event = { type: "join", seat, room, identity: people["ada"]!, connection, attention: "visible" } as const;
    changes = crowd.apply({ ...event, share: true, exclusive: false, invisible: true }, now);
    return seat;
  };

  it("is counted nowhere and in no roster, but told to moderators", () => {
    invisible("tab1", chat);
    expect(told(chat)).toEqual([]);
    expect([...crowd.roster(chat)]).toEqual([]);
    expect(crowd.counts(chat)).toEqual({ people: 0, connections: 0, guests: 0, here: 0 });
    expect(crowd.invisible(chat)).toEqual([people["ada"]]);
    expect(crowd.grounds(chat, "ada").seats).toHaveLength(1);
  });

  it("is not here in a chat either, and leaves no ghost", () => {
    crowd = new Crowd({ graceMs, ghostMs, pieceOf: () => "pond" });
    join("ada", "tab2", chat);
    const seat = invisible("tab1", pond);
    expect(crowd.entry(chat, "ada")).toMatchObject({ here: false, where: "" });
    leave(seat);
    expect(told(pond)).toEqual([`end ${seat} left`]);
    expect([...crowd.rooms()]).toEqual([chat]);
  });

  it("is not given away by the ghost they leave elsewhere", () => {
    const seat = join("ada", "tab1", field);
    invisible("tab1", pond);
    leave(seat);
    expect(crowd.entry(field, "ada")).toMatchObject({ status: "ghost", to: "" });
  });

  it("in one tab takes nothing down when another of their tabs leaves", () => {
    join("ada", "tab1", chat);
    const seat = join("ada", "tab1", field, { exclusive: false });
    drop(invisible("tab2", field));
    leave(seat);
    expect(statusOf(field, "ada")).toBeUndefined();
    expect(crowd.counts(field).people).toBe(0);
  });

  it("makes a guest who signs in as them disappear", () => {
    invisible("tab2", field);
    const seat = join("g1", "tab1", field, { exclusive: false });
    identify(seat, people["ada"]!, false);
    expect(told(field)).toEqual(["leave g1 replaced"]);
    expect([...crowd.roster(field)]).toEqual([]);
  });

  it("appears when nothing of them is invisible any more", () => {
    const seat = invisible("tab1", chat);
    join("ada", "tab2", chat);
    expect(told(chat)).toEqual([]);
    leave(seat);
    expect(told(chat)).toContain("join ada here");
    expect(crowd.counts(chat)).toMatchObject({ people: 1, connections: 1 });
  });
});

describe("[PR4] going elsewhere", () => {
  it("takes the tabs along whose connection was lost: a ghost, not someone away", () => {
    const old = join("ada", "tab2", field);
    const seat = join("ada", "tab1", field);
    drop(old);
    join("ada", "tab1", pond);
    leave(seat);
    expect(told(field)).toEqual(expect.arrayContaining([`end ${old} moved`, "ghost ada ghost"]));
    wait(ghostMs);
    expect(statusOf(field, "ada")).toBeUndefined();
  });

  it("leaves behind what is still connected", () => {
    join("ada", "tab2", field);
    const seat = join("ada", "tab1", field);
    join("ada", "tab1", pond);
    leave(seat);
    expect(statusOf(field, "ada")).toBe("here");
  });
});

describe("[PR2] people, connections and guests are counted apart", () => {
  it("five tabs are one person with five connections", () => {
    for (let tab = 1; tab <= 5; tab++) join("ada", `tab${tab}`, field);
    expect(crowd.counts(field)).toMatchObject({ people: 1, connections: 5, guests: 0 });
    expect(crowd.entry(field, "ada")?.connections).toBe(5);
    expect(crowd.people).toBe(1);
  });

  it("anonymous people count, as guests, each once", () => {
    join("g1", "tab1", field);
    join("g1", "tab2", field);
    join("g2", "tab3", field);
    join("ada", "tab4", field);
    expect(crowd.counts(field)).toMatchObject({ people: 3, connections: 4, guests: 2 });
  });

  it("those whose connection is lost count until they are given up", () => {
    const seat = join("g1", "tab1", field);
    drop(seat);
    expect(crowd.counts(field)).toMatchObject({ people: 1, connections: 1, guests: 1 });
    wait(graceMs);
    expect(crowd.counts(field)).toMatchObject({ people: 0, connections: 0, guests: 0 });
  });

  it("a ghost is counted where they went, not where they were", () => {
    const seat = join("g1", "tab1", field);
    join("g1", "tab1", pond);
    leave(seat);
    expect(statusOf(field, "g1")).toBe("ghost");
    expect(crowd.counts(field)).toMatchObject({ people: 0, connections: 0, guests: 0 });
    expect(crowd.counts(pond)).toMatchObject({ people: 1, connections: 1, guests: 1 });
    expect(crowd.people).toBe(1);
  });

  it("someone who holds no seat any more is nobody, though their ghost is still shown", () => {
    const first = join("ada", "tab1", field);
    const second = join("ada", "tab1", pond);
    leave(first);
    leave(second);
    expect(statusOf(field, "ada")).toBe("ghost");
    expect(crowd.people).toBe(0);
  });

  it("a room that nobody is in counts nobody", () => {
    expect(crowd.counts("world:nowhere")).toMatchObject({ people: 0, connections: 0, guests: 0 });
  });
});

describe("[PR3] what a roster says of someone", () => {
  it("attention is that of the tab that is looked at most; a hidden tab is still here", () => {
    const first = join("ada", "tab1", field, { attention: "hidden" });
    expect(crowd.entry(field, "ada")).toMatchObject({ status: "here", attention: "hidden" });
    join("ada", "tab2", field, { attention: "visible" });
    expect(crowd.entry(field, "ada")?.attention).toBe("visible");
    changes = crowd.apply({ type: "attention", seat: first, attention: "focused" }, now);
    expect(told(field)).toEqual(["update ada here"]);
    expect(crowd.entry(field, "ada")?.attention).toBe("focused");
  });

  it("a change of attention that does not show is not told", () => {
    join("ada", "tab1", field, { attention: "focused" });
    const second = join("ada", "tab2", field, { attention: "visible" });
    changes = crowd.apply({ type: "attention", seat: second, attention: "hidden" }, now);
    expect(changes).toEqual([]);
  });

  it("a tab whose connection is lost is not looked at while another one is here", () => {
    const first = join("ada", "tab1", field, { attention: "focused" });
    join("ada", "tab2", field, { attention: "hidden" });
    drop(first);
    expect(crowd.entry(field, "ada")).toMatchObject({ status: "here", attention: "hidden", connections: 2 });
  });

  it("since is when the oldest of their seats was taken, also after a reload", () => {
    const came = now;
    join("ada", "tab1", field);
    now += 60_000;
    join("ada", "tab2", field);
    now += 60_000;
    join("ada", "tab1", field);
    expect(crowd.entry(field, "ada")?.since).toBe(came);
  });

  it("the name is the one that was verified last, whichever tab it was", () => {
    join("ada", "tab1", field);
    join("ada", "tab2", field, { identity: { ...people["ada"]!, name: "Countess" } });
    expect(crowd.entry(field, "ada")?.identity.name).toBe("Countess");
    expect(told(field)).toContain("update ada here");
  });
});

describe("[PR4] a lost connection is held for the grace period", () => {
  it("marked as away, then gone as lost, not a moment sooner", () => {
    const seat = join("ada", "tab1", field);
    drop(seat);
    expect(told(field)).toEqual(["update ada away"]);
    wait(graceMs - 1);
    expect(changes).toEqual([]);
    expect(statusOf(field, "ada")).toBe("away");
    wait(1);
    expect(told(field)).toEqual([`end ${seat} lost`, "leave ada lost"]);
  });

  it("a blip is an update to away and one back, no leave and no join", () => {
    const seat = join("ada", "tab1", field);
    drop(seat);
    wait(graceMs - 1);
    resume(seat);
    expect(told(field)).toEqual(["update ada here"]);
    wait(graceMs * 10);
    expect(changes).toEqual([]);
    expect(statusOf(field, "ada")).toBe("here");
  });

  it("a second close of the same connection does not hold it any longer", () => {
    const seat = join("ada", "tab1", field);
    drop(seat);
    wait(6_000);
    drop(seat);
    expect(changes).toEqual([]);
    wait(4_000);
    expect(statusOf(field, "ada")).toBeUndefined();
  });

  it("someone with another tab stays here when one is lost", () => {
    join("ada", "tab1", field);
    const second = join("ada", "tab2", field);
    drop(second);
    expect(changes).toEqual([]);
    wait(graceMs);
    expect(told(field)).toEqual([`end ${second} lost`, "role seat1 player", "update ada here"]);
    expect(crowd.entry(field, "ada")?.connections).toBe(1);
  });

  it("coming back when the time is over is too late: the seat is gone", () => {
    const seat = join("ada", "tab1", field);
    drop(seat);
    now += graceMs;
    resume(seat);
    expect(told(field)).toEqual([`end ${seat} lost`, "leave ada lost"]);
    expect(crowd.seat(seat)).toBeUndefined();
  });

  it("no grace at all is gone at once", () => {
    crowd = new Crowd({ graceMs: 0, ghostMs });
    const seat = join("ada", "tab1", field);
    drop(seat);
    expect(told(field).at(-1)).toBe("leave ada lost");
    expect([...crowd.rooms()]).toEqual([]);
  });

  it("a lost connection leaves no ghost, whatever else is held", () => {
    const seat = join("ada", "tab1", field);
    join("ada", "tab2", pond);
    drop(seat);
    wait(graceMs);
    expect(told(field)).toEqual([`end ${seat} lost`, "leave ada lost"]);
  });
});

describe("[PR4] a reload does not flicker", () => {
  it("whose old connection closed first: away and back, since unchanged", () => {
    const old = join("ada", "tab1", field);
    const { since } = crowd.entry(field, "ada")!;
    drop(old);
    now += 400;
    join("ada", "tab1", field);
    expect(told(field)).toEqual([`end ${old} replaced`, "update ada here"]);
    expect(crowd.entry(field, "ada")).toMatchObject({ connections: 1, since });
  });

  it("whose old connection is still open: nobody hears of it", () => {
    const old = join("ada", "tab1", field);
    now += 400;
    join("ada", "tab1", field);
    expect(told(field)).toEqual([`end ${old} replaced`]);
    expect(crowd.counts(field)).toMatchObject({ people: 1, connections: 1, guests: 0 });
  });

  it.each(["drop", "leave"] as const)("the late %s of the old connection never removes the new one", (close) => {
    const old = join("ada", "tab1", field);
    join("ada", "tab1", field);
    if (close === "drop") drop(old);
    else leave(old);
    expect(changes).toEqual([]);
    wait(graceMs * 2);
    expect(changes).toEqual([]);
    expect(statusOf(field, "ada")).toBe("here");
  });

  it("the same name of a tab means nothing between two people", () => {
    join("ada", "tab1", field);
    join("g1", "tab1", field);
    expect(crowd.counts(field)).toMatchObject({ people: 2, connections: 2, guests: 1 });
  });
});

describe("[PR4] ghosts", () => {
  it("whoever goes to another world stays as a ghost, then goes as moved", () => {
    const seat = join("ada", "tab1", field);
    join("ada", "tab1", pond);
    expect(statusOf(field, "ada")).toBe("here");
    leave(seat);
    expect(told(field)).toEqual([`end ${seat} left`, "ghost ada ghost"]);
    expect(crowd.entry(field, "ada")).toMatchObject({ to: "pond", connections: 0, attention: "hidden" });
    wait(ghostMs - 1);
    expect(statusOf(field, "ada")).toBe("ghost");
    wait(1);
    expect(told(field)).toEqual(["leave ada moved"]);
  });

  it("a seat in a chat is enough to be somewhere; it is no destination", () => {
    join("ada", "tab1", chat);
    const seat = join("ada", "tab1", field);
    leave(seat);
    expect(crowd.entry(field, "ada")).toMatchObject({ status: "ghost", to: "" });
  });

  it("who holds nothing else has left", () => {
    const seat = join("ada", "tab1", field);
    join("bot", "tab2", pond);
    leave(seat);
    expect(told(field).at(-1)).toBe("leave ada left");
  });

  it("there are none in a chat", () => {
    const seat = join("ada", "tab1", chat);
    join("ada", "tab1", field);
    leave(seat);
    expect(told(chat).at(-1)).toBe("leave ada left");
  });

  it("while another tab is still in the world nobody has gone", () => {
    const first = join("ada", "tab1", field);
    join("ada", "tab2", field);
    join("ada", "tab1", pond);
    leave(first);
    expect(statusOf(field, "ada")).toBe("here");
    expect(crowd.entry(field, "ada")?.connections).toBe(1);
  });

  it("where they went is said only by those who share it", () => {
    const seat = join("ada", "tab1", field, { share: true });
    join("ada", "tab1", pond, { share: false });
    leave(seat);
    expect(crowd.entry(field, "ada")).toMatchObject({ status: "ghost", to: "" });
  });

  it("where they went is where the tab that left went, not where another tab was opened meanwhile", () => {
    const seat = join("ada", "tab1", field);
    now += 10;
    join("ada", "tab1", pond);
    now += 10;
    join("ada", "tab2", "world:cave");
    now += 10;
    leave(seat);
    expect(crowd.entry(field, "ada")?.to).toBe("pond");
  });

  it("a tab that was dropped and opens another world has gone there", () => {
    const seat = join("ada", "tab1", field);
    drop(seat);
    now += 300;
    join("ada", "tab1", pond);
    expect(told(field)).toEqual([`end ${seat} moved`, "ghost ada ghost"]);
    expect(crowd.entry(field, "ada")?.to).toBe("pond");
    drop(seat);
    leave(seat);
    expect(changes).toEqual([]);
    wait(ghostMs);
    expect(told(field)).toEqual(["leave ada moved"]);
  });

  it("another tab that opens a world says nothing about the one that was dropped", () => {
    const seat = join("ada", "tab1", field);
    drop(seat);
    join("ada", "tab2", pond);
    expect(statusOf(field, "ada")).toBe("away");
  });

  it("opening a chat is not going", () => {
    const seat = join("ada", "tab1", field);
    drop(seat);
    join("ada", "tab1", chat);
    expect(statusOf(field, "ada")).toBe("away");
  });

  it.each(["kicked", "lost"] as const)("who was %s leaves no ghost", (reason) => {
    const seat = join("ada", "tab1", field);
    join("ada", "tab1", pond);
    leave(seat, reason);
    expect(told(field).at(-1)).toBe(`leave ada ${reason}`);
  });

  it("on return they take their place back at once, in one message", () => {
    const seat = join("ada", "tab1", field);
    join("ada", "tab1", pond);
    leave(seat);
    wait(ghostMs - 1);
    join("ada", "tab1", field);
    expect(told(field)).toEqual(["return ada here"]);
    expect(crowd.entry(field, "ada")).toMatchObject({ to: "", connections: 1, attention: "visible" });
    wait(ghostMs * 2);
    expect(told(field)).toEqual([]);
    expect(statusOf(field, "ada")).toBe("here");
  });

  it("the place of a ghost is as old as it was", () => {
    const came = now;
    const seat = join("ada", "tab1", field);
    now += 60_000;
    join("ada", "tab1", pond);
    leave(seat);
    expect(crowd.entry(field, "ada")?.since).toBe(came);
  });

  it("no ghosts wanted: gone at once, as moved", () => {
    crowd = new Crowd({ graceMs, ghostMs: 0 });
    const seat = join("ada", "tab1", field);
    join("ada", "tab1", pond);
    leave(seat);
    expect(told(field).at(-1)).toBe("leave ada moved");
    expect(statusOf(field, "ada")).toBeUndefined();
  });
});

describe("[PR5] changes are typed and tell all that changed, once", () => {
  it("an event about a seat that is not known changes nothing", () => {
    join("ada", "tab1", field);
    for (const type of ["drop", "resume", "play"] as const) {
      expect(crowd.apply({ type, seat: "nobody's" }, now)).toEqual([]);
    }
    expect(crowd.apply({ type: "leave", seat: "nobody's", reason: "kicked" }, now)).toEqual([]);
    expect(crowd.apply({ type: "attention", seat: "nobody's", attention: "hidden" }, now)).toEqual([]);
    expect(crowd.apply({ type: "identify", seat: "nobody's", identity: people["ada"]!, exclusive: true }, now)).toEqual(
      [],
    );
  });

  it("the change carries the entry as it is afterwards", () => {
    join("ada", "tab1", field, { attention: "focused" });
    const expected: Partial<RosterEntry> = {
      identity: people["ada"]!,
      status: "here",
      to: "",
      here: false,
      where: "",
      attention: "focused",
      connections: 1,
      since: now,
    };
    expect(changes).toMatchObject([{ type: "join", room: field, entry: expected }]);
    expect(crowd.entry(field, "ada")).toMatchObject(expected);
  });

  it("what was due is told before what happens now", () => {
    const seat = join("ada", "tab1", field);
    drop(seat);
    now += graceMs + 1;
    join("ada", "tab1", field);
    expect(told(field)).toEqual([`end ${seat} lost`, "leave ada lost", "join ada here"]);
  });
});

describe("[PR9] one tab plays", () => {
  it("the new one; the old one becomes a spectator and is told", () => {
    const first = join("ada", "tab1", field);
    expect(roleOf(first)).toBe("player");
    const second = join("ada", "tab2", field);
    expect(told(field)).toContain(`role ${first} spectator`);
    expect([roleOf(first), roleOf(second)]).toEqual(["spectator", "player"]);
  });

  it("the spectator is promoted when the player leaves", () => {
    const first = join("ada", "tab1", field);
    const second = join("ada", "tab2", field);
    leave(second);
    expect(told(field)).toContain(`role ${first} player`);
    expect(roleOf(first)).toBe("player");
  });

  it("a player whose connection is lost plays on when it is back", () => {
    const first = join("ada", "tab1", field);
    const second = join("ada", "tab2", field);
    drop(second);
    resume(second);
    expect([roleOf(first), roleOf(second)]).toEqual(["spectator", "player"]);
  });

  it("the spectator is promoted when the player is lost for good", () => {
    const first = join("ada", "tab1", field);
    const second = join("ada", "tab2", field);
    drop(second);
    wait(graceMs);
    expect(roleOf(first)).toBe("player");
  });

  it("one that is connected is promoted before one that is not", () => {
    const first = join("ada", "tab1", field);
    const second = join("ada", "tab2", field);
    const third = join("ada", "tab3", field);
    drop(second);
    leave(third);
    expect([roleOf(first), roleOf(second)]).toEqual(["player", "spectator"]);
  });

  it("a reload keeps the role, of the player and of the spectator", () => {
    const first = join("ada", "tab1", field);
    join("ada", "tab2", field);
    const firstAgain = join("ada", "tab1", field);
    expect(told(field)).toEqual([`end ${first} replaced`]);
    expect(roleOf(firstAgain)).toBe("spectator");
    const secondAgain = join("ada", "tab2", field);
    expect(roleOf(secondAgain)).toBe("player");
    expect(roleOf(firstAgain)).toBe("spectator");
  });

  it("a spectator takes over by playing, and only then", () => {
    const first = join("ada", "tab1", field);
    const second = join("ada", "tab2", field);
    changes = crowd.apply({ type: "play", seat: first }, now);
    expect(told(field).sort()).toEqual([`role ${first} player`, `role ${second} spectator`]);
    changes = crowd.apply({ type: "play", seat: first }, now);
    expect(changes).toEqual([]);
  });

  it("where a piece allows both, both play", () => {
    const first = join("ada", "tab1", field, { exclusive: false });
    const second = join("ada", "tab2", field, { exclusive: false });
    expect([roleOf(first), roleOf(second)]).toEqual(["player", "player"]);
    leave(second);
    expect(roleOf(first)).toBe("player");
  });

  it("is for one person in one world: others and other worlds are not touched", () => {
    const first = join("ada", "tab1", field);
    join("bot", "tab2", field);
    join("ada", "tab3", pond);
    expect(roleOf(first)).toBe("player");
  });
});

describe("[ID4] a guest that signs in keeps its place", () => {
  it("alone: an update, no leave and no join, with the same age", () => {
    const seat = join("g1", "tab1", field, { attention: "focused" });
    const before = crowd.entry(field, "g1")!;
    now += 1000;
    identify(seat, people["ada"]!);
    const entry = { ...before, identity: people["ada"]! };
    expect(changes).toEqual([{ type: "update", room: field, entry, was: "g1" }]);
    expect(statusOf(field, "g1")).toBeUndefined();
    expect(crowd.counts(field)).toMatchObject({ people: 1, connections: 1, guests: 0 });
    expect(crowd.people).toBe(1);
    expect(roleOf(seat)).toBe("player");
  });

  it("a reload after it is the same connection still", () => {
    const seat = join("g1", "tab1", field);
    identify(seat, people["ada"]!);
    join("ada", "tab1", field);
    expect(told(field)).toEqual([`end ${seat} replaced`]);
  });

  it("beside other tabs of the guest: those stay the guest", () => {
    const first = join("g1", "tab1", field);
    const second = join("g1", "tab2", field);
    identify(second, people["ada"]!);
    expect(told(field)).toContain("join ada here");
    expect(crowd.counts(field)).toMatchObject({ people: 2, connections: 2, guests: 1 });
    expect([roleOf(first), roleOf(second)]).toEqual(["player", "player"]);
    expect(told(field)).toContain(`role ${first} player`);
  });

  it("beside other tabs of the person: one more of theirs, and it plays", () => {
    const old = join("ada", "tab1", field);
    const seat = join("g1", "tab2", field);
    identify(seat, people["ada"]!);
    expect(told(field)).toEqual(expect.arrayContaining(["leave g1 replaced", "update ada here"]));
    expect(crowd.counts(field)).toMatchObject({ people: 1, connections: 2, guests: 0 });
    expect([roleOf(old), roleOf(seat)]).toEqual(["spectator", "player"]);
  });

  it("on the seat of the same tab that the person still had: it is replaced", () => {
    const old = join("ada", "tab1", field);
    const seat = join("g1", "tab1", field);
    identify(seat, people["ada"]!);
    expect(told(field)).toContain(`end ${old} replaced`);
    expect(crowd.counts(field)).toMatchObject({ people: 1, connections: 1, guests: 0 });
    expect(roleOf(seat)).toBe("player");
  });

  it("where the person is still a ghost: they return", () => {
    const old = join("ada", "tab1", field);
    join("ada", "tab1", pond);
    leave(old);
    const seat = join("g1", "tab2", field);
    identify(seat, people["ada"]!);
    expect(told(field)).toEqual(expect.arrayContaining(["leave g1 replaced", "return ada here"]));
    wait(ghostMs);
    expect(statusOf(field, "ada")).toBe("here");
  });

  it("where both tabs may play, both go on playing", () => {
    const first = join("ada", "tab1", field, { exclusive: false });
    const second = join("g1", "tab2", field, { exclusive: false });
    identify(second, people["ada"]!, false);
    expect([roleOf(first), roleOf(second)]).toEqual(["player", "player"]);
  });

  it("the same person again with another name is an update for all their tabs", () => {
    const seat = join("ada", "tab1", field);
    join("ada", "tab2", field);
    identify(seat, { ...people["ada"]!, name: "Countess" });
    expect(told(field)).toEqual(["update ada here"]);
    expect(crowd.entry(field, "ada")?.identity.name).toBe("Countess");
  });

  it("while the connection is lost the place is held for the person", () => {
    const seat = join("g1", "tab1", field);
    drop(seat);
    identify(seat, people["ada"]!);
    expect(statusOf(field, "ada")).toBe("away");
    wait(graceMs);
    expect(told(field).at(-1)).toBe("leave ada lost");
  });
});

describe("the deadline", () => {
  it("is when the next hold or ghost ends", () => {
    const first = join("ada", "tab1", field);
    const other = join("bot", "tab2", field);
    drop(other);
    expect(crowd.deadline).toBe(now + graceMs);
    now += 1000;
    join("ada", "tab1", pond);
    leave(first);
    expect(crowd.deadline).toBe(now + ghostMs);
    wait(ghostMs);
    expect(crowd.deadline).toBe(now + graceMs - ghostMs - 1000);
    wait(graceMs);
    expect(crowd.deadline).toBe(Number.POSITIVE_INFINITY);
  });
});
