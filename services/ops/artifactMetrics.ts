/** What is kept of sessions, in bytes, and what could not be. */
import type { Meter } from "../artifacts/meter.ts";
import type { Meters } from "./meters.ts";

export function measureArtifacts(meters: Meters): Meter {
  const bytes = meters.counter("artifact_bytes_total", "Bytes kept of sessions, by what they are", ["what"]);
  const help = "Lines and pieces of recordings that were not kept, by what";
  const dropped = meters.counter("artifact_dropped_total", help, ["what"]);
  return {
    kept: (what, count) => bytes.inc({ what }, count),
    dropped: (what, count) => dropped.inc({ what }, count),
  };
}
