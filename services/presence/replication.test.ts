/** Presence over processes, case by case: what one process says of its seats, and what the others make of it. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Change, RoomKey } from "./crowd.ts";
import { explain } from "./explain.ts";
import { ghostMs, graceMs, identityOf, type Process, Processes } from "./testing/processes.ts";

const field = "world:field";
const pond = "world:pond";
const chat = "chat:system";
const orphanMs = 3500;

let processes: Processes;
let a: Process;
let b: Process;
let c: Process;
let seats: number;

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000_000 });
  processes = new Processes();
  [a, b, c] = ["a", "b", "c"].map((id) => processes.start(id)) as [Process, Process, Process];
  seats = 0;
  pass(1500);
});
afterEach(() => {
  processes.close();
  expect(processes.errors).toEqual([]);
  vi.useRealTimers();
});

const pass = (ms: number) => void vi.advanceTimersByTime(ms);

type Join = { share?: boolean; exclusive?: boolean; invisible?: boolean; guest?: boolean };
function join(at: Process, person: string, connection: string, room: RoomKey, options: Join = {}): string {
  const { share = true, exclusive = room.startsWith("world:"), invisible = false, guest = false } = options;
  const fence = processes.claim(room, at.id);
  const seat = `seat${++seats}`;
  const who = { seat, room, identity: identityOf(person, guest), connection, fence };
  at.presence.apply({ type: "join", ...who, attention: "visible", share, exclusive, invisible });
  return seat;
}
const leave = (at: Process, seat: string) => at.presence.apply({ type: "leave", seat, reason: "left" });
const statuses = (room: RoomKey, person: string) =>
  processes.alive.map(({ presence }) => presence.entry(room, person)?.status);
/** What a process tells of a room, as "type person". */
function listen(at: Process, room: RoomKey): string[] {
  const heard: string[] = [];
  at.presence.watch(room, (changes) => void heard.push(...changes.map(brief)));
  return heard;
}
function brief(change: Change): string {
  if (change.type === "leave") return `leave ${change.person} ${change.reason}`;
  if (change.type === "role") return `role ${change.role}`;
  if (change.type === "end") return `end ${change.reason}`;
  return `${change.type} ${change.entry.identity.person} ${change.entry.status}`;
}
/** A process is killed; the others find out after a while. */
function die(process: Process, foundMs = 1000): void {
  processes.kill(process.id);
  pass(foundMs);
  processes.void(process.id);
  processes.tellOthers(process.id, { type: "gone", member: process.member, why: "dead" });
}

describe("[PR6] many processes agree", () => {
  it("on who is in a room, as one of them says", () => {
    const seat = join(a, "ada", "tab", field);
    pass(10);
    expect(statuses(field, "ada")).toEqual(["here", "here", "here"]);
    expect(b.presence.entry(field, "ada")).toEqual(a.presence.entry(field, "ada"));
    a.presence.apply({ type: "attention", seat, attention: "focused" });
    pass(30);
    expect(c.presence.entry(field, "ada")?.attention).toBe("focused");
    leave(a, seat);
    pass(30);
    expect(statuses(field, "ada")).toEqual([undefined, undefined, undefined]);
    expect(b.presence.people).toBe(0);
  });

  it("on counts, of the invisible too", () => {
    join(a, "ada", "tab1", chat);
    join(a, "ada", "tab2", chat);
    join(a, "g1", "tab", chat, { guest: true });
    join(a, "eve", "tab", chat, { invisible: true });
    pass(30);
    for (const { presence } of processes.alive) {
      expect(presence.counts(chat)).toEqual({ people: 2, connections: 3, guests: 1, here: 0 });
      expect(presence.invisible(chat).map(({ person }) => person)).toEqual(["eve"]);
      expect(presence.find(({ handle }) => handle === "g1")).toEqual(["g1"]);
    }
  });

  it("[PR1] on here and where, with the chat on one and the world on another", () => {
    join(a, "ada", "tab", "chat:field");
    pass(30);
    const heard = listen(a, "chat:field");
    const seat = join(b, "ada", "tab", field);
    pass(30);
    expect(a.presence.entry("chat:field", "ada")).toMatchObject({ here: true, where: "field" });
    expect(a.presence.counts("chat:field").here).toBe(1);
    b.presence.apply({ type: "leave", seat, reason: "left" });
    pass(30);
    expect(heard).toEqual(["update ada here", "update ada here"]);
    expect(a.presence.entry("chat:field", "ada")).toMatchObject({ here: false, where: "" });
  });

  it("[PR4] on who is away, and only the owner lets them go", () => {
    const seat = join(a, "ada", "tab", field);
    a.presence.apply({ type: "drop", seat });
    pass(30);
    expect(statuses(field, "ada")).toEqual(["away", "away", "away"]);
    processes.weather.loss = 1;
    pass(graceMs * 2);
    expect(statuses(field, "ada")).toEqual([undefined, "away", "away"]);
    processes.weather.loss = 0;
    pass(1500);
    expect(statuses(field, "ada")).toEqual([undefined, undefined, undefined]);
  });

  it("[PR9] on who plays", () => {
    const first = join(a, "ada", "tab1", field);
    const second = join(a, "ada", "tab2", field);
    pass(30);
    expect([first, second].map((seat) => b.presence.seat(seat)?.role)).toEqual(["spectator", "player"]);
    leave(a, second);
    pass(30);
    expect(b.presence.seat(first)?.role).toBe("player");
  });

  it("[ID4] on a guest who signs in: no leave and no join", () => {
    const seat = join(a, "g1", "tab", field, { guest: true });
    pass(30);
    const heard = listen(b, field);
    a.presence.apply({ type: "identify", seat, identity: identityOf("ada"), exclusive: true });
    pass(30);
    expect(heard).toEqual(["update ada here"]);
    expect(b.presence.counts(field)).toEqual({ people: 1, connections: 1, guests: 0, here: 0 });
  });

  it("on a reload: one update at most", () => {
    const seat = join(a, "ada", "tab", field);
    pass(30);
    const heard = listen(b, field);
    a.presence.apply({ type: "drop", seat });
    join(a, "ada", "tab", field);
    pass(30);
    expect(heard).toEqual(["end replaced"]);
  });
});

