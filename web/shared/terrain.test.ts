/** The land of a slug: the same for everyone, walkable, and joined to its neighbours. */
import { describe, expect, it } from "vitest";
import { gridReference, isInPlot, sheetHalf, terrainOf } from "./terrain.ts";

const slugs = ["field", "pond", "meadow", "a", "late-night-lab", "x_1", "constructor"];

describe("terrain", () => {
  it.each(slugs)("of %s is the same for everyone", (slug) => {
    const [one, other] = [terrainOf(slug), terrainOf(slug)];
    expect(one.motifs).toEqual(other.motifs);
    expect(one.paths).toEqual(other.paths);
    expect(one.height(12.5, -300)).toBe(other.height(12.5, -300));
  });

  it.each(slugs)("of %s has gates and lamps on the sheet, and paths that nothing grows on", (slug) => {
    const { gates, lamps, paths, plots, motifs } = terrainOf(slug);
    expect(gates.map(({ to }) => to)).not.toContain(slug);
    for (const { x, y } of [...gates, ...lamps]) expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThan(sheetHalf);
    for (const point of paths.flat()) {
      expect(plots.some((plot) => isInPlot(plot, point))).toBe(false);
      expect(motifs.some(({ x, y }) => Math.hypot(x - point.x, y - point.y) < 20)).toBe(false);
    }
  });

  it("of neighbours meets at the edge", () => {
    const gateTo = (from: string, to: string) => terrainOf(from).gates.find((gate) => gate.to === to)!;
    expect(gateTo("field", "pond").y).toBe(gateTo("pond", "field").y);
    expect(gateTo("pond", "meadow").y).toBe(gateTo("meadow", "pond").y);
  });

  it("names the squares of the grid from the north-west", () => {
    expect(gridReference(-512, -512)).toBe("A1");
    expect(gridReference(0, 0)).toBe("E5");
    expect(gridReference(512, 600)).toBe("H8");
  });
});
