/** What lies between two frames of a timeline, for one who goes on in the middle of a segment. */
import { type Run, remux } from "../mp3/remux.ts";
import type { Timeline } from "./timeline.ts";
import type { Prepared } from "./tracks.ts";

/** In a fade the newer track alone. Undefined where a track of it is not at hand. */
export function bridge(
  timeline: Pick<Timeline, "at" | "entries">,
  peek: (track: string) => Prepared | undefined,
  from: number,
  to: number,
): Uint8Array | undefined {
  const runs: Run[] = [];
  for (let at = from; at < to; ) {
    const entry = timeline.at(at);
    const prepared = peek(entry.track);
    if (!prepared) return undefined;
    const until = Math.min(to, timeline.entries.find(({ start }) => start > at)?.start ?? to);
    const inTrack = entry.from - entry.start;
    runs.push({ ...prepared, from: inTrack + at, to: inTrack + until });
    at = until;
  }
  return remux(runs);
}
