/** Thresholds for a report's figures: `p99<100,bytes<11000,stale=0`. */
import { UsageError } from "./usage.ts";

const operators = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
  "=": (a: number, b: number) => a === b,
} as const;

export type Expectation = { figure: string; operator: keyof typeof operators; limit: number };

/** Throws a UsageError. `figures` are the names that a report will have. */
export function parseExpectations(text: string, figures: readonly string[]): Expectation[] {
  if (text.trim() === "") return [];
  return text.split(",").map((part) => {
    const match = /^\s*([\w.]+)\s*(<=|>=|<|>|=)\s*(-?[\d.]+)\s*$/.exec(part);
    const [, figure, operator, limit] = match ?? [];
    if (!figure || !operator || !Number.isFinite(Number(limit))) {
      throw new UsageError(`--expect "${part.trim()}": write name<number, for example p99<100.`);
    }
    if (!figures.includes(figure)) {
      throw new UsageError(`--expect "${part.trim()}": no figure ${figure}. There are: ${figures.join(" ")}`);
    }
    return { figure, operator: operator as Expectation["operator"], limit: Number(limit) };
  });
}

/** One line for each expectation that was not met. A figure that is not known meets nothing. */
export function unmet(expectations: readonly Expectation[], figures: Readonly<Record<string, number>>): string[] {
  return expectations
    .filter(({ figure, operator, limit }) => !operators[operator](figures[figure] ?? Number.NaN, limit))
    .map(({ figure, operator, limit }) => `expected ${figure}${operator}${limit}, got ${figures[figure] ?? "nothing"}`);
}
