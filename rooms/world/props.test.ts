/** Props: whose they are, how many there may be, and which are kept. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../schema/messages.ts";
import { keyOfField, pieceOwner } from "../../schema/piece.ts";
import { type PropState, WorldState } from "../../schema/world.ts";
import type { WorldSaves } from "../../services/saves/saves.ts";
import { createSqliteSaves } from "../../services/saves/sqlite.ts";
import { openStorage, type Storage } from "../../services/storage.ts";
import { Props } from "./props.ts";

let storage: Storage;
let saves: WorldSaves;
let state: WorldState["props"];
let props: Props;

/** A world that comes up with what was saved of it. */
async function open(savesAll = false): Promise<void> {
  state = new WorldState().props;
  props = new Props(state, await saves.open("field"), savesAll);
}
beforeEach(async () => {
  storage = openStorage(":memory:");
  saves = createSqliteSaves(storage, (error) => expect.unreachable(String(error)));
  await open();
});
afterEach(async () => {
  await saves.close();
  storage.close();
});

const refused = (code: string) => expect.objectContaining({ code });
const valueIn = (key: string) => {
  const prop = state.get(key);
  return prop && (JSON.parse(prop.value) as unknown);
};
const kept = async () =>
  Object.fromEntries((await saves.open("field")).props.map(({ key, value }) => [key, JSON.parse(value)]));

describe("[OP1] a prop that an operator edits in the state", () => {
  const text = (length: number) => "x".repeat(length);

  it("is saved as it is then, and what is deleted there is not saved any more", async () => {
    props.set("ada", { key: "lamp", value: "on", saved: true });
    props.set("ada", { key: "bench", value: 1, saved: true });
    state.get("lamp")!.value = '"off"';
    props.edited("lamp");
    state.delete("bench");
    props.edited("bench");
    await saves.flush();
    expect(await kept()).toEqual({ lamp: "off" });
  });

  it("takes JSON of the size that anyone may set, and nothing of the piece's state", () => {
    props.set("ada", { key: "lamp", value: "on" });
    props.setAsPiece("piece.count", 1, { owner: pieceOwner });
    const most = JSON.stringify(text(limits.propBytes - 2));
    expect(["1", '"off"', most].map((value) => props.mayBeEdited("lamp", "value", value))).toEqual([true, true, true]);
    const wrong = ["", "off", "{", 1, null, `${most} `];
    expect(wrong.filter((value) => props.mayBeEdited("lamp", "value", value))).toEqual([]);
    expect(props.mayBeEdited("lamp", "owner", "bea")).toBe(true);
    expect(props.mayBeEdited("lamp", "owner", pieceOwner)).toBe(false);
    expect(props.mayBeEdited("piece.count", "value", "2")).toBe(false);
    expect(props.mayBeEdited("piece.count", undefined, undefined), "deleted").toBe(false);
    expect(props.mayBeEdited("lamp", undefined, undefined)).toBe(true);
  });

  it("counts as large as it is", () => {
    for (let i = 0; i < limits.propsBytes / limits.propBytes - 1; i++) {
      props.set("ada", { key: `${i}`, value: text(limits.propBytes - 10) });
    }
    const fill = () => props.set("ada", { key: "more", value: text(limits.propBytes - 10) });
    const fillAgain = () => props.set("ada", { key: "last", value: text(limits.propBytes - 10) });
    fill();
    expect(fillAgain).toThrow(refused("PROPS_FULL") as Error);
    state.delete("more");
    props.edited("more");
    fillAgain();
  });
});

describe("[WO1] props", () => {
  it("hold any JSON, for everyone", () => {
    const value = { deep: [1, "two", null, { ключ: true }] };
    props.set("ada", { key: "lamp", value });
    expect(valueIn("lamp")).toEqual(value);
    props.set("bea", { key: "lamp", value: null });
    expect(valueIn("lamp")).toBeNull();
    props.delete("bea", "lamp");
    expect(state.get("lamp")).toBeUndefined();
    props.delete("bea", "lamp");
  });

  it.each(["__proto__", "constructor", "toString", "a b", "😀", "0"])("may have the key %j", (key) => {
    props.set("ada", { key, value: 1 });
    expect(valueIn(key)).toBe(1);
    expect(state.size).toBe(1);
    props.delete("ada", key);
    expect(state.size).toBe(0);
  });
});

