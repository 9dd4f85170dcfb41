/**
 * Where a replay looks while nobody is followed: from where it looked no further than it takes to have everyone in view,
 * so that the picture rests while they are. Where they are too far apart, as many as there is room for, the nearest first.
 */
import type { Point } from "../shared/terrain.ts";
import type { Insets } from "../world/camera.ts";

/** What is drawn around a place where someone stands, in units: their figure and their name. */
const figure = { top: 56, right: 40, bottom: 40, left: 40 };

/** `reach`: how far around `focus` one sees, in units. */
export function keepInView(focus: Point, people: readonly Point[], reach: Insets): Point {
  const room = {
    left: reach.left - figure.left,
    right: reach.right - figure.right,
    top: reach.top - figure.top,
    bottom: reach.bottom - figure.bottom,
  };
  const away = ({ x, y }: Point) => Math.hypot(x - focus.x, y - focus.y);
  const [nearest, ...others] = people.toSorted((a, b) => away(a) - away(b));
  if (!nearest) return focus;
  let box = { minX: nearest.x, maxX: nearest.x, minY: nearest.y, maxY: nearest.y };
  for (const { x, y } of others) {
    const { minX, maxX, minY, maxY } = box;
    const wider = {
      ...{ minX: Math.min(minX, x), maxX: Math.max(maxX, x) },
      ...{ minY: Math.min(minY, y), maxY: Math.max(maxY, y) },
    };
    const isTooWide = wider.maxX - wider.minX > room.left + room.right;
    const isTooHigh = wider.maxY - wider.minY > room.top + room.bottom;
    if (!isTooWide && !isTooHigh) box = wider;
  }
  return {
    x: between(focus.x, box.maxX - room.right, box.minX + room.left),
    y: between(focus.y, box.maxY - room.bottom, box.minY + room.top),
  };
}

/** The middle of both where there is nothing between. */
function between(at: number, min: number, max: number): number {
  return min > max ? (min + max) / 2 : Math.min(max, Math.max(min, at));
}
