/** Which strokes make room for new ones, without a server. */
import { describe, expect, it } from "vitest";
import { limits } from "../schema/messages.ts";
import { HereaboutsError, type PiecePerson, type PieceWorld } from "./index.ts";
import paint from "./paint.ts";

const ada = { id: "ada" } as PiecePerson;
const line = { c: 1, w: 8, p: [1, 1, 2, 2] };

/** A sheet that holds `room` props. */
function sheet(room: number) {
  const held = new Map<string, unknown>();
  const props = {
    get: (key: string) => held.get(key),
    set: (key: string, value: unknown) => {
      if (!held.has(key) && held.size >= room) throw new HereaboutsError("PROPS_FULL");
      held.set(key, value);
    },
    delete: (key: string) => held.delete(key),
    keys: () => [...held.keys()],
  };
  const world = { props, state: paint.state.parse({}) } as unknown as PieceWorld;
  return { held, draw: () => paint.on["draw"]!(world, ada, line as never) };
}

describe("[WO3] the sheet", () => {
  it("lets the oldest stroke go for a new one", () => {
    const { held, draw } = sheet(3);
    for (let i = 0; i < 5; i++) draw();
    expect([...held.keys()]).toEqual(["stroke-000000003", "stroke-000000004", "stroke-000000005"]);
  });

  it("has so many strokes", () => {
    const { held, draw } = sheet(limits.props);
    for (let i = 0; i < 905; i++) draw();
    expect([held.size, held.has("stroke-000000005"), held.has("stroke-000000006")]).toEqual([900, false, true]);
  });

  it("lets none go for one that would not fit anyway", () => {
    const { held, draw } = sheet(limits.props + 1);
    for (let i = 0; i < limits.props; i++) held.set(`other-${i}`, i);
    draw();
    expect(draw).toThrow(expect.objectContaining({ code: "PROPS_FULL" }));
    expect(held.has("stroke-000000001")).toBe(true);
  });
});