describe("[WO1] an owned prop", () => {
  beforeEach(() => props.set("ada", { key: "lamp", value: 1, owned: true }));

  it("is changed and deleted by its owner only", () => {
    expect(() => props.set("bea", { key: "lamp", value: 2 })).toThrow(refused("PROP_OWNED"));
    expect(() => props.set("bea", { key: "lamp", value: 2, owned: true })).toThrow(refused("PROP_OWNED"));
    expect(() => props.set("bea", { key: "lamp", value: 2, owned: false })).toThrow(refused("PROP_OWNED"));
    expect(() => props.delete("bea", "lamp")).toThrow(refused("PROP_OWNED"));
    expect(valueIn("lamp")).toBe(1);
    props.set("ada", { key: "lamp", value: 3 });
    expect(valueIn("lamp")).toBe(3);
    expect(state.get("lamp")?.owner).toBe("ada");
    props.delete("ada", "lamp");
    props.set("bea", { key: "lamp", value: 4 });
    expect(valueIn("lamp")).toBe(4);
  });

  it("is anyone's again when its owner says so", () => {
    props.set("ada", { key: "lamp", value: 1, owned: false });
    props.set("bea", { key: "lamp", value: 2 });
    expect(valueIn("lamp")).toBe(2);
  });

  it("is its owner's still when the world comes up again", async () => {
    props.set("ada", { key: "lamp", value: 1, saved: true });
    await open();
    expect(() => props.set("bea", { key: "lamp", value: 2 })).toThrow(refused("PROP_OWNED"));
    props.set("ada", { key: "lamp", value: 5 });
    expect(valueIn("lamp")).toBe(5);
  });
});

describe("[WO3] props that a piece guards", () => {
  const set = (key: string) => () => props.set("ada", { key, value: 1 });

  it("are set and deleted by the piece alone, whoever owns them", async () => {
    props = new Props(state, await saves.open("field"), false, "stroke-");
    props.setAsPiece("stroke-1", 1, { owner: "ada" });
    for (const key of ["stroke-1", "stroke-2"]) expect(set(key)).toThrow(refused("PROP_OWNED"));
    expect(() => props.delete("ada", "stroke-1")).toThrow(refused("PROP_OWNED"));
    set("lamp")();
    expect([...state.keys()]).toEqual(["stroke-1", "lamp"]);
  });

  it("may be all, and come with no copy of another world", async () => {
    props = new Props(state, await saves.open("field"), false, true);
    expect(set("lamp")).toThrow(refused("PROP_OWNED"));
    expect(props.adopt([{ key: "lamp", value: "1", owner: "", saved: false }])).toBe(false);
    expect(state.size).toBe(0);
  });
});

describe("[WO1] the limits", () => {
  it("leave the state of the piece its own room, whatever people fill up", () => {
    for (let i = 0; i < limits.props; i++) props.set("ada", { key: `${i}`, value: 1 });
    props.setAsPiece(keyOfField("score"), "x".repeat(limits.propBytes - 2), { owner: pieceOwner });
    expect(() => props.set("ada", { key: "more", value: 1 })).toThrow(refused("PROPS_FULL"));
    expect(() => props.setAsPiece("more", 1, { owner: "ada" })).toThrow(refused("PROPS_FULL"));
    props.delete("ada", "0");
    props.set("ada", { key: "more", value: 1 });
    props.deleteAsPiece(keyOfField("score"));
    expect(() => props.set("ada", { key: "score", value: 1 })).toThrow(refused("PROPS_FULL"));
  });

  it("are 4 KB a prop, in bytes", () => {
    props.set("ada", { key: "lamp", value: "x".repeat(limits.propBytes - 2) });
    expect(() => props.set("ada", { key: "lamp", value: "x".repeat(limits.propBytes - 1) })).toThrow(
      refused("TOO_LARGE"),
    );
    expect(() => props.set("ada", { key: "wide", value: "語".repeat(limits.propBytes / 2) })).toThrow(
      refused("TOO_LARGE"),
    );
    expect((valueIn("lamp") as string).length).toBe(limits.propBytes - 2);
    expect(state.get("wide")).toBeUndefined();
  });

  it("are 1,000 keys, and changing one of them is allowed still", () => {
    for (let i = 0; i < limits.props; i++) props.set("ada", { key: `k${i}`, value: i });
    expect(() => props.set("ada", { key: "more", value: 1 })).toThrow(refused("PROPS_FULL"));
    props.set("ada", { key: "k5", value: "changed" });
    props.delete("ada", "k7");
    props.set("ada", { key: "more", value: 1 });
    expect(state.size).toBe(limits.props);
  });

  it("are 256 KB in all, and what is deleted or made smaller makes room", () => {
    const large = "x".repeat(4000);
    let count = 0;
    const fill = () => {
      for (;;) {
        try {
          props.set("ada", { key: `k${count}`, value: large });
          count++;
        } catch (error) {
          expect(error).toEqual(refused("PROPS_FULL"));
          return;
        }
      }
    };
    fill();
    expect(count).toBe(Math.floor(limits.propsBytes / 4005));
    props.set("ada", { key: "k0", value: 1 });
    props.delete("ada", "k1");
    const before = count;
    fill();
    expect(count - before).toBe(2);
    for (const key of [...state.keys()]) props.delete("ada", key);
    count = 0;
    fill();
    expect(count).toBe(Math.floor(limits.propsBytes / 4005));
  });

  it("count what was saved before", async () => {
    for (let i = 0; i < 60; i++) props.set("ada", { key: `k${i}`, value: "x".repeat(4000), saved: true });
    await open();
    let added = 0;
    expect(() => {
      for (; ; added++) props.set("ada", { key: `more${added}`, value: "x".repeat(4000) });
    }).toThrow(refused("PROPS_FULL"));
    expect(added).toBeLessThan(6);
  });
});

