/** What docs/guides/testing.md and the example show runs as it stands there. Other guides compile: test/package.test.ts. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { blocksOf } from "./lib/guides.ts";

/** In the repository, so that `hereabouts/…` is this one; the dot keeps it out of `npm run check`. */
const folder = `.guides-${process.pid}`;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("[SD4] the guide to testing and the example pass under node --test", async () => {
  mkdirSync(folder);
  const files = blocksOf("testing").map(({ code }, i) => {
    const file = `${folder}/${i}.test.ts`;
    writeFileSync(file, code);
    return file;
  });
  const env = { PATH: process.env["PATH"] };
  const tests = ["--test", "--test-force-exit", "--test-concurrency=3", "docs/examples/piece.test.ts", ...files];
  const { stdout } = await promisify(execFile)(process.execPath, tests, { env });
  expect(stdout).toMatch(new RegExp(`pass ${1 + files.length}\\b`));
});

it("[WO7] the example of a game has the rules of its guide, whose server it plays on", () => {
  const rulesIn = (text: string) => /= (defineGame\(\{.*?^ *\}\);)/ms.exec(text)![1]!.replace(/\s+/g, "");
  const guide = blocksOf("write-a-piece").find(({ code }) => code.startsWith("// schema/slide.ts"))!;
  expect(rulesIn(readFileSync("docs/examples/slide.html", "utf8"))).toBe(rulesIn(guide.code));
});
