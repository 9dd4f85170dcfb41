/** The report of a soak, from what the server held at each look: what grows, by how much an hour, and how sure that is. */
import type { Report } from "./scenario.ts";
import { type Cell, figure } from "./table.ts";
import { type Point, type Trend, trendOf, type Verdict, verdictOf } from "./trend.ts";

/** What a server held, `hours` after the load began. Figures by name; those that are not known are left out. */
export type Holding = { hours: number; figures: Record<string, number> };

/** What may grow in an hour, and where that is counted from. Counts wander with the people who come and go: one is noise. */
const heapMost = { heap: 1, external: 1 } as const;
const countMost = 2;
/** Only told: code is a part of the heap, and the C library keeps pages that it may use again. */
const told = new Set(["code", "rss"]);

export const soakFigures: readonly string[] = [
  "hours",
  "looks",
  "heap.perhour",
  "external.perhour",
  "growing",
  "unsure",
  "cut",
];

type Row = { name: string; first: number; last: number; trend: Trend; verdict: Verdict | "told" };

/** `fromHours`: what came before is how caches fill. */
export function trendsOf(holdings: readonly Holding[], fromHours: number): Row[] {
  const settled = holdings.filter(({ hours }) => hours >= fromHours);
  const names = new Set(settled.flatMap(({ figures }) => Object.keys(figures)));
  return [...names].map((name) => {
    // a kind of handle that there was none of is not in the list
    const points = settled.map(({ hours, figures }): Point => ({ hours, value: figures[name] ?? 0 }));
    const trend = trendOf(points);
    const most = name in heapMost ? heapMost[name as keyof typeof heapMost] : countMost;
    const verdict = told.has(name) ? "told" : verdictOf(trend, most);
    return { name, first: points[0]!.value, last: points.at(-1)!.value, trend, verdict };
  });
}

/** `load`: of the last stretch, after as many as were `cut` short by the load generator. */
export type Soaked = { load: Report; cut: number; holdings: readonly Holding[] };

export function soakReport({ load, cut, holdings }: Soaked, fromHours: number): Report {
  const rows = trendsOf(holdings, fromHours);
  const growing = rows.filter(({ verdict }) => verdict === "grows");
  const unsure = rows.filter(({ verdict }) => verdict === "cannot tell");
  const perHour = (name: string) => rows.find((row) => row.name === name)?.trend.perHour ?? Number.NaN;
  const figures: Record<string, number> = {
    ...load.figures,
    hours: holdings.at(-1)?.hours ?? 0,
    looks: holdings.length,
    "heap.perhour": perHour("heap"),
    "external.perhour": perHour("external"),
    growing: growing.length,
    unsure: unsure.length,
    cut,
  };
  const failures = growing.map(
    ({ name, trend }) =>
      `${name} grows by ${figure(trend.perHour, 2)} an hour (give or take ${figure(trend.uncertainty, 2)})`,
  );
  if (rows.length === 0) failures.push("it was too short to tell anything: three looks after the first minutes");
  return {
    ...load,
    figures,
    tables: [tableOf(rows, fromHours), ...(cut > 0 ? [cutTable(cut)] : []), ...load.tables],
    failures: [...load.failures, ...failures],
    detail: { ...load.detail, figures, holdings, trends: rows },
  };
}

function cutTable(cut: number): Cell[][] {
  const times = cut === 1 ? "once" : `${cut} times`;
  return [[`A process of the load generator ended ${times}: what follows is of those who came after.`]];
}

function tableOf(rows: readonly Row[], fromHours: number): Cell[][] {
  const head = [
    "held (MB, or how many)",
    `after ${figure(fromHours * 60, 1)} min`,
    "at the end",
    "an hour",
    "give or take",
    "",
  ];
  return [
    head,
    ...rows.map(({ name, first, last, trend, verdict }): Cell[] => [
      name,
      figure(first, 2),
      figure(last, 2),
      figure(trend.perHour, 2),
      figure(trend.uncertainty, 2),
      verdict === "cannot tell" ? "cannot tell: run it longer" : verdict,
    ]),
  ];
}
