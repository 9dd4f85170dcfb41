/** What is measured, in the terms of Prometheus. Counts only: no name, address or place of anyone, no id, no slug. */
import { collectDefaultMetrics } from "prom-client";
import type { Admission } from "../admission/admission.ts";
import type { Datagrams } from "../datagram/datagrams.ts";
import type { LifecycleBus } from "../lifecycle.ts";
import type { Presence } from "../presence/presence.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { measureAudio } from "./audioMetrics.ts";
import { measureDatagrams } from "./datagramMetrics.ts";
import type { Meters } from "./meters.ts";
import { type MeasuredProcess, measureProcess } from "./processMetrics.ts";
import { type Carrier, type MeasuredRoom, measureRooms } from "./roomMetrics.ts";
import { measureSessions } from "./sessionMetrics.ts";

export type Metrics = ReturnType<typeof createMetrics>;

/** How often the event loop's lag is sampled, in ms; what is reported includes it. The default of 10 costs five times more. */
const eventLoopMs = 50;

export interface Measured extends MeasuredProcess {
  presence: Presence;
  datagrams: Datagrams;
  sessions: Sessions;
  admission: Pick<Admission, "underWay" | "waiting">;
  bus: LifecycleBus;
  /** Those of this process. */
  rooms: () => Iterable<MeasuredRoom>;
}

export function createMetrics(meters: Meters, measured: Measured) {
  const { registry, counter, counted } = meters;
  const { presence, datagrams, sessions, admission, bus, rooms } = measured;
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopMs });
  measureRooms(meters, presence, rooms);
  measureDatagrams(meters, datagrams);
  measureAudio(meters, sessions);
  measureSessions(meters, bus);
  measureProcess(meters, measured);
  meters.gauge("joins_pending", "Joins that are under way, and those that wait in line", ["state"], (to) => {
    to.set({ state: "begun" }, admission.underWay);
    to.set({ state: "waiting" }, admission.waiting);
  });

  const frames: Record<Carrier, { count: number; bytes: number }> = {
    datagram: { count: 0, bytes: 0 },
    websocket: { count: 0, bytes: 0 },
  };
  const ofFrames = (name: string, help: string, figure: "count" | "bytes") =>
    counted(name, help, ["carrier"], (to) => {
      for (const carrier of ["datagram", "websocket"] as const) to.inc({ carrier }, frames[carrier][figure]);
    });
  ofFrames("frames_total", "Movement frames sent", "count");
  ofFrames("frame_bytes_total", "Bytes of movement frames sent, without transport overhead", "bytes");
  return {
    registry,
    /** Movement frames sent: added to by whoever sends one, as there may be 100,000 a second. */
    frames,
    framesDropped: counter("frames_dropped_total", "Movement frames left out because the client's socket was behind"),
    moves: counter("moves_total", "Moves taken"),
    corrections: counter("corrections_total", "Poses corrected", ["reason"]),
    refused: counter("refused_total", "Messages refused, by code of the error table", ["code"]),
    closed: counter("closed_total", "Connections ended by the server, by code of the error table", ["code"]),
    joins: counter("joins_total", "Joins asked for, by kind and outcome: seat, or a code of the error table", [
      "kind",
      "outcome",
    ]),
    joinSeconds: meters.histogram("join_seconds", "From one's turn to having a seat", ["kind"]),
    responses: counter("http_responses_total", "Answers by HTTP, by status", ["status"]),
    errors: counter("errors_total", "Errors caught where none should be", ["where"]),
  };
}
