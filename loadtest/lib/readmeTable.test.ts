/** The table of the README: ratios with their spread, in its place and nowhere else. */
import { describe, expect, it } from "vitest";
import { thisMachine } from "./machine.ts";
import { readmeTable, withTable } from "./readmeTable.ts";

const round = (cpu: number, bytes: number, age: number) => ({ cpu, bytes, "known.p99": age });

describe("[LT4] the README's table", () => {
  const pairs = [
    [round(10, 100, 50), round(20, 1000, 60)],
    [round(12, 100, 52), round(20, 800, 61)],
    [round(9, 100, 51), round(20, 900, 62)],
  ] as const;
  const table = readmeTable([{ title: "plain Colyseus", pairs }], 100, thisMachine(), new Date(0));

  it("has ratios with their spread, and the machine", () => {
    expect(table).toContain("| plain Colyseus | 0.5 (0.45..0.6) | 0.11 (0.1..0.13) | 51 and 61 |");
    expect(table).toContain("middle of 3 rounds");
    expect(table).toContain(`Node ${process.version}, 1970-01-01.`);
  });

  it("replaces what is between the markers, and only that", () => {
    const readme = "# Top\n<!-- bench: written by npm run bench -- readme -->\nold\n<!-- /bench -->\nrest\n";
    const once = withTable(readme, table);
    expect(once).not.toContain("old");
    expect(once.startsWith("# Top\n")).toBe(true);
    expect(once.endsWith("<!-- /bench -->\nrest\n")).toBe(true);
    expect(withTable(once, table)).toBe(once);
    expect(() => withTable("# Top\n", table)).toThrow("no place for the table");
  });
});
