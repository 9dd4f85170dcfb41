/** The sheet of the piece `paint`, as its server side and its page know it. */

/** Strokes are given in whole units of it. */
export const sheet = { width: 1600, height: 1000 } as const;
/** Widths of a stroke, in units. */
export const widths = [3, 8, 20] as const;
/** Colours are numbers: each page prints them in its own inks, by day and by night. */
export const colorCount = 7;
/** A longer line is several strokes. */
export const maxPoints = 200;
export const strokePrefix = "stroke-";

/** `p`: x and y of each point, one after the other. */
export type Stroke = { c: number; w: number; p: number[] };
