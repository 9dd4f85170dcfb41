/** Text tables for reports: columns as wide as they need, numbers to the right. */

export type Cell = string | number;

/** Rows of cells as lines; the first row may be a heading. Numbers are written as they are: round before. */
export function formatTable(rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(String));
  const columns = Math.max(0, ...texts.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...texts.map((row) => row[i]?.length ?? 0)));
  const isNumeric = widths.map((_, i) => rows.some((row) => typeof row[i] === "number"));
  return texts
    .map((row) => row.map((text, i) => (isNumeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))))
    .map((row) => row.join("  ").trimEnd())
    .join("\n");
}

/** Rounded to `digits` behind the point; "-" for what is not known. */
export function figure(value: number | undefined, digits = 0): Cell {
  if (value === undefined || !Number.isFinite(value)) return "-";
  return Number(value.toFixed(digits));
}
