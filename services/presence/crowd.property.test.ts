/**
 * The crowd against a model that shares nothing with it: the model keeps every stay that ever was and finds out everything
 * by looking through all of them. Compared after every step of every schedule.
 *
 * FC_SEED replays a schedule that failed (fast-check prints its seed, path and operations); FC_RUNS and FC_OPERATIONS ask
 * for more and longer ones (`npm run test:long`).
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attention, LeaveReason } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import {
  type Change,
  Crowd,
  type OwnEvent,
  type RoomKey,
  type RosterChange,
  type RosterEntry,
  type SeatRole,
} from "./crowd.ts";

const rooms: RoomKey[] = ["world:field", "world:pond", "world:both", "chat:system", "chat:field"];
const isExclusive = (room: RoomKey) => room === "world:field" || room === "world:pond";
const isWorld = (room: RoomKey) => room.startsWith("world:");
/** The piece of each chat. */
const pieces: Record<string, RoomKey> = { "chat:system": "world:pond", "chat:field": "world:field" };
const names = ["ada", "bea", "guest1", "guest2"];
const tabs = ["tab1", "tab2", "tab3"];
const identityOf = (person: string, name: string): Identity => ({
  person,
  handle: person,
  name,
  kind: "human",
  role: "member",
  guest: person.startsWith("guest"),
});

// --- the model -------------------------------------------------------------------------------------------------------

/** One stay of one connection in one room. Nothing of it is ever thrown away. */
type Stay = {
  seat: string;
  room: RoomKey;
  person: string;
  tab: string;
  attention: Attention;
  share: boolean;
  invisible: boolean;
  /** When the tab came first, over its reloads. */
  since: number;
  lostAt: number | undefined;
  isOver: boolean;
};
/** The last that was seen of someone in a room. A ghost if they went somewhere. */
type Parting = {
  room: RoomKey;
  person: string;
  at: number;
  reason: LeaveReason;
  ghost: { to: string; since: number; name: string } | undefined;
};

class Model {
  readonly stays: Stay[] = [];
  readonly ended: { seat: string; reason: LeaveReason }[] = [];
  readonly #partings: Parting[] = [];
  readonly #names = new Map<string, string>();
  readonly #players = new Map<string, string>();
  readonly #graceMs: number;
  readonly #ghostMs: number;
  #now = 0;

  constructor(graceMs: number, ghostMs: number) {
    this.#graceMs = graceMs;
    this.#ghostMs = ghostMs;
  }

  apply(event: OwnEvent, now: number): void {
    this.#now = now;
    this.ended.length = 0;
    this.#settle();
    if (event.type === "join") this.#join(event);
    else if (event.type !== "tick") {
      const stay = this.stays.find((one) => one.seat === event.seat && !one.isOver);
      if (stay) this.#change(stay, event);
    }
    this.#settle();
  }

  held(room?: RoomKey, person?: string): Stay[] {
    return this.stays.filter(
      (stay) =>
        !stay.isOver && (room === undefined || stay.room === room) && (person === undefined || stay.person === person),
    );
  }

  identity(room: RoomKey, person: string): Identity {
    return identityOf(person, this.#names.get(`${room} ${person}`)!);
  }

  /** [PR3] Someone invisible is in no roster. */
  entry(room: RoomKey, person: string): RosterEntry | undefined {
    const held = this.held(room, person);
    if (held.some((stay) => stay.invisible)) return undefined;
    const ghost = this.#ghost(room, person);
    if (held.length > 0) {
      const connected = held.filter((stay) => stay.lostAt === undefined);
      const seen = (connected.length > 0 ? connected : held).map((stay) => stay.attention);
      return {
        identity: this.identity(room, person),
        status: connected.length > 0 ? "here" : "away",
        to: "",
        ...this.#whereabouts(room, person),
        attention: (["focused", "visible", "hidden"] as const).find((attention) => seen.includes(attention))!,
        connections: held.length,
        since: held.map((stay) => stay.since).sort((a, b) => a - b)[0]!,
      };
    }
    if (!ghost) return undefined;
    return {
      identity: identityOf(person, ghost.name),
      status: "ghost",
      to: ghost.to,
      here: false,
      where: "",
      attention: "hidden",
      connections: 0,
      since: ghost.since,
    };
  }

  /** [PR1] In a chat: here is who has a place in its piece; where is the world they came to last of those they share. */
  #whereabouts(room: RoomKey, person: string): { here: boolean; where: string } {
    if (isWorld(room)) return { here: false, where: "" };
    const isShared = (stay: Stay) => isWorld(stay.room) && stay.share && this.entry(stay.room, person) !== undefined;
    const shared = this.held(undefined, person).filter(isShared);
    const newest = shared.reduce<Stay | undefined>((a, b) => (a && a.since > b.since ? a : b), undefined);
    const status = this.entry(pieces[room]!, person)?.status;
    return { here: status === "here" || status === "away", where: newest?.room.slice("world:".length) ?? "" };
  }

