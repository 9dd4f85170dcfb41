/** How a scan of the music is told. */
import { expect, it } from "vitest";
import { createScanLog } from "./scanLog.ts";

it("[AU7] says how far it is every ten seconds, and what came of it", () => {
  const lines: object[] = [];
  let now = 500;
  const scanLog = createScanLog({ info: (fields: object) => lines.push(fields) } as never, () => now);
  const progress = { found: 9, done: 0, cached: 2, skipped: 1, current: "a.mp3" };
  for (const at of [1000, 9000, 10_600, 11_000, 20_500, 20_700]) {
    now = at;
    scanLog.onProgress({ ...progress, done: ++progress.done });
  }
  scanLog.onScanned(progress);
  expect(lines).toEqual([
    { files: 3, cached: 2, skipped: 1, seconds: 10, file: "a.mp3" },
    { files: 6, cached: 2, skipped: 1, seconds: 20, file: "a.mp3" },
    { files: 6, cached: 2, skipped: 1, seconds: 20 },
  ]);
});