describe("[PR4] a ghost, with the worlds on two processes", () => {
  it("stays in the world it was in, marked with where it went, and there only", () => {
    const seat = join(a, "ada", "tab", field);
    join(b, "ada", "tab", pond);
    pass(30);
    leave(a, seat);
    pass(30);
    expect(a.presence.entry(field, "ada")).toMatchObject({ status: "ghost", to: "pond" });
    expect(b.presence.entry(field, "ada")).toBeUndefined();
    pass(ghostMs);
    expect(a.presence.entry(field, "ada")).toBeUndefined();
  });

  it("is what becomes of a lost tab that turns up in a world elsewhere", () => {
    const seat = join(a, "ada", "tab", field);
    pass(30);
    a.presence.apply({ type: "drop", seat });
    const heard = listen(a, field);
    join(b, "ada", "tab", pond);
    pass(30);
    expect(heard).toEqual(["end moved", "ghost ada ghost"]);
    expect(c.presence.entry(field, "ada")).toBeUndefined();
  });
});

describe("[PR6] a process that is killed", () => {
  it("takes its people with it everywhere within 6 s", () => {
    join(a, "ada", "tab", field);
    pass(30);
    const heard = [listen(b, field), listen(c, field)];
    die(a, 2000);
    expect(statuses(field, "ada")).toEqual(["away", "away"]);
    pass(4000 - 100);
    expect(statuses(field, "ada")).toEqual([undefined, undefined]);
    const told = ["update ada away", "end lost", "leave ada lost"];
    expect(heard).toEqual([told, told]);
  });

  it("does not take those who join the room's new home in time: nobody is told of a leave", () => {
    join(a, "ada", "tab", field);
    join(a, "bob", "tab", field);
    pass(30);
    const heard = listen(c, field);
    die(a);
    processes.claim(field, "b");
    expect([...b.presence.roster(field)].map(({ identity }) => identity.person)).toEqual(["ada", "bob"]);
    pass(2000);
    join(b, "ada", "tab", field);
    pass(30);
    expect(heard).toEqual(["update ada away", "update bob away", "end replaced", "update ada here"]);
    pass(orphanMs);
    expect(heard.slice(4)).toEqual(["end lost", "leave bob lost"]);
    expect(statuses(field, "ada")).toEqual(["here", "here"]);
    expect(b.presence.counts(field).people).toBe(1);
  });

  it("is not heard any more, however late its last words come", () => {
    processes.weather.maxDelayMs = 10_000;
    const heard = listen(b, field);
    join(a, "ada", "tab", field);
    pass(1);
    die(a, 100);
    pass(30_000);
    expect(heard).toEqual([]);
  });

  it("keeps when they came and who plays for whoever takes over", () => {
    join(a, "ada", "tab1", field);
    join(a, "ada", "tab2", field);
    pass(5000);
    const since = a.presence.entry(field, "ada")?.since;
    die(a);
    const seat = join(b, "ada", "tab1", field);
    pass(30);
    expect(c.presence.entry(field, "ada")).toMatchObject({ status: "here", since });
    expect(c.presence.seat(seat)?.role).toBe("spectator");
    pass(orphanMs);
    expect(c.presence.seat(seat)?.role).toBe("player");
  });
});

