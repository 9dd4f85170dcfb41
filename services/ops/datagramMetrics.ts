/** Metrics of datagrams: who is on them, how well they arrive, and what carries them. */
import type { Counter } from "prom-client";
import type { ChannelStats } from "../../schema/channel.ts";
import type { CarrierStats } from "../datagram/carrier/carrier.ts";
import type { Datagrams } from "../datagram/datagrams.ts";
import type { Meters } from "./meters.ts";

export function measureDatagrams(meters: Meters, datagrams: Datagrams): void {
  const { gauge } = meters;
  const ofChannels = (name: string, help: string, figure: (stats: ChannelStats) => number | undefined) =>
    gauge(name, `${help}; of channels in use`, ["quantile"], (to) => {
      const figures = datagrams.stats().flatMap((stats) => (stats.carrier === "datagram" ? (figure(stats) ?? []) : []));
      figures.sort((a, b) => a - b);
      for (const quantile of [0.5, 0.95]) {
        const value = figures[Math.ceil(figures.length * quantile) - 1];
        if (value !== undefined) to.set({ quantile: String(quantile) }, value);
      }
    });

  gauge("channels", "Datagram channels by state and by why they are in it", ["state", "reason"], (to) => {
    for (const { state, reason } of datagrams.stats()) to.inc({ state, reason });
  });
  ofChannels("channel_round_trip_seconds", "Round trip of datagrams", ({ roundTripMs: ms }) => ms && ms / 1000);
  ofChannels("channel_jitter_seconds", "Mean deviation of that round trip", ({ jitterMs }) => jitterMs / 1000);
  ofChannels("channel_loss_ratio", "Share of the datagrams sent that got lost", ({ loss }) => loss);
  ofChannels(
    "channel_loss_receiving_ratio",
    "Share of clients' datagrams that got lost",
    (stats) => stats.lossReceiving,
  );

  /** What the carrier has counted since the start. */
  const counter = <L extends string>(name: string, help: string, labelNames: L[], collect: Collect<L>) =>
    meters.counted(`${name}_total`, help, labelNames, (to) => {
      const stats = datagrams.carrier?.stats();
      if (stats) collect(to, stats);
    });
  counter("datagrams", "Datagrams taken and sent", ["direction"], (to, { datagramsIn, datagramsOut }) => {
    to.inc({ direction: "in" }, datagramsIn);
    to.inc({ direction: "out" }, datagramsOut);
  });
  counter("datagrams_dropped", "Datagrams dropped, by reason", ["reason"], (to, { dropped }) => {
    for (const [reason, count] of Object.entries(dropped)) to.inc({ reason }, count);
    to.inc({ reason: "malformed" }, datagrams.malformed);
  });
  counter("carrier_restarts", "Restarts of the carrier's process", [], (to, { restarts }) => to.inc(restarts));
  counter("carrier_cpu_seconds", "CPU time of the carrier's process", [], (to, stats) => to.inc(stats.cpuSeconds));
  gauge("carrier_up", "1 while the carrier's process carries datagrams", [], (to) =>
    to.set(datagrams.carrier?.state === "up" ? 1 : 0),
  );
  gauge("carrier_resident_memory_bytes", "Memory of the carrier's process", [], (to) =>
    to.set(datagrams.carrier?.stats().rssBytes ?? 0),
  );
}

type Collect<L extends string> = (to: Counter<L>, stats: CarrierStats) => void;