  roster(room: RoomKey): Map<string, RosterEntry> {
    const all = names.map((person) => [person, this.entry(room, person)] as const);
    return new Map(all.filter((pair): pair is [string, RosterEntry] => pair[1] !== undefined));
  }

  role(stay: Stay): SeatRole {
    if (!isExclusive(stay.room)) return "player";
    return this.#players.get(`${stay.room} ${stay.person}`) === stay.seat ? "player" : "spectator";
  }

  /** Why someone who is not in a room any more is not. */
  whyGone(room: RoomKey, person: string): LeaveReason | undefined {
    const parting = this.#lastParting(room, person);
    return parting?.ghost ? "moved" : parting?.reason;
  }

  nextDue(): number {
    const lost = this.held().flatMap((stay) => (stay.lostAt === undefined ? [] : [stay.lostAt + this.#graceMs]));
    const ghosts = rooms.flatMap((room) =>
      names.flatMap((person) =>
        this.held(room, person).length === 0 && this.#ghost(room, person)
          ? [this.#lastParting(room, person)!.at + this.#ghostMs]
          : [],
      ),
    );
    return Math.min(...lost, ...ghosts);
  }

  #join(event: Extract<OwnEvent, { type: "join" }>): void {
    const { seat, room, identity, connection: tab, attention, share, invisible = false } = event;
    const { person } = identity;
    const before = this.held(room, person).find((stay) => stay.tab === tab);
    const since = before?.since ?? this.#now;
    if (invisible && this.entry(room, person)) {
      this.#partings.push({ room, person, at: this.#now, reason: "left", ghost: undefined });
    }
    const held = { lostAt: undefined, isOver: false };
    this.stays.push({ seat, room, person, tab, attention, share, invisible, since, ...held });
    this.#names.set(`${room} ${person}`, identity.name);
    if (before) {
      if (this.role(before) === "player") this.#players.set(`${room} ${person}`, seat);
      before.isOver = true;
      this.ended.push({ seat: before.seat, reason: "replaced" });
      return;
    }
    this.#players.set(`${room} ${person}`, seat);
    if (!isWorld(room)) return;
    for (const other of this.held(undefined, person)) {
      if (other.tab === tab && other.room !== room && isWorld(other.room) && other.lostAt !== undefined) {
        this.#end(other, "moved");
      }
    }
  }

  #change(stay: Stay, event: Exclude<OwnEvent, { type: "join" | "tick" }>): void {
    if (event.type === "drop") stay.lostAt ??= this.#now;
    else if (event.type === "resume") stay.lostAt = undefined;
    else if (event.type === "attention") stay.attention = event.attention;
    else if (event.type === "play") this.#players.set(`${stay.room} ${stay.person}`, stay.seat);
    else if (event.type === "leave") this.#end(stay, event.reason);
    else if (event.type === "identify") this.#identify(stay, event.identity);
  }

  #identify(stay: Stay, { person, name }: Identity): void {
    const { room } = stay;
    this.#names.set(`${room} ${person}`, name);
    if (stay.person === person) return;
    for (const other of this.held(room, person)) {
      if (other.tab !== stay.tab) continue;
      other.isOver = true;
      this.ended.push({ seat: other.seat, reason: "replaced" });
    }
    this.#partings.push({ room, person: stay.person, at: this.#now, reason: "replaced", ghost: undefined });
    stay.person = person;
    this.stays.push(...this.stays.splice(this.stays.indexOf(stay), 1)); // the newest of who it now belongs to
    this.#players.set(`${room} ${person}`, stay.seat);
  }

  #end(stay: Stay, reason: LeaveReason): void {
    const { room, person, tab } = stay;
    const others = this.held(room, person).filter((other) => other !== stay);
    const seen = this.entry(room, person);
    stay.isOver = true;
    this.ended.push({ seat: stay.seat, reason });
    const elsewhere = this.held(undefined, person).filter((other) => other.room !== room && other.lostAt === undefined);
    const nobodyElse = others.every((other) => other.lostAt !== undefined);
    const isGoing = isWorld(room) && (reason === "left" || reason === "moved") && seen !== undefined;
    const went = isGoing && nobodyElse && elsewhere.length > 0;
    for (const other of went ? others : []) {
      other.isOver = true;
      this.ended.push({ seat: other.seat, reason: "moved" });
    }
    const newest = (stays: Stay[]) =>
      stays.reduce<Stay | undefined>((a, b) => (a && a.since > b.since ? a : b), undefined);
    const worlds = elsewhere.filter((other) => isWorld(other.room));
    const target = newest(worlds.filter((other) => other.tab === tab)) ?? newest(worlds);
    const to = target?.share && this.entry(target.room, person) ? target.room.slice("world:".length) : "";
    const ghost = went ? { to, since: seen.since, name: this.identity(room, person).name } : undefined;
    this.#partings.push({ room, person, at: this.#now, reason, ghost });
  }