describe("[PR6] a process that stood still and comes back", () => {
  it("does not put anybody back who went elsewhere meanwhile", () => {
    const old = join(a, "ada", "tab", field);
    pass(30);
    a.isCurrent = false;
    pass(5000);
    const rooms = processes.void("a");
    processes.tellOthers("a", { type: "gone", member: a.member, why: "dead" });
    const seat = join(b, "ada", "tab", field);
    pass(1000);
    const heard = listen(c, field);
    a.isCurrent = true;
    for (const key of rooms) a.tell({ type: "lost", home: { key, process: "a", value: "", fence: 1 } });
    processes.tellOthers("a", { type: "joined", member: a.member });
    a.presence.apply({ type: "leave", seat: old, reason: "left" });
    pass(5000);
    expect(heard).toEqual([]);
    for (const { presence } of processes.alive) {
      expect(presence.seat(seat)).toBeDefined();
      expect(presence.counts(field)).toMatchObject({ people: 1, connections: 1 });
    }
  });

  it("is given way to by nobody, also where it does not know yet that its room has another home", () => {
    const old = join(a, "ada", "tab", field);
    pass(30);
    processes.void("a");
    processes.weather.loss = 1;
    const seat = join(b, "ada", "tab", field);
    processes.weather.loss = 0;
    pass(1500);
    a.presence.apply({ type: "attention", seat: old, attention: "focused" });
    pass(1500);
    for (const { presence } of processes.alive) {
      expect(presence.seat(seat)).toBeDefined();
      expect(presence.entry(field, "ada")).toMatchObject({ attention: "visible", connections: 1 });
    }
  });
});

describe("[PR6] a process that cannot know what it still has", () => {
  it("says nothing of it until it knows", () => {
    const seat = join(a, "ada", "tab", field);
    pass(30);
    b.tell({ type: "up", isEmpty: false });
    pass(5);
    a.isCurrent = false;
    const before = processes.said.length;
    a.presence.apply({ type: "attention", seat, attention: "focused" });
    pass(3000);
    expect(processes.said.slice(before).filter(({ from }) => from === "a")).toEqual([]);
    a.isCurrent = true;
    pass(1500);
    expect(c.presence.entry(field, "ada")?.attention).toBe("focused");
  });

  it("leaves those in a room that it lost to whoever has it now, also where nobody takes it for dead", () => {
    join(a, "ada", "tab1", field);
    join(a, "ada", "tab2", field);
    pass(30);
    const heard = listen(c, field);
    processes.void("a");
    a.tell({ type: "lost", home: { key: field, process: "a", value: "", fence: 1 } });
    pass(30);
    join(b, "ada", "tab1", field);
    pass(orphanMs * 2);
    expect(heard.filter((one) => one.startsWith("leave"))).toEqual([]);
    for (const { presence } of processes.alive) expect(presence.entry(field, "ada")?.connections).toBe(1);
  });

  it("leaves them to nobody, and they go, where nobody has it", () => {
    join(a, "ada", "tab", field);
    pass(30);
    a.tell({ type: "lost", home: { key: field, process: "a", value: "", fence: 1 } });
    pass(30);
    expect(statuses(field, "ada")).toEqual(["away", "away", "away"]);
    pass(orphanMs);
    expect(statuses(field, "ada")).toEqual([undefined, undefined, undefined]);
  });
});

describe("[PR6] a deploy", () => {
  it("causes no leave and no join: those who go from a draining process to another are away at most", async () => {
    const people = Array.from({ length: 50 }, (_, i) => `p${i}`);
    const old = people.map((person) => join(a, person, "tab", chat));
    pass(100);
    const heard = listen(c, chat);
    void a.presence.drain();
    pass(30);
    for (const seat of old) a.presence.apply({ type: "drop", seat });
    processes.void("a");
    for (const person of people) {
      pass(100);
      join(b, person, "tab", chat);
    }
    processes.kill("a");
    processes.tellOthers("a", { type: "gone", member: a.member, why: "drained" });
    pass(graceMs + 100);
    const types = new Map(
      [...Map.groupBy(heard, (one) => one.split(" ")[0]!)].map(([type, all]) => [type, all.length]),
    );
    expect(Object.fromEntries(types)).toEqual({ update: 100, end: 50 });
    expect(c.presence.counts(chat).people).toBe(50);
  });

  it("holds those who do not come for as long as a lost connection", () => {
    join(a, "ada", "tab", field);
    pass(30);
    void a.presence.drain();
    pass(30);
    processes.kill("a");
    processes.tellOthers("a", { type: "gone", member: a.member, why: "drained" });
    pass(graceMs - 100);
    expect(statuses(field, "ada")).toEqual(["away", "away"]);
    const heard = listen(b, field);
    pass(200);
    expect(heard).toEqual(["end drained", "leave ada drained"]);
  });
});

