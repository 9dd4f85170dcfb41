/** Plots as inline SVG: lines over time, and bars of a histogram. Colours are the page's, by class. Text in them is escaped. */
import type { Histogram } from "../histogram.ts";
import { binsOf } from "./bins.ts";
import { escapeHtml } from "./escapeHtml.ts";
import { short, ticksOf } from "./scale.ts";

export type Line = { label: string; values: readonly number[] };

const width = 420;
const height = 190;
const left = 44;
const right = 8;
const top = 18;
const bottom = 22;
const innerWidth = width - left - right;
const innerHeight = height - top - bottom;

/** Lines over `at`, in s. A value that is not known leaves a gap. `from`: where measuring began. */
export function linePlot(
  title: string,
  at: readonly number[],
  lines: readonly Line[],
  from: number | undefined,
): string {
  const known = lines.flatMap(({ values }) => values.filter(Number.isFinite));
  const ticks = ticksOf(Math.max(0, ...known));
  const end = at.at(-1) || 1;
  const x = (s: number) => left + (s / end) * innerWidth;
  const y = (value: number) => top + innerHeight * (1 - value / ticks.at(-1)!);
  const mark =
    from === undefined
      ? ""
      : `<path class="mark" d="M${fixed(x(from))} ${top}V${top + innerHeight}"/><text class="note" x="${fixed(x(from) + 3)}" y="${top - 5}">measured</text>`;
  const paths = lines.map(({ values }, i) => `<path class="line s${i}" d="${pathOf(at.map(x), values.map(y))}"/>`);
  const labels = timeLabels(end).map((s) => `<text x="${fixed(x(s))}" y="${height - 6}">${s} s</text>`);
  const legend = lines.map(({ label }, i) => `<span class="s${i}">${escapeHtml(label)}</span>`).join(" ");
  return figure(title, legend, `${grid(ticks, y)}${mark}${paths.join("")}<g class="below">${labels.join("")}</g>`);
}

/** How often each time came; the share beyond the last bar is told in words. */
export function barPlot(title: string, histogram: Histogram): string {
  const { bins, width: binMs, beyond } = binsOf(histogram);
  const ticks = ticksOf(Math.max(...bins));
  const y = (value: number) => top + innerHeight * (1 - value / ticks.at(-1)!);
  const barWidth = innerWidth / bins.length;
  const bars = bins.map((count, i) => {
    const range = `${short(i * binMs)} to ${short((i + 1) * binMs)} ms: ${count}`;
    return `<path class="bar" d="M${fixed(left + i * barWidth)} ${top + innerHeight}V${fixed(y(count))}h${fixed(barWidth - 1)}V${top + innerHeight}z"><title>${range}</title></path>`;
  });
  const every = Math.ceil(bins.length / 5);
  const labels = bins.flatMap((_, i) =>
    i % every ? [] : [`<text x="${fixed(left + i * barWidth)}" y="${height - 6}">${short(i * binMs)}</text>`],
  );
  const note = beyond > 0 ? `${beyond} later, up to ${short(histogram.max)} ms` : "ms";
  return figure(title, escapeHtml(note), `${grid(ticks, y)}${bars.join("")}<g class="below">${labels.join("")}</g>`);
}

function figure(title: string, legend: string, drawing: string): string {
  return (
    `<figure><figcaption>${escapeHtml(title)}<span class="legend">${legend}</span></figcaption>` +
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${drawing}</svg></figure>`
  );
}

function grid(ticks: readonly number[], y: (value: number) => number): string {
  return ticks
    .map((tick) => {
      const at = fixed(y(tick));
      return `<path class="grid" d="M${left} ${at}H${width - right}"/><text class="beside" x="${left - 5}" y="${at}">${short(tick)}</text>`;
    })
    .join("");
}

function pathOf(x: readonly number[], y: readonly number[]): string {
  let path = "";
  let isDrawing = false;
  y.forEach((at, i) => {
    if (Number.isFinite(at)) path += `${isDrawing ? "L" : "M"}${fixed(x[i]!)} ${fixed(at)}${isDrawing ? "" : "h.01"}`;
    isDrawing = Number.isFinite(at);
  });
  return path;
}

function timeLabels(end: number): number[] {
  return ticksOf(end).filter((s) => s <= end);
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}
