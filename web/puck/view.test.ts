/** The table on canvases of any shape. */
import { describe, expect, it } from "vitest";
import { table } from "../../schema/puck.ts";
import { View } from "./view.ts";

describe("the view of the table", () => {
  it.each([
    [1000, 600],
    [360, 620],
    [100, 100],
  ])("shows all of it on %d x %d, with the same way to go", (width, height) => {
    const view = new View(width, height);
    for (const x of [0, table.width]) {
      for (const y of [0, table.height]) {
        const at = view.toScreen({ x, y });
        expect(at.x > 0 && at.x < width && at.y > 0 && at.y < height).toBe(true);
      }
    }
    const [from, to] = [view.toScreen({ x: 100, y: 100 }), view.toScreen({ x: 130, y: 90 })];
    const way = view.toTable({ x: (to.x - from.x) / view.scale, y: (to.y - from.y) / view.scale });
    expect([way.x, way.y].map(Math.round)).toEqual([30, -10]);
    expect(view.isTurned).toBe(height > width);
  });
});
