/** What a page has to load to be here. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

it("[SD1] the SDK as one module has less than 80 kB, gzipped", () => {
  expect(gzipSync(readFileSync("web/dist/client.js")).length).toBeLessThan(80_000);
});
