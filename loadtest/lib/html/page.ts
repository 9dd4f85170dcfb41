/**
 * The report of a load test as one HTML file that opens without a network: verdict, figures, plots over time, settings and
 * machine. Pure: from what was measured to a text.
 */
import type { Machine } from "../machine.ts";
import { describeOptions, flag, type Options, shown } from "../options.ts";
import type { Sample } from "../sample.ts";
import type { Report } from "../scenario.ts";
import type { Cell } from "../table.ts";
import { escapeHtml } from "./escapeHtml.ts";
import { barPlot, linePlot } from "./plot.ts";
import { plotsOf } from "./plots.ts";
import { style } from "./style.ts";

export type Page = {
  scenario: string;
  summary: string;
  /** What the times over time are of. */
  times: string;
  at: Date;
  report: Report;
  failures: readonly string[];
  samples: readonly Sample[];
  machine: Machine;
  spec: Options;
  options: Readonly<Record<string, unknown>>;
};

export function htmlOf(page: Page): string {
  const { scenario, summary, at, report, samples } = page;
  const time = `${at.toISOString().replace("T", " ").slice(0, 19)} UTC`;
  const from = samples.find(({ isMeasured }) => isMeasured)?.at;
  const plots = plotsOf(samples, page.times).map(({ title, lines }) =>
    linePlot(
      title,
      samples.map((sample) => sample.at),
      lines,
      from,
    ),
  );
  const bars = Object.entries(report.histograms).flatMap(([title, histogram]) =>
    histogram.total > 0 ? [barPlot(`${title}: how often, by ms`, histogram)] : [],
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Load test: ${escapeHtml(scenario)}, ${time}</title>
<style>${style}</style>
</head>
<body>
<header><h1>Load test: ${escapeHtml(scenario)}</h1><p>${time}: ${escapeHtml(summary)}.</p></header>
${verdictOf(page)}
<section><h2>Figures</h2>${report.tables.map(tableOf).join("")}</section>
<section><h2>Over time</h2><div class="plots">${plots.join("") || "<p>It ended before there was a second to show.</p>"}</div></section>
${bars.length ? `<section><h2>Spread</h2><div class="plots">${bars.join("")}</div></section>` : ""}
<section><h2>Settings</h2>${settingsOf(page)}</section>
<section><h2>Machine</h2>${tableOf(machineRows(page.machine))}</section>
<details><summary>All figures, by the names that --expect takes</summary>${tableOf(figureRows(report.figures))}</details>
</body>
</html>
`;
}

function verdictOf({ report, failures }: Page): string {
  const { limit, interrupted } = report;
  const lines = [
    ...failures.map((failure) => `Failed: ${failure}.`),
    ...(limit ? [`${limit}: these figures are the load generator's own, not the server's. Use fewer people.`] : []),
    ...(interrupted ? ["Stopped early: this is the report so far."] : []),
  ];
  const [kind, word] = limit
    ? ["doubt", "The load generator was the limit"]
    : failures.length
      ? ["bad", "Failed"]
      : interrupted
        ? ["doubt", "Stopped early"]
        : ["good", "All well"];
  const list = lines.length ? `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>` : "";
  return `<section class="verdict ${kind}"><strong>${word}</strong>${list}</section>`;
}

function settingsOf({ spec, options }: Page): string {
  const units = describeOptions(spec);
  const rows = Object.keys(spec).map((name, i): Cell[] => {
    const [, unit = "", fallback = "", meaning = ""] = units[i]!;
    const value = shown(options[name]);
    return [flag(name), value === fallback || value === "-" ? value : `${value} (default ${fallback})`, unit, meaning];
  });
  return tableOf([["option", "value", "unit", "meaning"], ...rows]);
}

function machineRows({ cores, cpu, memoryGb, system, node }: Machine): Cell[][] {
  return [
    ["processor", `${cores} cores, ${cpu}`],
    ["memory", `${memoryGb} GB`],
    ["system", system],
    ["Node", node],
  ];
}

function figureRows(figures: Readonly<Record<string, number>>): Cell[][] {
  return Object.entries(figures).map(([name, value]) => [name, Number.isFinite(value) ? value : "-"]);
}

/** The first row is a heading if it has three cells or more. */
function tableOf(rows: readonly (readonly Cell[])[]): string {
  const hasHead = (rows[0]?.length ?? 0) > 2;
  const lines = rows.map((row, i) => {
    const tag = hasHead && i === 0 ? "th" : "td";
    const cells = row.map(
      (cell) => `<${tag}${typeof cell === "number" ? ' class="n"' : ""}>${escapeHtml(cell)}</${tag}>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="wide"><table>${lines.join("")}</table></div>`;
}
