/**
 * Three processes that share presence, against what their clients know: whoever is connected is in, once, and nobody else.
 *
 * Rooms live where they are first joined and move when their home dies, stalls, is cut off or drains; messages are late,
 * lost and repeated. When all is quiet every process agrees with a crowd that is told of the connected clients alone; and
 * whoever only ever moved with their room is never told to have left. FC_SEED, FC_PATH, FC_RUNS as in
 * crowd.property.test.ts.
 */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Attention } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import { Crowd, type RoomKey, type RosterChange, type Seat } from "./crowd.ts";
import { ghostMs, graceMs, type Process, Processes } from "./testing/processes.ts";

const rooms: RoomKey[] = ["world:field", "world:pond", "world:both", "chat:system", "chat:field"];
const isExclusive = (room: RoomKey) => room === "world:field" || room === "world:pond";
const pieceOf = (instance: string) => (instance === "system" ? "pond" : instance);
const names = ["ada", "bea", "cleo", "guest1"];
const identityOf = (person: string, name: string): Identity => ({
  person,
  handle: person,
  name,
  kind: "human",
  role: "member",
  guest: person.startsWith("guest"),
});

/** A tab in a room. `over`: it is not to come back by itself. */
type Client = {
  person: string;
  name: string;
  tab: string;
  room: RoomKey;
  attention: Attention;
  share: boolean;
  invisible: boolean;
  seat: string;
  process: string;
  state: "connected" | "dropped" | "moving" | "over";
};

// --- schedules -------------------------------------------------------------------------------------------------------

const which = fc.nat({ max: 999 });
const op = <T extends string, R extends object>(name: T, more: { [K in keyof R]: fc.Arbitrary<R[K]> }) =>
  fc.record({ op: fc.constant(name), ...more }) as unknown as fc.Arbitrary<{ op: T } & R>;
