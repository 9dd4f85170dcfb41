/** Says how far a scan of the music is: seldom, as a large folder takes hours at its first start. */

import type { Progress } from "../audio/library/library.ts";
import type { Log } from "./log.ts";

const everyMs = 10_000;

export interface ScanLog {
  onProgress(progress: Progress): void;
  /** All is looked at. */
  onScanned(progress: Progress): void;
}

/** `now`: milliseconds that only grow. */
export function createScanLog(log: Pick<Log, "info">, now: () => number): ScanLog {
  const from = now();
  let nextAt = from + everyMs;
  const fieldsOf = ({ done, cached, skipped }: Progress) => ({
    files: done,
    cached,
    skipped,
    seconds: Math.round((now() - from) / 1000),
  });
  return {
    onProgress(progress) {
      if (now() < nextAt) return;
      nextAt = now() + everyMs;
      log.info({ ...fieldsOf(progress), file: progress.current }, "music is being scanned: what is done is played");
    },
    onScanned: (progress) => log.info(fieldsOf(progress), "music is scanned"),
  };
}
