/** Single figures out of the text of /metrics. */
import { describe, expect, it } from "vitest";
import { metric, usageOf } from "./prometheus.ts";

const text = `# HELP process_cpu_user_seconds_total Total user CPU time spent in seconds.
# TYPE process_cpu_user_seconds_total counter
process_cpu_user_seconds_total 1.25
process_cpu_system_seconds_total 0.5

process_resident_memory_bytes 73400320
here_frames_total{room="a } b"} 3
here_frames_total{room="c"} 4e2
here_frames_total_other 9
hereabouts_refused_total{code="TOO_FAST"} 2
hereabouts_refused_total{code="BAD_FRAME"} 1
hereabouts_frames_dropped_total 0
`;

describe("[SV5] figures from /metrics", () => {
  it("are found by their whole name and summed over labels", () => {
    expect(metric(text, "here_frames_total")).toBe(403);
    expect(metric(text, "here_frames")).toBeUndefined();
  });

  it("make the usage of a process", () => {
    expect(usageOf(text)).toEqual({ cpuSeconds: 1.75, rssBytes: 73_400_320, refused: 3, dropped: 0 });
    expect(usageOf("nothing of that")).toBeUndefined();
  });

  it("make how late its event loop was, beyond the timer that looks", () => {
    const lag = "nodejs_eventloop_lag_min_seconds 0.0505\nnodejs_eventloop_lag_p99_seconds 0.0625\n";
    expect(usageOf(text + lag)?.lagMs).toBeCloseTo(12);
  });

  it("make the usage of the process that carries datagrams", () => {
    const carrier = `hereabouts_carrier_cpu_seconds_total 0.5
hereabouts_carrier_resident_memory_bytes 1e6
hereabouts_datagrams_dropped_total{reason="tooFast"} 2
hereabouts_datagrams_dropped_total{reason="behind"} 1
`;
    expect(usageOf(text + carrier)?.carrier).toEqual({ cpuSeconds: 0.5, rssBytes: 1e6, dropped: 3 });
  });
});
