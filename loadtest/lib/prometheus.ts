/** Reads single figures from a server's /metrics, in Prometheus's text format. */

/** What a server has used and done since its start, and its memory now. `refused` and `dropped` only where it counts. */
export type Usage = {
  cpuSeconds: number;
  rssBytes: number;
  /** How late the event loop was since it was asked before, p99. */
  lagMs?: number | undefined;
  /** Messages refused, whether or not their senders were told: those who are refused a lot are not told each time. */
  refused?: number | undefined;
  /** Frames left out because a client's socket was behind. */
  dropped?: number | undefined;
  /** Frames and crossfades of audio sessions that were not ready in time. */
  late?: number | undefined;
  /** Of the process that carries datagrams, and datagrams that were dropped, for whatever reason. */
  carrier?: { cpuSeconds: number; rssBytes: number; dropped: number } | undefined;
};

/** The sum of a metric over all its labels; undefined if the text has none of that name. */
export function metric(text: string, name: string): number | undefined {
  let sum: number | undefined;
  for (const line of text.split("\n")) {
    if (!line.startsWith(name)) continue;
    const match = /^(?:\{.*\})?\s+(\S+)/.exec(line.slice(name.length));
    if (match) sum = (sum ?? 0) + Number(match[1]);
  }
  return sum;
}

/** Usage of the process behind /metrics; undefined if the text does not tell. */
export function usageOf(text: string): Usage | undefined {
  const user = metric(text, "process_cpu_user_seconds_total");
  const system = metric(text, "process_cpu_system_seconds_total");
  const rssBytes = metric(text, "process_resident_memory_bytes");
  if (user === undefined || system === undefined || rssBytes === undefined) return undefined;
  const refused = metric(text, "hereabouts_refused_total");
  const dropped = metric(text, "hereabouts_frames_dropped_total");
  const late = metric(text, "hereabouts_audio_late_total");
  return { cpuSeconds: user + system, rssBytes, lagMs: lagOf(text), refused, dropped, late, carrier: carrierOf(text) };
}

/** What is measured is the time between two looks of a timer, of which the shortest is taken not to be late. */
function lagOf(text: string): number | undefined {
  const [p99, least] = ["p99", "min"].map((of) => metric(text, `nodejs_eventloop_lag_${of}_seconds`));
  // without a look since then it tells of none
  return p99 === undefined || least === undefined || p99 < least ? undefined : (p99 - least) * 1000;
}

function carrierOf(text: string): Usage["carrier"] {
  const cpuSeconds = metric(text, "hereabouts_carrier_cpu_seconds_total");
  const rssBytes = metric(text, "hereabouts_carrier_resident_memory_bytes") ?? 0;
  const dropped = metric(text, "hereabouts_datagrams_dropped_total") ?? 0;
  return cpuSeconds === undefined ? undefined : { cpuSeconds, rssBytes, dropped };
}
