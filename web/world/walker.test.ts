/** Walking: speed, edges, and corrections that are taken at once but shown softly. */
import { describe, expect, it } from "vitest";
import { Walker, walkSpeed } from "./walker.ts";

const area = { minX: -100, minY: -100, maxX: 100, maxY: 100 };
const east = { x: 1, y: 0 };
const rest = { x: 0, y: 0 };

function walk(walker: Walker, wish: { x: number; y: number }, seconds: number): void {
  for (let frame = 0; frame < seconds * 60; frame++) walker.step(1 / 60, wish, area);
}

describe("walking", () => {
  it("comes up to the walking speed and never above it", () => {
    const walker = new Walker();
    let before = walker.x;
    for (let frame = 0; frame < 25; frame++) {
      walker.step(1 / 60, east, area);
      expect((walker.x - before) * 60).toBeLessThanOrEqual(walkSpeed + 1e-6);
      before = walker.x;
    }
    walker.step(1 / 60, east, area);
    expect((walker.x - before) * 60).toBeGreaterThan(walkSpeed * 0.95);
  });

  it("stops at the edge and comes to rest, looking where it went", () => {
    const walker = new Walker();
    walk(walker, east, 2);
    expect(walker.x).toBe(100);
    walk(walker, rest, 1);
    expect(walker.step(1 / 60, rest, area)).toBe(false);
    expect(walker.angle).toBe(0);
  });

  it("takes a small correction at once but shows it softly", () => {
    const walker = new Walker();
    walker.place({ x: 10, y: 0 });
    walker.correct({ x: 0, y: 0 });
    expect(walker.x).toBe(0);
    expect(walker.shownX).toBe(10);
    walk(walker, rest, 1);
    expect(walker.shownX).toBeCloseTo(0, 1);
  });

  it("jumps where a correction is far", () => {
    const walker = new Walker();
    walker.place({ x: 400, y: 0 });
    walker.correct({ x: 0, y: 0 });
    expect(walker.shownX).toBe(0);
  });
});
