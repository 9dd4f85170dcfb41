/** Where a replay looks: at everyone, and calmly. */
import { describe, expect, it } from "vitest";
import { keepInView } from "./lookout.ts";

/** Room for figures 200 to each side of where it looks. */
const reach = { top: 256, right: 240, bottom: 240, left: 240 };

describe("[SE2] a replay that follows nobody", () => {
  it("rests while everyone is in view, wherever they walk", () => {
    const focus = { x: 10, y: -20 };
    expect(keepInView(focus, [], reach)).toEqual(focus);
    expect(
      keepInView(
        focus,
        [
          { x: 205, y: -200 },
          { x: -180, y: 170 },
        ],
        reach,
      ),
    ).toEqual(focus);
  });

  it("goes along with who walks out of it, no further than it takes, and keeps the others", () => {
    let focus = { x: 0, y: 0 };
    const stays = { x: 0, y: 30 };
    for (let way = 0; way <= 400; way += 4) {
      const before = focus;
      focus = keepInView(focus, [stays, { x: way, y: 0 }], reach);
      expect(Math.hypot(focus.x - before.x, focus.y - before.y)).toBeLessThanOrEqual(4);
      expect(focus).toEqual({ x: Math.max(0, way - 200), y: 0 });
    }
  });

  it("has the most near where it looks, where all are too far apart, and does not swing", () => {
    const group = [
      { x: -10, y: 0 },
      { x: 60, y: 20 },
    ];
    let focus = { x: 0, y: 0 };
    for (let way = 380; way <= 480; way += 4) focus = keepInView(focus, [...group, { x: way, y: 0 }], reach);
    expect(focus.x).toBeGreaterThanOrEqual(180);
    expect(focus.x).toBeLessThanOrEqual(190);
  });

  it("goes to whoever is left, however little room there is", () => {
    expect(keepInView({ x: 0, y: 0 }, [{ x: 300, y: 0 }], reach)).toEqual({ x: 100, y: 0 });
    const narrow = { top: 10, right: 10, bottom: 10, left: 10 };
    expect(keepInView({ x: 0, y: 0 }, [{ x: 300, y: 100 }], narrow)).toEqual({ x: 300, y: 92 });
  });
});