const attention = fc.constantFrom<Attention>("focused", "visible", "hidden");
const joining = {
  which,
  person: fc.constantFrom(...names),
  name: fc.constantFrom("one", "two"),
  tab: fc.constantFrom("tab1", "tab2", "tab3"),
  room: fc.constantFrom(...rooms, ...rooms.slice(0, 2)),
  attention,
  share: fc.boolean(),
  invisible: fc.nat({ max: 9 }).map((n) => n === 9),
};
const operation = fc.oneof(
  { withCrossShrink: true },
  { weight: 8, arbitrary: op("wait", { ms: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 3000 })) }) },
  { weight: 10, arbitrary: op("join", joining) },
  { weight: 3, arbitrary: op("reload", { which }) },
  { weight: 4, arbitrary: op("travel", { which, room: joining.room, isDropped: fc.boolean(), where: which }) },
  { weight: 4, arbitrary: op("leave", { which }) },
  { weight: 4, arbitrary: op("drop", { which }) },
  { weight: 4, arbitrary: op("resume", { which }) },
  { weight: 3, arbitrary: op("attention", { which, attention }) },
  { weight: 2, arbitrary: op("play", { which }) },
  { weight: 2, arbitrary: op("identify", { which, person: joining.person, name: joining.name }) },
  {
    weight: 4,
    arbitrary: op("fault", {
      which,
      kind: fc.constantFrom("kill", "stall", "cutOff", "drain", "blink" as const),
      foundMs: fc.nat({ max: 2000 }),
      isBack: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      homes: which,
    }),
  },
  { weight: 1, arbitrary: op("outage", { ms: fc.nat({ max: 8000 }), isEmpty: fc.boolean() }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
type Fault = Extract<Operation, { op: "fault" }>;

// --- a run -----------------------------------------------------------------------------------------------------------

/** What one process told of each room, put onto a copy of what was known before. */
class Replay {
  readonly rosters = new Map<RoomKey, Set<string>>(rooms.map((room) => [room, new Set()]));
  readonly left = new Set<string>();
  readonly #id: string;

  constructor({ id, presence }: Process) {
    this.#id = id;
    for (const room of rooms) {
      presence.watch(room, (changes) => {
        for (const change of changes) if (change.type !== "end" && change.type !== "role") this.#take(change);
      });
    }
  }

  #take(change: RosterChange): void {
    const roster = this.rosters.get(change.room)!;
    const what = `${this.#id} tells ${change.type} in ${change.room}`;
    if (change.type === "leave") {
      expect(roster.delete(change.person), `${what}: ${change.person} was not there`).toBe(true);
      this.left.add(`${change.room} ${change.person}`);
      return;
    }
    const { person } = change.entry.identity;
    const was = change.type === "update" ? (change.was ?? person) : person;
    expect(roster.delete(was), `${what}: ${was}`).toBe(change.type !== "join");
    roster.add(person);
  }
}

class Run {
  readonly #processes: Processes;
  readonly #replays = new Map<string, Replay>();
  readonly #clients: Client[] = [];
  /** "room person": someone in it gave up, or may have been given up. */
  readonly #quitters = new Set<string>();
  /** Processes that could not hear for a while who came back. */
  readonly #deaf = new Set<string>();
  #count = 0;

  constructor(weather: { seed: number; maxDelayMs: number; loss: number; repeats: number }) {
    this.#processes = new Processes({ ...weather, random: randomOf(weather.seed) }, pieceOf);
    for (let i = 0; i < 3; i++) this.#start();
    this.#pass(1500);
  }

  close(): void {
    this.#processes.close();
  }

  perform(operation: Operation): void {
    if (operation.op === "wait") this.#pass(operation.ms);
    else if (operation.op === "join") this.#joinNew(operation);
    else if (operation.op === "outage") this.#outage(operation.ms, operation.isEmpty);
    else if (operation.op === "fault") this.#fault(operation);
    else {
      const there = this.#clients.filter(({ state }) => state === "connected" || state === "dropped");
      const client = there[operation.which % there.length];
      if (client) this.#performOn(client, operation);
    }
  }

  /** All is quiet: everyone agrees with a crowd that was told of those who are connected, and nobody else. */
  check(isExact: boolean): void {
    Object.assign(this.#processes.weather, { loss: 0, repeats: 0 });
    this.#pass(graceMs + ghostMs + 5000);
    expect(this.#processes.errors).toEqual([]);
    const connected = this.#clients.filter(({ state }) => state === "connected");
    const seats = connected.map((client) => {
      const seat = this.#presenceOf(client).seat(client.seat);
      expect(seat, `${client.person} ${client.tab} in ${client.room}`).toBeDefined();
      return { client, seat: seat! };
    });
    const model = new Crowd({ graceMs, ghostMs, pieceOf });
    for (const { client, seat } of seats.sort((a, b) => a.seat.since - b.seat.since)) {
      const { person, name, tab: connection } = client;
      const identity = identityOf(person, name);
      model.apply({ ...client, type: "join", connection, identity, exclusive: isExclusive(client.room) }, seat.since);
    }
    for (const process of this.#processes.alive)
      this.#compare(
        process,
        model,
        seats.map(({ seat }) => seat),
      );
    if (isExact) this.#checkLeaves();
  }

  #compare({ id, presence }: Process, model: Crowd, seats: Seat[]): void {
    for (const room of rooms) {
      const what = `${room} on ${id}`;
      const roster = [...presence.roster(room)].sort(byPerson);
      expect(roster, what).toEqual([...model.roster(room)].sort(byPerson));
      expect(presence.counts(room), what).toEqual(model.counts(room));
      expect(presence.invisible(room).length, what).toBe(model.invisible(room).length);
      const told = this.#replays.get(id)!.rosters.get(room)!;
      expect([...told].sort(), `changes of ${what}`).toEqual(roster.map(({ identity }) => identity.person));
    }
    expect(presence.people, `people on ${id}`).toBe(model.people);
    const known = seats.map(({ key }) => presence.seat(key)!).map(({ origin: _, ...seat }) => seat);
    expect(known, `seats on ${id}`).toEqual(seats.map(({ origin: _, ...seat }) => seat));
    for (const room of rooms.filter(isExclusive)) {
      for (const [person, own] of Map.groupBy(
        seats.filter((seat) => seat.room === room),
        (seat) => seat.identity.person,
      )) {
        expect(own.filter(({ role }) => role === "player").length, `players of ${person} in ${room}`).toBe(1);
      }
    }
  }

  #checkLeaves(): void {
    for (const [id, { left }] of this.#replays) {
      if (this.#deaf.has(id)) continue;
      const wrong = [...left].filter((one) => !this.#quitters.has(one));
      expect(wrong, `told by ${id} to have left`).toEqual([]);
    }
  }

  #start(): void {
    const process = this.#processes.start(`p${++this.#count}`);
    this.#replays.set(process.id, new Replay(process));
  }

  /** In small steps, as homes that are empty are given up at once. */
  #pass(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      vi.advanceTimersByTime(Math.min(left, 100));
      this.#settle();
    }
  }

  /** Rooms without anybody end, and clients learn which of their seats are no more. */
  #settle(): void {
    for (const room of rooms) {
      const home = this.#processes.homeOf(room);
      const process = home === undefined ? undefined : this.#processes.get(home);
      if (!process?.isAlive || !process.isCurrent) continue;
      if (process.presence.counts(room).people > 0 || process.presence.invisible(room).length > 0) continue;
      this.#processes.release(room);
    }
  }

  #presenceOf({ process }: Client) {
    return this.#processes.get(process).presence;
  }

  #serving(): Process[] {
    return this.#processes.alive.filter(({ isUp, isCurrent, member }) => isUp && isCurrent && !member.isDraining);
  }

  #quit({ room, person }: Client): void {
    this.#quitters.add(`${room} ${person}`);
  }

  #joinNew({ which, person, name, tab, room, attention, share, invisible }: Extract<Operation, { op: "join" }>): void {
    const about = { person, name, tab, room, attention, share, invisible };
    this.#enter({ ...about, seat: "", process: "", state: "moving" }, which);
  }

  /** A client joins its room where that lives, or where it is made. Nothing comes of it where that is not to be reached. */
  #enter(client: Client, where: number): boolean {
    vi.advanceTimersByTime(1); // no two come at the very same instant: "newest" has one meaning
    const { room, person, name, tab } = client;
    const serving = this.#serving();
    const home = this.#processes.homeOf(room);
    const process = home === undefined ? serving[where % serving.length] : serving.find(({ id }) => id === home);
    if (!process) return false;
    for (const other of this.#clients) {
      if (other === client || other.room !== room || other.person !== person) continue;
      other.name = name;
      if (other.tab === tab) other.state = "over";
    }
    if (client.invisible) this.#quit(client);
    Object.assign(client, { process: process.id, seat: `seat${++this.#count}`, state: "connected" });
    if (!this.#clients.includes(client)) this.#clients.push(client);
    const fence = this.#processes.claim(room, process.id);
    const identity = identityOf(person, name);
    const exclusive = isExclusive(room);
    process.presence.apply({ ...client, type: "join", identity, connection: tab, exclusive, fence });
    return true;
  }

  #performOn(client: Client, operation: Exclude<Operation, { op: "wait" | "join" | "outage" | "fault" }>): void {
    const process = this.#processes.get(client.process);
    if (!process.isAlive || !process.isCurrent) return;
    const { presence } = process;
    const { seat, room } = client;
    switch (operation.op) {
      case "reload":
        this.#enter({ ...client }, 0);
        break;
      case "travel": {
        if (room === operation.room) break;
        if (operation.isDropped) this.#drop(client);
        const isThere = this.#enter({ ...client, room: operation.room }, operation.where);
        if (isThere && !operation.isDropped) this.#leave(client);
        break;
      }
      case "leave":
        this.#leave(client);
        break;
      case "drop":
        this.#drop(client);
        break;
      case "resume":
        client.state = presence.seat(seat)?.origin === "" ? "connected" : "over";
        presence.apply({ type: "resume", seat });
        break;
      case "attention":
        client.attention = operation.attention;
        presence.apply({ type: "attention", seat, attention: operation.attention });
        break;
      case "play":
        if (isExclusive(room)) presence.apply({ type: "play", seat });
        break;
      case "identify":
        if (presence.seat(seat)?.origin === "") this.#identify(client, operation.person, operation.name);
        break;
      default:
        operation satisfies never;
    }
  }

  #leave(client: Client): void {
    this.#quit(client);
    client.state = "over";
    this.#presenceOf(client).apply({ type: "leave", seat: client.seat, reason: "left" });
  }

  #drop(client: Client): void {
    this.#quit(client);
    client.state = "dropped";
    this.#presenceOf(client).apply({ type: "drop", seat: client.seat });
  }

  #identify(client: Client, person: string, name: string): void {
    this.#quit(client);
    const { room, tab, seat } = client;
    for (const other of this.#clients) {
      if (other === client || other.room !== room || other.person !== person) continue;
      if (other.tab === tab) other.state = "over";
      other.name = name;
    }
    for (const other of this.#clients) {
      if (other.room === room && other.person === client.person && person === client.person) other.name = name;
    }
    Object.assign(client, { person, name });
    this.#quit(client);
    const exclusive = isExclusive(room);
    this.#presenceOf(client).apply({ type: "identify", seat, identity: identityOf(person, name), exclusive });
  }

  /** Redis is gone for everybody; nobody is judged. */
  #outage(ms: number, isEmpty: boolean): void {
    for (const process of this.#processes.alive) {
      this.#deaf.add(process.id);
      process.isUp = false;
      process.tell({ type: "down" });
    }
    this.#pass(ms);
    for (const process of this.#processes.alive) {
      process.isUp = true;
      process.tell({ type: "up", isEmpty });
    }
  }

  #fault({ which, kind, foundMs, isBack, homes }: Fault): void {
    const serving = this.#serving();
    if (serving.length < 2) return;
    if (this.#processes.weather.loss === 0) this.#pass(100); // else the last to come was told to nobody
    const process = serving[which % serving.length]!;
    if (kind === "kill") this.#kill(process, foundMs);
    else if (kind === "drain") this.#drain(process);
    else if (kind === "blink") this.#stall(process, foundMs);
    else if (kind === "stall") this.#stall(process, 5000 + foundMs);
    else this.#cutOff(process, 3000 + foundMs);
    this.#bringBack(isBack, homes);
    if (!process.isAlive) this.#start();
  }

  #kill(process: Process, foundMs: number): void {
    this.#processes.kill(process.id);
    this.#move(process.id);
    this.#pass(foundMs);
    this.#processes.void(process.id);
    this.#processes.tellOthers(process.id, { type: "gone", member: process.member, why: "dead" });
  }

  /** Stands still, and is given up if that takes 5 s. */
  #stall(process: Process, ms: number): void {
    const { id, member } = process;
    process.isCurrent = false;
    this.#deaf.add(id);
    this.#pass(Math.min(ms, 5000));
    const isGivenUp = ms >= 5000;
    const lost = isGivenUp ? this.#processes.void(id) : [];
    if (isGivenUp) {
      this.#processes.tellOthers(id, { type: "gone", member, why: "dead" });
      this.#move(id);
      this.#pass(ms - 5000);
    }
    process.isCurrent = true;
    process.tell({ type: "up", isEmpty: false });
    for (const key of lost) process.tell({ type: "lost", home: { key, process: id, value: "", fence: 0 } });
    if (isGivenUp) this.#processes.tellOthers(id, { type: "joined", member });
  }

  /** Does not reach Redis, gives up what it has, and is back later. */
  #cutOff(process: Process, ms: number): void {
    const { id, member } = process;
    this.#deaf.add(id);
    process.isUp = false;
    process.tell({ type: "down" });
    this.#pass(3000);
    const lost = this.#processes.void(id);
    this.#move(id);
    for (const key of lost) process.tell({ type: "lost", home: { key, process: id, value: "", fence: 0 } });
    this.#processes.tellOthers(id, { type: "gone", member, why: "dead" });
    this.#pass(ms - 3000);
    process.isUp = true;
    process.tell({ type: "up", isEmpty: false });
    this.#processes.tellOthers(id, { type: "joined", member });
  }

  #drain(process: Process): void {
    const { id } = process;
    void process.presence.drain();
    this.#move(id);
    this.#processes.void(id);
    Object.assign(process.member, { isDraining: true });
    this.#pass(200);
    this.#processes.kill(id);
    this.#processes.tellOthers(id, { type: "gone", member: process.member, why: "drained" });
  }

  /** Those connected to a process come again by themselves; those whose connection was lost may have given up. */
  #move(id: string): void {
    for (const client of this.#clients) {
      if (client.process !== id) continue;
      if (client.state === "connected") client.state = "moving";
      else if (client.state === "dropped") client.state = "over";
    }
  }

  #bringBack(isBack: readonly boolean[], where: number): void {
    for (const [i, client] of this.#clients.filter(({ state }) => state === "moving").entries()) {
      this.#pass(50);
      if (client.state !== "moving") continue; // its tab is elsewhere in the room already
      if (isBack[i % isBack.length] && this.#enter(client, where + i)) continue;
      this.#quit(client);
      client.state = "over";
    }
  }
}

