/** Metrics of audio sessions: how many there are, who hears and watches them, and what was not ready in time. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { Sessions } from "../sessions/sessions.ts";

export function measureAudio(registry: Registry, sessions: Sessions): void {
  const { streams } = sessions;
  const gauge = (name: string, help: string, figure: () => number) =>
    new Gauge({
      name: `hereabouts_audio_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(figure());
      },
    });
  new Gauge({
    name: "hereabouts_audio_sessions",
    help: "Audio sessions, by type",
    labelNames: ["type"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { type } of sessions.all) this.inc({ type });
    },
  });
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: `hereabouts_audio_${name}_total`, help, labelNames, registers: [registry] });
  const created = counter("sessions_created", "Audio sessions made", ["type"]);
  const removed = counter("sessions_removed", "Audio sessions ended, by why", ["reason"]);
  sessions.bus.on("session.created", ({ session }) => created.inc({ type: session.type }));
  sessions.bus.on("session.removed", ({ reason }) => removed.inc({ reason }));
  gauge("rendering", "Streams that someone hears", () => streams.figures.rendering);
  gauge("listeners", "Connections that hear a stream", () => streams.figures.listeners);
  gauge("attached", "Connections that hear or watch a session", () => sessions.attached);
  gauge("late", "Frames and fades that were not ready in time, since the start", () => streams.figures.late);
  gauge("tracks", "Tracks that can be played", () => streams.figures.tracks);
  gauge("skipped", "Files that were skipped as they cannot be played", () => streams.figures.skipped);
}
