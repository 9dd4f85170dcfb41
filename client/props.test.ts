/** Props as the SDK shows them: parsed once, and told when they change. */
import { beforeEach, describe, expect, it } from "vitest";
import { Outbox } from "./outbox.ts";
import { PropsView } from "./props.ts";

type Fields = { value: string; owner: string };
let asked: [string, unknown][];
let props: PropsView;
beforeEach(() => {
  asked = [];
  props = new PropsView(
    new Outbox({
      ask: async (type, message) => void asked.push([type, message]),
      isOpen: () => true,
    }),
  );
});
const sync = (state: Record<string, Fields>) => props.sync(Object.entries(state));
const prop = (value: unknown, owner = ""): Fields => ({ value: JSON.stringify(value), owner });

describe("[WO1] props in the SDK", () => {
  it("are what the state says", () => {
    expect(sync({ lamp: prop({ on: true }), bench: prop(null, "ada") })).toEqual([
      { key: "lamp", value: { on: true }, owner: undefined },
      { key: "bench", value: null, owner: "ada" },
    ]);
    expect(props.size).toBe(2);
    expect(props.get("lamp")).toEqual({ on: true });
    expect(props.get("bench")).toBeNull();
    expect(props.get("none")).toBeUndefined();
    expect([props.ownerOf("lamp"), props.ownerOf("bench"), props.ownerOf("none")]).toEqual([
      undefined,
      "ada",
      undefined,
    ]);
    expect([...props.entries()]).toEqual([
      ["lamp", { on: true }],
      ["bench", null],
    ]);
  });

  it("tell what changed, and nothing else", () => {
    sync({ lamp: prop([1]), bench: prop(2), gate: prop(3) });
    expect(sync({ lamp: prop([1]), bench: prop(2), gate: prop(3) })).toEqual([]);
    expect(sync({ lamp: prop([2]), bench: prop(2, "ada"), door: prop(4) })).toEqual([
      { key: "lamp", value: [2], owner: undefined },
      { key: "bench", value: 2, owner: "ada" },
      { key: "door", value: 4, owner: undefined },
      { key: "gate", value: undefined, owner: undefined },
    ]);
    expect(props.size).toBe(3);
  });

  it("are the same value as long as it does not change, also over another owner", () => {
    sync({ lamp: prop({ on: true }) });
    const value = props.get("lamp");
    sync({ lamp: prop({ on: true }, "ada") });
    expect(props.get("lamp")).toBe(value);
  });

  it("may have any key", () => {
    for (const key of ["__proto__", "constructor", "", "a b"]) {
      props = new PropsView(new Outbox({ ask: async () => {}, isOpen: () => true }));
      expect(props.get(key)).toBeUndefined();
      props.sync([[key, prop(1)]]);
      expect(props.get(key)).toBe(1);
    }
  });

  it("are set and deleted by asking the server, and shown only once it says so", async () => {
    await props.set("lamp", { on: true }, { owned: true });
    await props.set("bench", 1, { saved: true });
    await props.delete("gate");
    expect(asked).toEqual([
      ["prop.set", { key: "lamp", value: { on: true }, owned: true }],
      ["prop.set", { key: "bench", value: 1, saved: true }],
      ["prop.delete", { key: "gate" }],
    ]);
    expect(props.size).toBe(0);
  });
});