  #settle(): void {
    for (const stay of this.held()) {
      if (stay.lostAt !== undefined && stay.lostAt + this.#graceMs <= this.#now) this.#end(stay, "lost");
    }
    this.#settlePlayers();
  }

  /** Where the one who played is not there any more, the newest that is connected plays, else the newest. */
  #settlePlayers(): void {
    for (const room of rooms.filter(isExclusive)) {
      for (const person of names) {
        const held = this.held(room, person);
        if (held.some((stay) => this.role(stay) === "player")) continue;
        const heir = held.findLast((stay) => stay.lostAt === undefined) ?? held.at(-1);
        if (heir) this.#players.set(`${room} ${person}`, heir.seat);
      }
    }
  }

  #lastParting(room: RoomKey, person: string): Parting | undefined {
    return this.#partings.findLast((parting) => parting.room === room && parting.person === person);
  }

  #ghost(room: RoomKey, person: string): Parting["ghost"] {
    const parting = this.#lastParting(room, person);
    return parting && this.#now < parting.at + this.#ghostMs ? parting.ghost : undefined;
  }
}

// --- what the changes tell, put onto a copy of what was known before -------------------------------------------------

class Replay {
  readonly rosters = new Map<RoomKey, Map<string, RosterEntry>>(rooms.map((room) => [room, new Map()]));
  readonly roles = new Map<string, SeatRole>();
  readonly ended: { seat: string; reason: LeaveReason }[] = [];
  readonly left = new Map<string, LeaveReason>();

  take(changes: readonly Change[]): void {
    this.ended.length = 0;
    this.left.clear();
    for (const change of changes) {
      if (change.type === "end") {
        this.roles.delete(change.seat);
        this.ended.push({ seat: change.seat, reason: change.reason });
      } else if (change.type === "role") {
        expect(this.roles.get(change.seat), "a role that changes nothing").not.toBe(change.role);
        this.roles.set(change.seat, change.role);
      } else this.#takeRoster(change);
    }
  }

  #takeRoster(change: RosterChange): void {
    const roster = this.rosters.get(change.room)!;
    if (change.type === "leave") {
      expect(roster.delete(change.person), `${change.person} leaves who was not there`).toBe(true);
      this.left.set(`${change.room} ${change.person}`, change.reason);
      return;
    }
    const { person } = change.entry.identity;
    const was = change.type === "update" ? change.was : undefined;
    if (was !== undefined) {
      expect(roster.delete(was), `${was} signs in who was not there`).toBe(true);
      expect(roster.has(person), `${person} is there twice`).toBe(false);
      roster.set(person, change.entry);
      return;
    }
    const before = roster.get(person);
    expect(change.entry, "a change that changes nothing").not.toEqual(before);
    expect(change.type, `from ${before?.status} to ${change.entry.status}`).toBe(typeOf(before, change.entry));
    roster.set(person, change.entry);
  }
}

/** [PR5] what a change is called. */
function typeOf(before: RosterEntry | undefined, { status }: RosterEntry): RosterChange["type"] {
  if (!before) return "join";
  if (status === "ghost" && before.status !== "ghost") return "ghost";
  return status === "here" && before.status === "ghost" ? "return" : "update";
}

// --- schedules -------------------------------------------------------------------------------------------------------

const attention = fc.constantFrom<Attention>("focused", "visible", "hidden");
const person = fc.constantFrom(...names);
const room = fc.constantFrom(...rooms, ...rooms.slice(0, 2));
const tab = fc.constantFrom(...tabs);
/** Which of the seats that are held, or that ever were. */
const which = fc.nat({ max: 999 });
const waitMs = fc.oneof(
  { withCrossShrink: true },
  fc.nat({ max: 20 }),
  fc.nat({ max: 3000 }),
  fc.constantFrom(5_000, 10_000, 4_999, 9_999, 15_000),
);