function byPerson(a: { identity: Identity }, b: { identity: Identity }): number {
  return a.identity.person < b.identity.person ? -1 : 1;
}

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const environment = process.env;
const seed = environment["FC_SEED"] ? { seed: Number(environment["FC_SEED"]) } : {};
const path = environment["FC_PATH"] ? { path: environment["FC_PATH"] } : {};
const numRuns = Number(environment["FC_RUNS"] ?? 40);
const schedule = fc.array(operation, { minLength: 40, maxLength: 40, size: "max" });

describe("[PR6] three processes agree with their clients when all is quiet", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 5_000_000 }));
  afterEach(() => void vi.useRealTimers());

  const hold = (weather: fc.Arbitrary<ConstructorParameters<typeof Run>[0]>, isExact: boolean) =>
    fc.assert(
      fc.property(weather, schedule, (weather, operations) => {
        const run = new Run(weather);
        try {
          for (const one of operations) run.perform(one);
          run.check(isExact);
        } finally {
          run.close();
          vi.clearAllTimers();
        }
      }),
      { numRuns, ...seed, ...path },
    );

  it("and nobody is told of a leave who only moved with their room", { timeout: 1_800_000 }, () => {
    hold(
      fc.record({ seed: fc.nat(), maxDelayMs: fc.nat({ max: 40 }), loss: fc.constant(0), repeats: fc.constant(0.1) }),
      true,
    );
  });

  it("whatever is late, lost and repeated on the way", { timeout: 1_800_000 }, () => {
    hold(
      fc.record({
        seed: fc.nat(),
        maxDelayMs: fc.nat({ max: 500 }),
        loss: fc.constantFrom(0.05, 0.3, 0.7),
        repeats: fc.constantFrom(0, 0.3),
      }),
      false,
    );
  });
});
