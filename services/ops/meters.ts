/**
 * Ways to measure: each makes a metric of one registry, its name after `hereabouts_`. What changes often is counted by
 * plain numbers and read when it is scraped (`gauge`, `counted`), so that counting costs next to nothing.
 */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export type Meters = ReturnType<typeof metersOf>;

/** From a few milliseconds to those that somebody notices. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function metersOf(registry: Registry) {
  const named = <L extends string>(name: string, help: string, labelNames: L[]) => {
    return { name: `hereabouts_${name}`, help, labelNames, registers: [registry] };
  };
  return {
    registry,
    counter: <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
      new Counter(named(name, help, labelNames)),
    /** Of seconds. */
    histogram: <L extends string>(name: string, help: string, labelNames: L[] = []): Histogram<L> =>
      new Histogram({ ...named(name, help, labelNames), buckets }),
    /** `collect` says how it is now; what it does not set is not there. */
    gauge: <L extends string>(name: string, help: string, labelNames: L[], collect: Collect<Gauge<L>>): Gauge<L> =>
      new Gauge({
        ...named(name, help, labelNames),
        collect() {
          this.reset();
          if (labelNames.length === 0) this.remove(); // else it would be 0
          return collect(this as unknown as Gauge<L>);
        },
      }),
    /** `collect` adds what somebody else has counted since the start. */
    counted: <L extends string>(
      name: string,
      help: string,
      labelNames: L[],
      collect: Collect<Counter<L>>,
    ): Counter<L> =>
      new Counter({
        ...named(name, help, labelNames),
        collect() {
          this.reset();
          return collect(this as unknown as Counter<L>);
        },
      }),
  };
}

type Collect<T> = (to: T) => void | Promise<void>;
