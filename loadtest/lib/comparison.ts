/**
 * Two servers compared over rounds in which both ran: middles, spreads, ratios, and the noise, which is how far rounds of
 * the same server lie apart. Rounds that others on the machine disturbed are left out where undisturbed ones remain.
 */
import { type Cell, figure } from "./table.ts";

export type Figures = Readonly<Record<string, number>>;
/** Figures of the first and of the second server, measured one after the other. */
export type Pair = readonly [Figures, Figures];
/** A row: name of the figure, its title, digits behind the point. */
export type Compared = readonly [figure: string, title: string, digits: number];
export type Spread = { median: number; min: number; max: number };

/** CPU of others, in percent of one core, that spoils a round. */
export const disturbedPercent = 40;

/** The rounds to go by: all if there is none without disturbance. */
export function calmRounds<Round extends readonly Figures[]>(rounds: readonly Round[]): readonly Round[] {
  const calm = rounds.filter((round) => round.every((figures) => !((figures["others"] ?? 0) > disturbedPercent)));
  return calm.length > 0 ? calm : rounds;
}

export function compare(pairs: readonly Pair[], names: readonly [string, string], rows: readonly Compared[]): Cell[][] {
  const head = ["", ...names, names.join(" / "), "noise"];
  const body = rows.map(([name, title, digits]): Cell[] => {
    const values = pairs.map(([first, second]) => [first[name] ?? Number.NaN, second[name] ?? Number.NaN] as const);
    const spreads = [spreadOf(values.map(([first]) => first)), spreadOf(values.map(([, second]) => second))];
    const ratio = spreadOf(values.map(([first, second]) => first / second));
    const noise = spreads.map(({ median, min, max }) => `${figure(((max - min) / median) * 100)} %`);
    return [title, ...spreads.map((spread) => shown(spread, digits)), shown(ratio, 2), noise.join(" and ")];
  });
  return [head, ...body];
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

function shown({ median, min, max }: Spread, digits: number): string {
  return `${figure(median, digits)} (${figure(min, digits)}..${figure(max, digits)})`;
}