const operation = fc.oneof(
  // first, and cross-shrinking: of the operations of a schedule that fails, those that do not matter become `wait 0`
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.record({ op: fc.constant("wait" as const), ms: waitMs }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant("join" as const),
      person,
      tab,
      room,
      attention,
      share: fc.boolean(),
      invisible: fc.nat({ max: 9 }).map((n) => n === 9),
      name: fc.constantFrom("one", "two"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("reload" as const), which, attention }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("secondTab" as const), which, tab }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant("travel" as const), which, room, isDropped: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant("drop" as const), which }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant("resume" as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant("leave" as const),
      which,
      reason: fc.constantFrom<LeaveReason>("left", "left", "left", "kicked", "drained"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("lateClose" as const), which, isDrop: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("attention" as const), which, attention }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("play" as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant("identify" as const), which, person, name: fc.constantFrom("one", "two") }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const settings = fc.constantFrom(
  { graceMs: 10_000, ghostMs: 5_000 },
  { graceMs: 10_000, ghostMs: 5_000 },
  { graceMs: 3_000, ghostMs: 9_000 },
  { graceMs: 0, ghostMs: 5_000 },
  { graceMs: 10_000, ghostMs: 0 },
  { graceMs: 0, ghostMs: 0 },
);

/** What `toEqual` finds, at a tenth of its cost where all is well: it is asked a hundred million times in a long run. */
function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, what).toEqual(expected);
}

/** Runs one schedule on both and compares them after every step. */
class Run {
  readonly #crowd: Crowd;
  readonly #model: Model;
  readonly #replay = new Replay();
  #now = 1_000_000;
  #seats = 0;
  readonly #tabs = new Set<string>();

  constructor(options: { graceMs: number; ghostMs: number }) {
    const pieceOf = (instance: string) => pieces[`chat:${instance}`]!.slice("world:".length);
    this.#crowd = new Crowd({ ...options, pieceOf });
    this.#model = new Model(options.graceMs, options.ghostMs);
  }

  perform(operation: Operation): void {
    const held = this.#model.held();
    if (operation.op === "wait") {
      this.#now += operation.ms;
      this.#apply({ type: "tick" });
    } else if (operation.op === "join") {
      const { person, tab, room, name } = operation;
      this.#join(identityOf(person, name), tab, room, operation);
    } else if (operation.op === "lateClose") {
      const over = this.#model.stays.filter((stay) => stay.isOver);
      const seat = over[operation.which % over.length]?.seat ?? "never";
      this.#apply(operation.isDrop ? { type: "drop", seat } : { type: "leave", seat, reason: "left" });
    } else if (held.length > 0) this.#performOn(held[operation.which % held.length]!, operation);
  }

