/** What a page has to load to be here, and to play a game. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

/** A module and all that it imports, and they. */
function loadedBy(path: string, known = new Set<string>()): Set<string> {
  if (known.has(path)) return known;
  known.add(path);
  const code = readFileSync(path, "utf8");
  for (const [, imported] of code.matchAll(/(?:from|import|import\()["'`](\.[^"'`]+)["'`]/g)) {
    loadedBy(join(dirname(path), imported!), known);
  }
  return known;
}

const sizeOf = (paths: Iterable<string>) =>
  [...paths].reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);

const [sdk, games] = [loadedBy("web/dist/client.js"), loadedBy("web/dist/predict.js")];

it("[SD1] all that a page of /client.js loads has less than 80 kB, gzipped", () => {
  expect(sizeOf(sdk)).toBeLessThan(80_000);
});

it("[SD1] /predict.js adds less than 16 kB to it, and no second copy of what is in it", () => {
  const added = [...games].filter((path) => !sdk.has(path));
  expect(sizeOf(added)).toBeLessThan(16_000);
  expect(added).toEqual(["web/dist/predict.js"]);
  const withRegistry = [...sdk, ...games].filter((path) => readFileSync(path, "utf8").includes("COLLECTION_KIND"));
  expect(new Set(withRegistry).size).toBe(1);
});
