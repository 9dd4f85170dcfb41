/** Metrics of datagrams: who is on them, how well they arrive, and what carries them. */
import { Gauge, type Registry } from "prom-client";
import type { ChannelStats } from "../../schema/channel.ts";
import type { Datagrams } from "../datagram/datagrams.ts";

export function measureDatagrams(registry: Registry, datagrams: Datagrams): void {
  const gauge = <L extends string>(name: string, help: string, labelNames: L[], collect: (gauge: Gauge<L>) => void) =>
    new Gauge({
      name: `hereabouts_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        collect(this as unknown as Gauge<L>);
      },
    });
  const ofChannels = (name: string, help: string, figure: (stats: ChannelStats) => number | undefined) =>
    gauge(name, `${help}; of channels in use`, ["quantile"], (to) => {
      const figures = datagrams.stats().flatMap((stats) => (stats.carrier === "datagram" ? (figure(stats) ?? []) : []));
      figures.sort((a, b) => a - b);
      for (const quantile of [0.5, 0.95]) {
        const value = figures[Math.floor(figures.length * quantile)];
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

  const ofCarrier = (name: string, help: string, labelNames: ("direction" | "reason")[], collect: Collect) =>
    gauge(name, help, labelNames, (to) => {
      const stats = datagrams.carrier?.stats();
      if (stats) collect(to, stats);
    });
  ofCarrier("datagrams", "Datagrams since the start", ["direction"], (to, { datagramsIn, datagramsOut }) => {
    to.set({ direction: "in" }, datagramsIn);
    to.set({ direction: "out" }, datagramsOut);
  });
  ofCarrier("datagrams_dropped", "Datagrams dropped since the start, by reason", ["reason"], (to, { dropped }) => {
    for (const [reason, count] of Object.entries(dropped)) to.set({ reason }, count);
    to.set({ reason: "malformed" }, datagrams.malformed);
  });
  ofCarrier("carrier_up", "1 while the carrier's process carries datagrams", [], (to, { state }) =>
    to.set(state === "up" ? 1 : 0),
  );
  ofCarrier("carrier_restarts", "Restarts of the carrier's process", [], (to, { restarts }) => to.set(restarts));
  ofCarrier("carrier_cpu_seconds", "CPU time of the carrier's process", [], (to, stats) => to.set(stats.cpuSeconds));
  ofCarrier("carrier_resident_memory_bytes", "Memory of the carrier's process", [], (to, { rssBytes }) =>
    to.set(rssBytes),
  );
}

type Collect = (
  to: Gauge<"direction" | "reason">,
  stats: ReturnType<NonNullable<Datagrams["carrier"]>["stats"]>,
) => void;