describe("[PR6] what is lost on the way", () => {
  it("is missed within a second, and made up for", () => {
    const left = join(a, "ada", "tab", field);
    pass(30);
    processes.weather.loss = 1;
    join(a, "bob", "tab", field);
    leave(a, left);
    pass(30);
    processes.weather.loss = 0;
    expect(statuses(field, "bob")).toEqual(["here", undefined, undefined]);
    pass(1100);
    expect(statuses(field, "bob")).toEqual(["here", "here", "here"]);
    expect(statuses(field, "ada")).toEqual([undefined, undefined, undefined]);
  });

  it("is told anew to a process that comes later, and to all when Redis is back", () => {
    join(a, "ada", "tab", field);
    for (const process of processes.alive) process.isUp = false;
    join(b, "bob", "tab", pond);
    pass(20_000);
    for (const process of processes.alive) {
      process.isUp = true;
      process.tell({ type: "up", isEmpty: true });
    }
    const late = processes.start("d");
    pass(300);
    expect(statuses(field, "ada")).toEqual(["here", "here", "here", "here"]);
    expect(late.presence.counts(pond).people).toBe(1);
  });

  it("comes in pieces where there is much of it, and what changes meanwhile is not undone", () => {
    const all = Array.from({ length: 1700 }, (_, i) => join(a, `p${i}`, "tab", chat));
    pass(1500);
    const late = processes.start("d");
    pass(25);
    for (const seat of all.slice(0, 1000)) leave(a, seat);
    pass(100);
    expect(late.presence.counts(chat).people).toBe(700);
    expect(Math.max(...processes.said.map(({ text }) => text.length))).toBeLessThan(100_000);
  });

  it("is nothing where there are snapshots only: who stays is not told of", () => {
    join(a, "ada", "tab", field);
    pass(30);
    const heard = listen(b, field);
    b.tell({ type: "up", isEmpty: false });
    processes.start("d");
    pass(3000);
    expect(heard).toEqual([]);
  });
});

describe("what is said", () => {
  it("goes at once at first, then at most every 20 ms", () => {
    const batches = () => processes.said.filter(({ text }) => text.includes('"b":')).length;
    const before = batches();
    join(a, "p0", "tab", chat);
    pass(1);
    expect(batches()).toBe(before + 1);
    for (let i = 1; i < 100; i++) {
      join(a, `p${i}`, "tab", chat);
      pass(1);
    }
    pass(20);
    expect(batches()).toBeLessThanOrEqual(before + 7);
    expect(b.presence.counts(chat).people).toBe(100);
  });

  it("names each person once: a seat is a short row", () => {
    for (let i = 0; i < 100; i++) join(a, "ada", `tab${i}`, i % 2 ? chat : field);
    pass(30);
    const longest = Math.max(...processes.said.map(({ text }) => text.length));
    expect(longest / 100).toBeLessThan(60);
  });

  it("is settled when it has been sent", async () => {
    join(a, "p0", "tab", chat);
    const before = processes.said.length;
    const settled = a.presence.settled();
    pass(1);
    await settled;
    expect(processes.said.length).toBe(before + 1);
    await a.presence.settled();
  });

  it("is begun anew by a process that lives again under the same name", () => {
    join(a, "ada", "tab", field);
    pass(30);
    const again = { v: 1, b: ["another", 1, 4], r: [[pond, 9]], p: [identityOf("bob")], s: [], e: [], l: [] };
    b.hear(JSON.stringify({ ...again, s: [["seat", 0, 0, "tab", 2, 1]] }), "a");
    expect(b.presence.entry(field, "ada")?.status).toBe("away");
    expect(b.presence.entry(pond, "bob")?.status).toBe("here");
  });

  it("is not what another version says, nor nonsense", () => {
    b.hear(JSON.stringify({ v: 99, b: 1 }), "a");
    expect(processes.errors).toEqual([]);
    b.hear("nonsense", "a");
    expect(processes.errors.splice(0)).toHaveLength(1);
  });
});

describe("[PR8] the explanation", () => {
  const tell = (at: Process) =>
    explain(at.presence.grounds(field, "ada"), { room: field, person: "ada", process: at.id, now: Date.now() })
      .sentences;

  it("names the process of each seat, and what ends it", () => {
    const seat = join(a, "ada", "tab", field);
    pass(30);
    expect(tell(a).join()).toContain("process a, connected");
    expect(tell(b).join()).toContain("process a, connected");
    a.presence.apply({ type: "drop", seat });
    pass(30);
    expect(tell(b).join()).toContain("process a, connection lost: held for as long as that process says");
    die(a);
    expect(tell(b).join()).toContain("process a, which is gone (lost): held for another 3.5 s");
  });
});
