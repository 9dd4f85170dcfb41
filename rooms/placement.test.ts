/** Keys spread over processes, the same way wherever they are placed from. */
import { describe, expect, it } from "vitest";
import type { Member } from "../services/cluster/cluster.ts";
import { placeOf } from "./placement.ts";

const member = (id: string, load: Partial<Member> = {}): Member => ({
  id,
  peerUrl: "",
  address: "",
  seats: 0,
  rooms: 0,
  isDraining: false,
  ...load,
});
const keys = Array.from({ length: 3000 }, (_, n) => `world:${n}`);
const three = [member("a"), member("b"), member("c")];

describe("placement", () => {
  it("[OP5] spreads keys evenly", () => {
    const counts = Map.groupBy(keys, (key) => placeOf(key, three)!.id);
    for (const { length } of counts.values()) expect(length).toBeGreaterThan(900);
    expect(counts.size).toBe(3);
  });

  it("[OP5] chooses the same whoever asks, and moves only what was on a process that goes", () => {
    for (const key of keys.slice(0, 300)) {
      const chosen = placeOf(key, three)!;
      expect(placeOf(key, [...three].reverse())).toBe(chosen);
      if (chosen.id !== "c") expect(placeOf(key, three.slice(0, 2))).toBe(chosen);
    }
  });

  it("[OP5] passes over the one that is much busier, and those that drain", () => {
    const busy = [member("a", { seats: 500 }), member("b", { seats: 50 }), member("c", { isDraining: true })];
    expect(new Set(keys.map((key) => placeOf(key, busy)!.id))).toEqual(new Set(["b"]));
    expect(placeOf("world:x", [member("c", { isDraining: true })])).toBeUndefined();
  });

  it("[PR6] passes over one that has just come, unless all have", () => {
    const [a, b] = [member("a", { isNew: true }), member("b", { isNew: true })];
    expect(new Set(keys.map((key) => placeOf(key, [a, b, member("c")])!.id))).toEqual(new Set(["c"]));
    expect(new Set(keys.map((key) => placeOf(key, [a, b])!.id))).toEqual(new Set(["a", "b"]));
  });
});
