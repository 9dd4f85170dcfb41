/**
 * `npm run soak -- --hours 1`: people come and go for hours, and the server must hold as much at the end as at the
 * beginning: heap after a full collection, handles, sockets, timers, datagram peers, rooms and seats. `--minutes 3` tries it.
 * The first ten minutes, or the first third of a short one, do not count: caches fill, code is compiled. What is judged is
 * the server: if a process of the load generator ends, others come and it goes on.
 */
import { churnOptions, runChurn } from "./churn.ts";
import { churnFigures } from "./lib/churnReport.ts";
import { now, pause } from "./lib/clock.ts";
import { number, type Values } from "./lib/options.ts";
import { metric } from "./lib/prometheus.ts";
import { type commonOptions, coreOf, type Run, type Scenario } from "./lib/scenario.ts";
import { type Holding, soakFigures, soakReport } from "./lib/soakReport.ts";
import { makeStations, musicOf } from "./lib/stations.ts";
import { inStretches } from "./lib/stretches.ts";
import { startHereabouts, type Target } from "./lib/target.ts";
import { UsageError } from "./lib/usage.ts";

const ownOptions = {
  ...churnOptions,
  think: number(1, 0.05, 3600, "s", "mean time between two things that one does; random"),
  hours: number(1, 0.01, 1000, "h", "how long"),
  minutes: number(0, 0, 60_000, "min", "how long instead, for trying"),
  every: number(10, 1, 3600, "s", "between two looks at what the server holds"),
};

type SoakOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

const skippedHours = 1 / 6;

export const soak: Scenario<typeof ownOptions> = {
  summary: "people who come and go for hours; the server must not grow",
  times: "Until someone is where they went",
  options: ownOptions,
  figures: [...churnFigures, ...soakFigures],
  async run(options, run) {
    if (options.url || options.processes > 1)
      throw new UsageError("soak looks into one server that it starts: leave out --url and --processes.");
    const hours = options.minutes > 0 ? options.minutes / 60 : options.hours;
    const target = await startHereabouts(coreOf(options), { withAudio: options.sessions > 0, withInventory: true });
    try {
      if (options.sessions > 0) await musicOf(target, run);
      const stations = options.sessions > 0 ? await makeStations(target, options.sessions, true) : [];
      const looking = new AbortController();
      const holdings = lookOn(target, options, run, looking.signal);
      const churn = inStretches((seconds) => runChurn(target, stations, { ...options, seconds }, run), {
        seconds: hours * 3600,
        now,
        signal: run.signal,
        onEnded: ({ message }) => run.progress(`${message}; others come instead`),
      });
      const { outcome: load, cut } = await churn.finally(() => looking.abort());
      return soakReport({ load, cut, holdings: await holdings }, Math.min(skippedHours, hours / 3));
    } finally {
      await target.stop();
    }
  },
};

async function lookOn(target: Target, { every }: SoakOptions, run: Run, signal: AbortSignal): Promise<Holding[]> {
  const from = now();
  const holdings: Holding[] = [];
  for (let look = 1; ; look++) {
    await pause(from + look * every * 1000 - now(), signal);
    if (signal.aborted || run.signal.aborted) return holdings;
    const figures = await holdingOf(target);
    holdings.push({ hours: (now() - from) / 3_600_000, figures });
    run.progress(
      `holds ${Object.entries(figures)
        .map(([name, value]) => `${name} ${Number(value.toFixed(2))}`)
        .join("  ")}`,
    );
  }
}

async function holdingOf(target: Target): Promise<Record<string, number>> {
  const [{ heap, code, external, rss, resources }, text] = await Promise.all([
    target.inventory!(),
    fetch(`${target.url}/metrics`).then((answer) => answer.text()),
  ]);
  return {
    heap: heap / 1e6,
    code: code / 1e6,
    external: external / 1e6,
    rss: rss / 1e6,
    seats: metric(text, "hereabouts_connections") ?? 0,
    rooms: metric(text, "hereabouts_rooms") ?? 0,
    channels: metric(text, "hereabouts_channels") ?? 0,
    ...resources,
  };
}
