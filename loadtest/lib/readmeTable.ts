/** Ratios of several comparisons as the table that the README shows between its two markers. Pure. */
import { type Figures, type Pair, spreadOf } from "./comparison.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { figure } from "./table.ts";
import { UsageError } from "./usage.ts";

export type Comparison = { title: string; pairs: readonly Pair[] };

const start = "<!-- bench: written by npm run bench -- readme -->";
const end = "<!-- /bench -->";

/** Ratios are those of hereabouts to the other in the same round: below 1, hereabouts needs less. */
export function readmeTable(comparisons: readonly Comparison[], people: number, machine: Machine, at: Date): string {
  const rows = comparisons.map(({ title, pairs }) => {
    const ratio = (name: string) =>
      ratioOf(pairs, ([ours, other]) => (ours[name] ?? Number.NaN) / (other[name] ?? Number.NaN));
    const age = (which: 0 | 1) =>
      figure(spreadOf(pairs.map((pair) => pair[which]["known.p99"] ?? Number.NaN)).median, 1);
    return `| ${title} | ${ratio("cpu")} | ${ratio("bytes")} | ${age(0)} and ${age(1)} |`;
  });
  const rounds = Math.min(...comparisons.map(({ pairs }) => pairs.length));
  return [
    `${people} people in one world, 20 moves and frames a second each. Ratios: hereabouts to the other, middle of ${rounds} rounds or more (least..most).`,
    "",
    "| beside | server CPU | bytes down | newest known pose, p99 in ms |",
    "|---|---|---|---|",
    ...rows,
    "",
    `On ${describeMachine(machine)}, ${at.toISOString().slice(0, 10)}.`,
  ].join("\n");
}

function ratioOf(pairs: readonly Pair[], of: (pair: readonly [Figures, Figures]) => number): string {
  const { median, min, max } = spreadOf(pairs.map(of));
  return `${figure(median, 2)} (${figure(min, 2)}..${figure(max, 2)})`;
}

/** The README with another table between its markers. Throws a UsageError if it has none. */
export function withTable(readme: string, table: string): string {
  const [from, to] = [readme.indexOf(start), readme.indexOf(end)];
  if (from < 0 || to < from)
    throw new UsageError(`README.md has no place for the table: write ${start} and ${end} there.`);
  return `${readme.slice(0, from)}${start}\n${table}\n${readme.slice(to)}`;
}
