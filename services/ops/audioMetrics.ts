/** Metrics of audio sessions: how many there are, who hears and watches them, and what was not ready or not taken in time. */
import type { Sessions } from "../sessions/sessions.ts";
import type { Meters } from "./meters.ts";

export function measureAudio(meters: Meters, sessions: Sessions): void {
  const { streams } = sessions;
  const gauge = (name: string, help: string, figure: () => number) =>
    meters.gauge(`audio_${name}`, help, [], (to) => to.set(figure()));
  meters.gauge("audio_sessions", "Audio sessions of this process, by type", ["type"], (to) => {
    for (const { type } of sessions.all) to.inc({ type });
  });
  gauge("rendering", "Streams that someone hears", () => streams.figures.rendering);
  gauge("listeners", "Connections that hear a stream", () => streams.figures.listeners);
  gauge("attached", "Connections that hear or watch a session", () => sessions.attached);
  gauge("tracks", "Tracks that can be played", () => streams.figures.tracks);
  gauge("skipped", "Files that were skipped as they cannot be played", () => streams.figures.skipped);
  meters.counted("audio_late_total", "Frames and fades that were not ready in time", [], (to) =>
    to.inc(streams.figures.late),
  );
  const help = "Listeners that did not keep up: seconds left out of what they got (missed), or sent away (cut)";
  meters.counted("audio_behind_total", help, ["outcome"], (to) => {
    to.inc({ outcome: "missed" }, streams.figures.missed);
    to.inc({ outcome: "cut" }, streams.figures.cut);
  });
}
