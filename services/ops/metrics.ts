/** What is measured, in the terms of Prometheus. Counts only: no name, address or place of anyone. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Datagrams } from "../datagram/datagrams.ts";
import type { Presence } from "../presence/presence.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { measureAudio } from "./audioMetrics.ts";
import { measureDatagrams } from "./datagramMetrics.ts";

export type Metrics = ReturnType<typeof createMetrics>;

/** How often the event loop's lag is sampled, in ms; what is reported includes it. The default of 10 costs five times more. */
const eventLoopMs = 50;

export function createMetrics(presence: Presence, datagrams: Datagrams, sessions: Sessions) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopMs });
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `hereabouts_${name}`, help, labelNames, registers: [registry] });

  new Gauge({
    name: "hereabouts_people",
    help: "People by kind of room; a person in two rooms of a kind counts in each",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const room of presence.rooms()) this.inc({ kind: kindOf(room) }, presence.counts(room).people);
    },
  });
  new Gauge({
    name: "hereabouts_connections",
    help: "Seats held, by kind of room",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const room of presence.rooms()) this.inc({ kind: kindOf(room) }, presence.counts(room).connections);
    },
  });
  measureDatagrams(registry, datagrams);
  measureAudio(registry, sessions);
  return {
    registry,
    frames: counter("frames_total", "Movement frames sent"),
    frameBytes: counter("frame_bytes_total", "Bytes of movement frames sent, without transport overhead"),
    framesDropped: counter("frames_dropped_total", "Movement frames left out because the client's socket was behind"),
    moves: counter("moves_total", "Moves taken"),
    corrections: counter("corrections_total", "Poses corrected", ["reason"]),
    refused: counter("refused_total", "Messages refused, by code of the error table", ["code"]),
    closed: counter("closed_total", "Connections ended by the server, by code of the error table", ["code"]),
    errors: counter("errors_total", "Errors caught where none should be", ["where"]),
  };
}

function kindOf(room: string): string {
  return room.slice(0, room.indexOf(":"));
}