  #performOn(stay: Stay, operation: Exclude<Operation, { op: "wait" | "join" | "lateClose" }>): void {
    const { seat, room, person, tab, share, invisible } = stay;
    const identity = this.#model.identity(room, person);
    switch (operation.op) {
      case "reload":
        this.#join(identity, tab, room, { attention: operation.attention, share, invisible });
        break;
      case "secondTab":
        this.#join(identity, operation.tab, room, { attention: "focused", share, invisible });
        break;
      case "travel":
        if (operation.isDropped) this.#apply({ type: "drop", seat });
        this.#join(identity, tab, operation.room, { attention: "visible", share, invisible });
        if (!operation.isDropped) this.#apply({ type: "leave", seat, reason: "left" });
        break;
      case "leave":
        this.#apply({ type: "leave", seat, reason: operation.reason });
        break;
      case "attention":
        this.#apply({ type: "attention", seat, attention: operation.attention });
        break;
      case "play":
        if (isExclusive(room)) this.#apply({ type: "play", seat });
        break;
      case "identify": {
        const other = identityOf(operation.person, operation.name);
        this.#apply({ type: "identify", seat, identity: other, exclusive: isExclusive(room) });
        break;
      }
      case "drop":
      case "resume":
        this.#apply({ type: operation.op, seat });
        break;
      default:
        operation satisfies never;
    }
  }

  #join(
    identity: Identity,
    connection: string,
    room: RoomKey,
    { attention, share, invisible }: Pick<Stay, "attention" | "share" | "invisible">,
  ): void {
    this.#now += 1; // no two come at the very same instant: "newest" has one meaning
    const seat = `seat${++this.#seats}`;
    this.#tabs.add(connection);
    const event = { type: "join", seat, room, identity, connection, attention, share, invisible } as const;
    this.#apply({ ...event, exclusive: isExclusive(room) });
  }

  #apply(event: OwnEvent): void {
    const before = new Map(rooms.map((room) => [room, new Set(this.#replay.rosters.get(room)!.keys())]));
    const changes = this.#crowd.apply(event, this.#now);
    this.#model.apply(event, this.#now);
    this.#replay.take(changes);
    this.#compare(before, event);
  }

  #compare(before: Map<RoomKey, Set<string>>, event: OwnEvent): void {
    const occupied: RoomKey[] = [];
    for (const room of rooms) {
      const expected = this.#model.roster(room);
      if (expected.size > 0 || this.#model.held(room).length > 0) occupied.push(room);
      const roster = new Map([...this.#crowd.roster(room)].map((entry) => [entry.identity.person, entry]));
      expectEqual(roster, expected, `roster of ${room}`);
      expectEqual(this.#replay.rosters.get(room), roster, `changes of ${room}`);
      const here = [...expected.values()].filter((entry) => entry.status !== "ghost");
      const counts = {
        people: here.length,
        connections: here.reduce((sum, { connections }) => sum + connections, 0),
        guests: here.filter((entry) => entry.identity.guest).length,
        here: here.filter((entry) => entry.here).length,
      };
      expectEqual(this.#crowd.counts(room), counts, `counts of ${room}`);
      for (const person of before.get(room)!) {
        if (expected.has(person) || ("identity" in event && event.type === "identify")) continue;
        expectEqual(this.#replay.left.get(`${room} ${person}`), this.#model.whyGone(room, person), "why they left");
      }
    }
    const held = this.#model.held();
    expectEqual([...this.#crowd.rooms()].sort(), occupied.sort(), "rooms");
    expectEqual(this.#crowd.people, new Set(held.map((stay) => stay.person)).size, "people");
    this.#compareSeats(held, event);
    const tabs = new Set(held.map(({ tab }) => tab));
    for (const tab of this.#tabs) expectEqual(this.#crowd.hasConnection(tab), tabs.has(tab), `seats of ${tab}`);
    const { deadline } = this.#crowd;
    if (!(deadline <= this.#model.nextDue() && deadline > this.#now)) {
      expect.fail(`deadline ${deadline} at ${this.#now}, next due ${this.#model.nextDue()}`);
    }
  }

  #compareSeats(held: Stay[], event: OwnEvent): void {
    const bySeat = (a: { seat: string }, b: { seat: string }) => (a.seat < b.seat ? -1 : 1);
    expectEqual([...this.#replay.ended].sort(bySeat), [...this.#model.ended].sort(bySeat), "seats that ended");
    for (const stay of this.#model.stays) {
      const seat = this.#crowd.seat(stay.seat);
      const found = seat && { room: seat.room, tab: seat.connection, since: seat.since };
      const expected = stay.isOver ? undefined : { room: stay.room, tab: stay.tab, since: stay.since };
      expectEqual(found, expected, stay.seat);
    }
    if (event.type === "join" && this.#crowd.seat(event.seat)) {
      this.#replay.roles.set(event.seat, this.#crowd.seat(event.seat)!.role);
    }
    const roles = new Map(held.map((stay) => [stay.seat, this.#crowd.seat(stay.seat)!.role]));
    expectEqual(this.#replay.roles, roles, "roles as they were told");
    expectEqual(roles, new Map(held.map((stay) => [stay.seat, this.#model.role(stay)])), "roles");
    for (const room of rooms.filter(isExclusive)) {
      for (const person of names) {
        const own = held.filter((stay) => stay.room === room && stay.person === person);
        const players = own.filter((stay) => roles.get(stay.seat) === "player");
        expectEqual(players.length, Math.min(1, own.length), `players of ${person} in ${room}`);
      }
    }
  }
}

const environment = process.env;
const seed = environment["FC_SEED"] ? { seed: Number(environment["FC_SEED"]) } : {};
/** Of one schedule. */
const operations = Number(environment["FC_OPERATIONS"] ?? 100);
const path = environment["FC_PATH"] ? { path: environment["FC_PATH"] } : {};

describe("[PR1] [PR2] [PR3] [PR4] [PR5] [PR9] the crowd and the model agree", () => {
  it(`after every step of schedules of ${operations} operations`, { timeout: 1_800_000 }, () => {
    fc.assert(
      fc.property(
        settings,
        fc.array(operation, { minLength: operations, maxLength: operations, size: "max" }),
        (options, schedule) => {
          const run = new Run(options);
          for (const one of schedule) run.perform(one);
        },
      ),
      { numRuns: Number(environment["FC_RUNS"] ?? 60), ...seed, ...path },
    );
  });
});
