/** Finding the most that a machine holds: close to the truth in few tries, and honest about what it could not try. */
import { describe, expect, it } from "vitest";
import { findMost, type Trial } from "./search.ts";

function machineOf(limit: number, unknownFrom = Number.POSITIVE_INFINITY) {
  const tried: number[] = [];
  const attempt = async (size: number): Promise<Trial> => {
    tried.push(size);
    if (size >= unknownFrom) return { outcome: "unknown", why: "the generator" };
    return size <= limit ? { outcome: "holds", why: "" } : { outcome: "fails", why: "too late" };
  };
  return { attempt, tried };
}

describe("[LT5] the search", () => {
  it.each([1, 2, 50, 730, 1000, 7999])("finds %d within a tenth, never more", async (limit) => {
    const { attempt, tried } = machineOf(limit);
    const found = await findMost(attempt, { from: 50, most: 8000, within: 1.1 });
    expect(found.holds).toBeLessThanOrEqual(limit);
    if (limit > 1) expect(found.above!.size / found.holds).toBeLessThanOrEqual(2);
    if (limit >= 50) expect(found.holds).toBeGreaterThanOrEqual(limit / 1.1 - 1);
    expect(found.bound).toBe("fails");
    expect(tried.length).toBeLessThan(15);
  });

  it("says that it was not the server where the load generator was the limit", async () => {
    const { attempt } = machineOf(5000, 900);
    const found = await findMost(attempt, { from: 50, most: 8000, within: 1.1 });
    expect(found).toMatchObject({ bound: "unknown", above: { why: "the generator" } });
    expect(found.holds).toBeGreaterThan(800);
    expect(found.holds).toBeLessThan(900);
  });

  it("ends at the most that can be asked for", async () => {
    const { attempt } = machineOf(100_000);
    const found = await findMost(attempt, { from: 50, most: 300, within: 1.1 });
    expect(found).toEqual({ holds: 300, bound: "most", above: undefined });
  });

  it("ends with what it knows where there is no more time, or it is stopped", async () => {
    const { attempt, tried } = machineOf(730);
    const range = { from: 50, most: 8000, within: 1.1 };
    const found = await findMost(attempt, { ...range, mayTry: (size) => size <= 400 });
    expect(found).toEqual({ holds: 400, bound: "ended", above: undefined });
    expect(tried).toEqual([50, 100, 200, 400]);
    const stopped = await findMost(async (size) => (size === 600 ? undefined : attempt(size)), range);
    expect(stopped).toEqual({ holds: 400, bound: "fails", above: { size: 800, why: "too late" } });
    expect(await findMost(async () => undefined, range)).toEqual({ holds: 0, bound: "ended", above: undefined });
  });
});
