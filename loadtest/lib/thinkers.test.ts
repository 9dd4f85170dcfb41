/** People who think before they act. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Thinkers, thinkMs } from "./thinkers.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("[LT1] thinkers", () => {
  it("take turns of their own, each after thinking anew, until they are stopped", () => {
    const shares = [0.5, 0.9, 0.5, 0.9, 0.9];
    const turns: number[] = [];
    const thinkers = new Thinkers(
      2,
      1000,
      (taker) => turns.push(taker),
      () => shares.shift() ?? 0.99,
    );
    thinkers.start();
    vi.advanceTimersByTime(692);
    expect(turns).toEqual([]);
    vi.advanceTimersByTime(2); // ln 2 s
    expect(turns).toEqual([0]);
    vi.advanceTimersByTime(693);
    expect(turns).toEqual([0, 0]);
    vi.advanceTimersByTime(1000); // ln 10 s
    expect(turns).toEqual([0, 0, 1]);
    thinkers.stop();
    vi.advanceTimersByTime(60_000);
    expect(turns).toHaveLength(3);
  });

  it("think for so long on average, and now and then much longer", () => {
    const times = Array.from({ length: 1000 }, (_, i) => thinkMs(1000, () => i / 1000));
    expect(times.reduce((sum, ms) => sum + ms, 0) / 1000).toBeCloseTo(1000, -2);
    expect(Math.max(...times)).toBeGreaterThan(5000);
  });
});
