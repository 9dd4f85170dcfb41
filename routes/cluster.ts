/** What other processes ask this one when they have not heard of it: whether it lives. Tells nothing of people. */
import type { Router } from "express";
import type { Cluster } from "../services/cluster/cluster.ts";

export function clusterRoutes(router: Router, cluster: Pick<Cluster, "alive">): void {
  router.get("/cluster/alive", (_req, res) => void res.set("cache-control", "no-store").json(cluster.alive()));
}
