/**
 * The README's commands are those that there are, and CI runs the very one it gives. That they work is newcomer.test.ts's;
 * links and code: docs.*.test.ts.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorsPage } from "../docs/print.ts";

const readme = readFileSync("README.md", "utf8");
const commands = [...readme.matchAll(/```sh\n(.*?)\n```/gs)].map(([, command]) => command!);

describe("the README", () => {
  it("gives two commands, and CI runs the second", () => {
    expect(commands).toEqual(["npm ci && npm start", "npm ci && npm test"]);
    expect(readFileSync(".ci/run", "utf8").trim().split("\n").at(-1)).toBe(commands[1]);
  });
});

describe("the docs", () => {
  it("docs/ERRORS.md is what the error table says", () => {
    expect(readFileSync("docs/ERRORS.md", "utf8")).toBe(errorsPage());
  });
});
