/** What a machine holds, as one page of markdown that grows as more is asked. Pure. */
import { describeMachine, type Machine } from "./machine.ts";
import type { Found } from "./search.ts";

export type Figures = Readonly<Record<string, number>>;

export type Held = {
  title: string;
  unit: string;
  limits: string;
  found: Found;
  /** Of the largest that held. */
  figures: Figures;
};

const heading = "| what | holds | within | server CPU, memory | others | why not more |";
const rule = "|---|---|---|---|---|---|";

/** `earlier`: the page as it was. Its other rows are kept, if it is of this machine and these settings. */
export function capacityPage(held: readonly Held[], machine: Machine, settings: string, earlier = ""): string {
  const origin = `${describeMachine(machine)}. By \`npm run capacity${settings}\`.`;
  const kept = earlier.includes(`\n${origin}\n`) ? rowsOf(earlier) : [];
  const isAskedAnew = (row: string) => held.some(({ title }) => row.startsWith(`| ${title} |`));
  const rows = [...kept.filter((row) => !isAskedAnew(row)), ...held.map(rowOf)];
  return `# What this machine holds

${origin}

The server is one process; the load generator shares the machine with it. Found by doubling, then by halving what is left
between: the most that kept its limits, each by itself. Plan for half of it.

${[heading, rule, ...rows].join("\n")}

CPU is in percent of one core, of the largest that held. *Others* is what else ran on the machine meanwhile: a quiet one
holds more. *At least* stands where it was not the server that was the limit.
`;
}

function rowsOf(page: string): string[] {
  return page.split("\n").filter((line) => line.startsWith("| ") && line !== heading);
}

function rowOf({ title, unit, limits, found, figures }: Held): string {
  const cost = `${figureText(figures, "cpu", "%")}, ${figureText(figures, "rss", "MB")}`;
  return `| ${title} | ${sizeOf(found)} ${unit} | ${limits} | ${cost} | ${figureText(figures, "others", "%")} | ${reasonOf(found)} |`;
}

export function sizeOf({ holds, bound }: Found): string {
  if (holds === 0) return "no number of";
  return `${bound === "fails" ? "" : "at least "}${holds.toLocaleString("en")}`;
}

export function reasonOf({ bound, above }: Found): string {
  if (above) return `at ${above.size.toLocaleString("en")}: ${above.why.replaceAll("|", "/")}`;
  return bound === "most" ? "it was not asked for more" : "the time was over, or it was stopped";
}

/** A figure for reading; "-" where it is not known. */
export function figureText(figures: Figures, name: string, unit: string): string {
  const value = figureOf(figures, name);
  return Number.isFinite(value) ? `${Math.round(value)} ${unit}` : "-";
}

/** Of a load of several kinds, that of its worlds. */
export function figureOf(figures: Figures, name: string): number {
  return figures[name] ?? figures[`world.${name}`] ?? Number.NaN;
}