describe("[WO4] what is saved", () => {
  it("is there when the world comes up again; the rest is not", async () => {
    props.set("ada", { key: "kept", value: [1], saved: true });
    props.set("ada", { key: "gone", value: [2] });
    await open();
    expect(valueIn("kept")).toEqual([1]);
    expect(state.get("kept")).toMatchObject({ saved: true } satisfies Partial<PropState>);
    expect(state.get("gone")).toBeUndefined();
  });

  it("stays so when it is changed, until it is said otherwise", async () => {
    props.set("ada", { key: "lamp", value: 1, saved: true });
    props.set("bea", { key: "lamp", value: 2 });
    expect(await kept()).toEqual({ lamp: 2 });
    props.set("bea", { key: "lamp", value: 3, saved: false });
    expect(await kept()).toEqual({});
    expect(valueIn("lamp")).toBe(3);
    props.set("bea", { key: "lamp", value: 4 });
    expect(await kept()).toEqual({});
  });

  it("is forgotten when it is deleted", async () => {
    props.set("ada", { key: "lamp", value: 1, saved: true });
    await open();
    props.delete("ada", "lamp");
    await open();
    expect(state.size).toBe(0);
  });

  it("is everything in a piece that says so", async () => {
    await open(true);
    props.set("ada", { key: "lamp", value: 1 });
    props.set("ada", { key: "not", value: 1, saved: false });
    expect(await kept()).toEqual({ lamp: 1 });
  });
});

describe("[SE6] a copy of props", () => {
  const given = [
    { key: "flag", value: "1", owner: "ada", saved: false },
    { key: "lamp", value: '{"on":true}', owner: "", saved: true },
  ];

  it("is taken whole, with owners and what is saved, and kept as such", async () => {
    expect(props.adopt(given)).toBe(true);
    expect(props.copy()).toEqual(given);
    expect(() => props.set("bea", { key: "flag", value: 2 })).toThrow(refused("PROP_OWNED"));
    await saves.flush();
    expect(await kept()).toEqual({ lamp: { on: true } });
  });

  it("is taken where nothing but the state of a piece stands, which stays as it is", () => {
    props.setAsPiece(keyOfField("score"), 7, { owner: pieceOwner });
    const field = { key: keyOfField("score"), value: "0", owner: "", saved: false };
    expect(props.adopt([...given, field])).toBe(true);
    expect(props.copy()).toEqual(given);
    expect(valueIn(keyOfField("score"))).toBe(7);
  });

  it("changes nothing where something stands", () => {
    props.set("bea", { key: "lamp", value: 1 });
    expect(props.adopt(given)).toBe(false);
    expect(props.copy()).toEqual([{ key: "lamp", value: "1", owner: "", saved: false }]);
  });

  it("counts towards the limits", () => {
    const value = JSON.stringify("x".repeat(limits.propBytes - 2));
    const count = Math.floor(limits.propsBytes / (limits.propBytes + 4));
    props.adopt(Array.from({ length: count }, (_, i) => ({ key: `key${i}`, value, owner: "", saved: false })));
    expect(() => props.set("ada", { key: "more", value: "x".repeat(limits.propBytes - 2) })).toThrow(
      refused("PROPS_FULL"),
    );
  });
});
