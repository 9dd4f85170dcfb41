/** The inks of the sheet, by day and by night: a colour travels as its number. */
import { colorCount, type Stroke, strokePrefix, widths } from "../../schema/paint.ts";
import type { Scheme } from "../shared/palette.ts";

export const inks = ["ink", "red", "orange", "yellow", "green", "blue", "violet"] as const;

const byDay = ["#233a3c", "#c9312c", "#d97b12", "#d8b400", "#3f8a43", "#2b6cb0", "#7a4fb3"] as const;
const byNight = ["#eef1e6", "#ff7a70", "#ffab52", "#ffe066", "#85d488", "#7cb9f5", "#c4a1f2"] as const;

export const inkOf = (color: number, scheme: Scheme): string => (scheme === "dark" ? byNight : byDay)[color]!;

/** A stroke as the page draws it; undefined for a prop that is none, whoever set it. */
export function strokeOf(key: string, value: unknown): Stroke | undefined {
  if (!key.startsWith(strokePrefix)) return undefined;
  return lineOf(value);
}

/** Whatever anyone sends as part of a line. */
export function lineOf(value: unknown): Stroke | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { c, w, p } = value as Partial<Stroke>;
  const isInk = Number.isInteger(c) && c! >= 0 && c! < colorCount;
  const isWidth = (widths as readonly unknown[]).includes(w);
  const isLine = Array.isArray(p) && p.length >= 2 && p.length % 2 === 0 && p.every(Number.isFinite);
  return isInk && isWidth && isLine ? { c: c!, w: w!, p } : undefined;
}
