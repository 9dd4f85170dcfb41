/** The server side of a piece: its hooks, messages, state and props, without a room. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { definePiece, HereaboutsError, type Piece } from "../../../pieces/index.ts";
import { fieldOfProp, keyOfField } from "../../../schema/piece.ts";
import { AvatarState, PersonState, WorldState } from "../../../schema/world.ts";
import type { WorldSaves } from "../../../services/saves/saves.ts";
import { createSqliteSaves } from "../../../services/saves/sqlite.ts";
import { openStorage, type Storage } from "../../../services/storage.ts";
import { Props } from "../props.ts";
import { PieceRunner } from "./runner.ts";

let storage: Storage;
let saves: WorldSaves;
let state: WorldState;
let props: Props;
let errors: string[];
let sent: unknown[];
let timers: (() => void)[];
let time: number;

beforeEach(() => {
  storage = openStorage(":memory:");
  saves = createSqliteSaves(storage, (error) => expect.unreachable(String(error)));
  [errors, sent, timers, time] = [[], [], [], 0];
});
afterEach(async () => {
  await saves.close();
  storage.close();
});

async function run(piece: Piece): Promise<PieceRunner> {
  state = new WorldState();
  props = new Props(state.props, await saves.open(piece.slug), piece.savesProps);
  return new PieceRunner(piece, {
    slug: piece.slug,
    people: state.people,
    props,
    game: undefined,
    poseOf: (slot) => ({ x: slot, y: 0, z: 0, angle: 0 }),
    send: (type, data, to) => sent.push([type, data, to]),
    propChanged: () => {},
    setTimer: (_kind, _ms, work) => {
      timers.push(work);
      return () => timers.splice(timers.indexOf(work), 1);
    },
    onError: (error, doing) => errors.push(`${doing}: ${(error as Error).message}`),
    onSlow: () => {},
    onOff: () => errors.push("off"),
    clock: () => time,
    now: () => 1000,
  });
}

function arrive(id: string, slot = 1): PersonState {
  const avatar = new AvatarState({ color: "", face: "", showing: "" });
  const person = new PersonState({
    id,
    slot,
    handle: id,
    name: id,
    kind: "human",
    guest: false,
    status: "here",
    to: "",
    attention: "visible",
    connections: 1,
    since: 0,
    avatar,
  });
  state.people.set(id, person);
  return person;
}
const shown = () =>
  Object.fromEntries(
    [...state.props].flatMap(([key, { value, owner }]) => {
      const field = fieldOfProp(key, owner);
      return field === undefined ? [] : [[field, JSON.parse(value) as unknown]];
    }),
  );

const counter = definePiece({
  slug: "counter",
  savesState: true,
  state: z.object({ count: z.number().default(0), last: z.string().nullable().default(null) }),
  messages: {
    add: z.strictObject({ by: z.int().max(9) }),
    nothing: z.null(),
    fail: z.null(),
    failLater: z.null(),
    no: z.null(),
  },
  on: {
    add: ({ state }, { id, pose }, { by }) => {
      state.count += by;
      state.last = id;
      return { count: state.count, x: pose?.x };
    },
    nothing: () => {},
    fail: () => {
      throw new Error("a bug");
    },
    failLater: async () => {
      throw new Error("a bug");
    },
    no: () => {
      throw new HereaboutsError("PIECE_REFUSED", "Not now.");
    },
  },
});

describe("[WO3] the server side of a piece", () => {
  it("answers what its handlers return, and shows its state at the next tick", async () => {
    const runner = await run(counter);
    expect(shown()).toEqual({ count: 0, last: null });
    runner.join(arrive("ada", 4));
    expect(runner.ask("ada", "add", { by: 3 })).toEqual({ count: 3, x: 4 });
    expect(runner.ask("ada", "nothing", null)).toBeNull();
    runner.tick();
    expect(shown()).toEqual({ count: 3, last: "ada" });
  });

  it("refuses what does not fit, names the field, and lets what a handler throws reach its sender only", async () => {
    const runner = await run(counter);
    runner.join(arrive("ada"));
    const ask = (type: string, data: unknown) => () => runner.ask("ada", type, data);
    expect(ask("add", { by: 10 })).toThrow(/"add" at by/);
    for (const type of ["ad", "__proto__", "constructor", "toString"]) {
      expect(ask(type, null)).toThrow(expect.objectContaining({ code: "UNKNOWN_MESSAGE" }));
    }
    expect(ask("fail", null)).toThrow("a bug");
    await expect(ask("failLater", null)()).rejects.toThrow("a bug");
    expect(ask("no", null)).toThrow(expect.objectContaining({ code: "PIECE_REFUSED" }));
    expect(() => runner.ask("bob", "nothing", null)).toThrow(expect.objectContaining({ code: "FORBIDDEN" }));
    expect(errors).toEqual([]);
  });

  it("takes and answers nothing once it is closed, as nothing of it would be kept", async () => {
    let finish: (answer: number) => void = () => {};
    const slow = () => new Promise<number>((resolve) => (finish = resolve));
    const piece = definePiece({
      slug: "slow",
      state: z.object({}),
      messages: { slow: z.null(), quick: z.null() },
      on: { slow, quick: () => 1 },
    });
    const runner = await run(piece);
    runner.join(arrive("ada"));
    const underWay = runner.ask("ada", "slow", null);
    expect(runner.ask("ada", "quick", null)).toBe(1);
    runner.close();
    finish(2);
    const unavailable = expect.objectContaining({ code: "UNAVAILABLE" });
    await expect(underWay).rejects.toEqual(unavailable);
    expect(() => runner.ask("ada", "quick", null)).toThrow(unavailable);
  });

  it("answers what only reads to who is not seen, without telling the piece who that is", async () => {
    const messages = { time: z.null(), ring: z.null() };
    const on = { time: (_: unknown, { id }: { id: string }) => `for "${id}"`, ring: () => {} };
    const runner = await run(definePiece({ slug: "clock", messages, on, reads: ["time"] }));
    expect(runner.ask("hidden", "time", null)).toBe('for ""');
    expect(() => runner.ask("hidden", "ring", null)).toThrow(expect.objectContaining({ code: "FORBIDDEN" }));
    runner.join(arrive("ada"));
    expect(runner.ask("ada", "time", null)).toBe('for "ada"');
    expect([runner.reads("time"), runner.reads("ring"), runner.reads("toString")]).toEqual([true, false, false]);
  });

  it("has its state again where it is saved, and anew where it does not fit any more", async () => {
    const runner = await run(counter);
    runner.join(arrive("ada"));
    runner.ask("ada", "add", { by: 5 });
    runner.close();
    await saves.flush();
    await run(counter);
    expect(shown()).toEqual({ count: 5, last: "ada" });
    await run({ ...counter, state: z.object({ count: z.string().default("none") }) });
    expect(shown()).toMatchObject({ count: "none" });
    expect(errors).toEqual([expect.stringContaining("does not fit")]);
  });

  it("begins anew where what was kept is no JSON, and says so", async () => {
    const runner = await run(counter);
    runner.join(arrive("ada"));
    runner.ask("ada", "add", { by: 5 });
    runner.close();
    state.props.get(keyOfField("count"))!.value = "{";
    props.edited(keyOfField("count"));
    await saves.flush();
    await run(counter);
    expect(shown()).toEqual({ count: 0, last: null });
    expect(errors).toEqual([expect.stringContaining("cannot be read")]);
  });

  it("has optional fields come and go, and restores what is there", async () => {
    const shape = z.object({ it: z.string().optional(), n: z.number().default(0) });
    const piece = definePiece({
      slug: "optional",
      savesState: true,
      state: shape,
      messages: { tag: z.string().nullable() },
      on: { tag: ({ state }, _, who) => void Object.assign(state, { it: who ?? undefined }) },
    });
    const runner = await run(piece);
    runner.join(arrive("ada"));
    expect(shown()).toEqual({ n: 0 });
    runner.ask("ada", "tag", "bob");
    runner.tick();
    expect(shown()).toEqual({ it: "bob", n: 0 });
    runner.ask("ada", "tag", null);
    runner.close();
    await saves.flush();
    await run(piece);
    expect([shown(), errors]).toEqual([{ n: 0 }, []]);
  });

  it("begins anew in each world, whatever was done to the defaults in another", async () => {
    const piece = definePiece({
      slug: "nested",
      savesState: true,
      state: z.object({
        board: z.object({ rows: z.array(z.number()) }).default({ rows: [] }),
        n: z.number().default(0),
      }),
      onStart: ({ state }) => void state.board.rows.push(1),
    });
    for (const slug of ["nested", "another"]) {
      await run({ ...piece, slug });
      expect(shown()).toMatchObject({ board: { rows: [1] } });
    }
    expect(piece.state.parse({})).toMatchObject({ board: { rows: [] } });
  });

  it("answers JSON only: anything else is a bug of the piece", async () => {
    const self: Record<string, unknown> = {};
    self["self"] = self;
    const answers: Record<string, unknown> = { self, big: 1n, date: new Date(0), nan: Number.NaN, code: () => {} };
    const runner = await run(
      definePiece({ slug: "odd", messages: { get: z.string() }, on: { get: (_, __, name) => answers[name] } }),
    );
    runner.join(arrive("ada"));
    for (const name of ["self", "big"]) expect(() => runner.ask("ada", "get", name)).toThrow(TypeError);
    const rest = ["date", "nan", "code"].map((name) => runner.ask("ada", "get", name));
    expect(rest).toEqual(["1970-01-01T00:00:00.000Z", null, null]);
  });

  it("takes no state from a person's prop of the same key", async () => {
    await run(counter);
    expect(() => props.set("ada", { key: keyOfField("count"), value: 7 })).toThrow(
      expect.objectContaining({ code: "PROP_OWNED" }),
    );
    props.deleteAsPiece(keyOfField("count"));
    props.set("ada", { key: keyOfField("count"), value: 7, saved: true });
    await saves.flush();
    await run({ ...counter, slug: "counter" });
    expect(shown()).toMatchObject({ count: 0 });
  });

  it("tells what cannot be sent once, keeps the last state for others, and goes on", async () => {
    const piece = definePiece({
      slug: "large",
      state: z.object({ text: z.string().default("a"), n: z.number().default(0), odd: z.unknown().optional() }),
      onTick: ({ state }) => {
        const self: Record<string, unknown> = {};
        self["self"] = self;
        Object.assign(state, { text: "x".repeat(5000), n: Number.NaN, odd: self });
      },
    });
    const runner = await run(piece);
    for (time = 0; time < 1000; time += 50) runner.tick();
    expect(shown()).toMatchObject({ text: "a", n: null });
    for (const field of ["text", "odd"]) expect(errors.filter((error) => error.includes(field))).toHaveLength(1);
  });

  it("survives each hook and timer that throws, now or later", async () => {
    const fail = () => {
      throw new Error("a bug");
    };
    const later = async () => fail();
    const runner = await run(
      definePiece({
        slug: "unruly",
        onStart: (world) => {
          world.after(5, later);
          world.every(5, fail);
          fail();
        },
        onJoin: later,
        onLeave: fail,
        onRename: fail,
        onTick: fail,
      }),
    );
    runner.join(arrive("ada"));
    runner.rename("ada", arrive("ada-l"));
    runner.leave("ada-l", "left");
    runner.tick();
    for (const timer of timers) timer();
    await new Promise((resolve) => setImmediate(resolve));
    const doing = errors.map((error) => error.split(":")[0]).sort();
    expect(doing).toEqual(["onJoin", "onLeave", "onRename", "onStart", "onTick", "timer", "timer"]);
  });

  it("calls nothing of it once the world ends", async () => {
    let calls = 0;
    const count = () => void calls++;
    const runner = await run(
      definePiece({ slug: "over", onStart: (world) => void world.every(5, count), onJoin: count, onTick: count }),
    );
    runner.close();
    runner.join(arrive("ada"));
    runner.tick();
    for (const timer of timers) timer();
    expect(calls).toBe(0);
  });

  it("gives a world: people, props of any owner, messages, timers that are called off", async () => {
    const seen: string[] = [];
    const runner = await run(
      definePiece({
        slug: "api",
        onJoin: (world, person) => {
          world.props.set("mark", [1], { owner: person.id });
          world.props.set("mark", [2]);
          seen.push(`${world.people.size} ${world.props.ownerOf("mark")} ${world.props.keys()} ${world.now()}`);
          world.send("piece:hi", { a: 1 }, person.id);
          world.say("hello");
          world.after(5, () => expect.unreachable())();
        },
      }),
    );
    runner.join(arrive("ada"));
    runner.join(state.people.get("ada")!);
    expect(seen).toEqual(["1 ada mark 1000"]);
    expect(sent).toEqual([
      ["piece:hi", { a: 1 }, "ada"],
      ["piece:say", { text: "hello" }, undefined],
    ]);
    expect(timers).toEqual([]);
    expect([errors, props.get("mark")?.value]).toEqual([[], "[2]"]);
    const { world } = runner;
    expect(() => world.send("piece:big", "x".repeat(2000))).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
    expect(() => world.send("bell" as never)).toThrow(/piece:/);
    for (const key of ["", "x".repeat(200), "\ud800"]) expect(() => world.props.set(key, 1)).toThrow(/key/);
    expect(() => world.after(Number.NaN, () => {})).toThrow(/timer/);
  });
});
