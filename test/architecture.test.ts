/** What maintainers read names files and scripts that there are: a page that leads astray is worse than none. */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };

const exclude = (name: string) => /^(node_modules|dist|data)$/.test(name);
const paths = globSync("**/*", { exclude: (name) => exclude(String(name)) });

/** Whole paths, patterns, and the ends of paths where the sentence before has named the folder. */
function isThere(name: string): boolean {
  const path = name.replace(/\/$/, "");
  if (path.includes("*")) return globSync(`**/${path}`, { exclude: (name) => exclude(String(name)) }).length > 0;
  return paths.some((one) => one === path || one.endsWith(`/${path}`));
}

describe.each(["docs/architecture.md", "CONTRIBUTING.md", "SECURITY.md"])("%s", (page) => {
  const text = readFileSync(page, "utf8");
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words!);

  it("names files and folders that there are", () => {
    const named = code.filter((words) => /^[\w./*-]+(\.ts|\.md|\.json|\/)$/.test(words));
    const made = /^(data|dist)\//; // by a server that has run, or by a build
    expect(named.filter((name) => !made.test(name) && !isThere(name))).toEqual([]);
  });

  it("names scripts and tests that there are", () => {
    const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(scripts.filter((name) => !(name in packageJson.scripts))).toEqual([]);
    const runs = [...text.matchAll(/npx vitest run (.+)$/gm)].flatMap(([, args]) =>
      args!.replace(/`.*/, "").split(" "),
    );
    expect(runs.filter((path) => path !== "PATH" && !isThere(path))).toEqual([]);
  });
});
