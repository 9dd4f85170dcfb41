/** A search that ends when it said it would. */
import { describe, expect, it } from "vitest";
import { TimeLimit } from "./timeLimit.ts";

function limitOf(ms: number) {
  let at = 1000;
  const limit = new TimeLimit(ms, () => at);
  const take = (size: number, tookMs: number) =>
    limit.time(size, async () => {
      at += tookMs;
    });
  return { limit, take };
}

describe("[LT5] the time for a search", () => {
  it("always allows the first, whatever it may take", () => {
    expect(limitOf(1).limit.allows(8000)).toBe(true);
  });

  it("allows what fits by the last one's time, of which a larger takes more", async () => {
    const { limit, take } = limitOf(100);
    await take(50, 20);
    expect(limit.allows(200)).toBe(true); // 20 + 80
    expect(limit.allows(201)).toBe(false);
    expect(limit.allows(1)).toBe(true);
    await take(100, 61);
    expect(limit.allows(1)).toBe(false); // a smaller one is taken to last as long
  });

  it("remembers how long one took that failed", async () => {
    const { limit, take } = limitOf(100);
    const failing = limit.time(10, async () => {
      await take(10, 60);
      throw new Error("no server");
    });
    await expect(failing).rejects.toThrow("no server");
    expect(limit.allows(10)).toBe(false);
  });
});
