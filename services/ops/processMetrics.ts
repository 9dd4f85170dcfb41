/** Metrics of this process: what it is, whether it is going down, what it keeps things in, and the others it works with. */
import { statfs } from "node:fs/promises";
import packageJson from "../../package.json" with { type: "json" };
import type { Cluster } from "../cluster/cluster.ts";
import type { Connections } from "../cluster/redis.ts";
import type { Meters } from "./meters.ts";
import { storageFailure } from "./storageFailure.ts";

export interface MeasuredProcess {
  cluster: Cluster;
  /** Where processes are several. */
  redis: Pick<Connections, "roundTripMs"> | undefined;
  /** Throws where storage does not take a write. */
  checkStorage(): Promise<void>;
  dataDir: string;
}

export function measureProcess(meters: Meters, { cluster, redis, checkStorage, dataDir }: MeasuredProcess): void {
  meters.gauge("info", "1, with what runs", ["version", "node"], (to) =>
    to.set({ version: packageJson.version, node: process.versions.node }, 1),
  );
  meters.gauge("draining", "1 while it is going down and takes nobody", [], (to) => {
    to.set(cluster.members().find(({ id }) => id === cluster.id)?.isDraining ? 1 : 0);
  });
  meters.gauge("storage_up", "1 where storage takes a write, tried at each scrape", [], async (to) => {
    to.set((await storageFailure(checkStorage)) === undefined ? 1 : 0);
  });
  // what a disk does not tell is not there
  const disk = () => statfs(dataDir).catch(() => undefined);
  meters.gauge("disk_free_bytes", "Free on the disk of DATA_DIR", [], async (to) => {
    const told = await disk();
    if (told) to.set(told.bavail * told.bsize);
  });
  meters.gauge("disk_size_bytes", "Size of the disk of DATA_DIR", [], async (to) => {
    const told = await disk();
    if (told) to.set(told.blocks * told.bsize);
  });
  meters.gauge(
    "cluster_members",
    "Processes that live, this one included, by whether they are going down",
    ["state"],
    (to) => {
      const draining = cluster.members().filter(({ isDraining }) => isDraining).length;
      to.set({ state: "serving" }, cluster.members().length - draining);
      to.set({ state: "draining" }, draining);
    },
  );
  meters.gauge(
    "cluster_current",
    "1 while this process knows what it has; at 0 it takes nothing from clients",
    [],
    (to) => to.set(cluster.isCurrent ? 1 : 0),
  );
  // alone there is no Redis that could be down
  meters.gauge("redis_up", "1 while Redis answers; only where processes share one", [], (to) => {
    if (redis) to.set(cluster.isUp ? 1 : 0);
  });
  meters.gauge("redis_round_trip_seconds", "Of the newest ping, of which there is one a second", [], (to) => {
    if (redis?.roundTripMs !== undefined) to.set(redis.roundTripMs / 1000);
  });
}
