/** Whether what was measured over hours grows, and how sure that is: a straight line by least squares. Pure. */

export type Point = { hours: number; value: number };
/** An hour. `uncertainty`: twice the standard error of the slope. */
export type Trend = { perHour: number; uncertainty: number };

/**
 * What is held wanders for minutes (a track is kept while it plays), so looks that follow each other say little more than one
 * does: how sure a slope is comes from the means of so many stretches.
 */
const stretches = 12;

export function trendOf(points: readonly Point[]): Trend {
  if (points.length < 3) return { perHour: Number.NaN, uncertainty: Number.NaN };
  const length = Math.min(stretches, points.length);
  const first = (stretch: number) => Math.floor((stretch * points.length) / length);
  const means = Array.from({ length }, (_, i) => meanOf(points.slice(first(i), first(i + 1))));
  return { perHour: slopeOf(points).perHour, uncertainty: slopeOf(means).uncertainty };
}

function slopeOf(points: readonly Point[]): Trend {
  const { hours, value } = meanOf(points);
  const spread = points.reduce((sum, point) => sum + (point.hours - hours) ** 2, 0);
  const perHour = points.reduce((sum, point) => sum + (point.hours - hours) * (point.value - value), 0) / spread;
  const rest = points.reduce((sum, point) => sum + (point.value - value - perHour * (point.hours - hours)) ** 2, 0);
  return { perHour, uncertainty: 2 * Math.sqrt(rest / (points.length - 2) / spread) };
}

function meanOf(points: readonly Point[]): Point {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  return { hours: mean(({ hours }) => hours), value: mean(({ value }) => value) };
}

export type Verdict = "flat" | "grows" | "cannot tell";

/** It grows if it surely grows by more than `most` an hour, and is flat if it surely does not. */
export function verdictOf({ perHour, uncertainty }: Trend, most: number): Verdict {
  if (perHour - uncertainty > most) return "grows";
  return perHour + uncertainty <= most ? "flat" : "cannot tell";
}
