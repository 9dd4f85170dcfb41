/** Whether the server is alive, may take seats, and how it does (SV5). Counts only, never a name or place of a person. */
import type { Router } from "express";
import packageJson from "../package.json" with { type: "json" };
import type { Metrics } from "../services/ops/metrics.ts";
import { storageFailure } from "../services/ops/storageFailure.ts";
import type { Presence } from "../services/presence/presence.ts";

export interface Health {
  presence: Presence;
  metrics: Metrics;
  isDraining(): boolean;
  /** Throws where storage does not take a write. */
  checkStorage(): Promise<void>;
}

export function healthRoutes(router: Router, { presence, metrics, isDraining, checkStorage }: Health): void {
  const startedAt = performance.now();

  router.get("/healthz", (_req, res) => void res.type("text").send("ok\n"));

  router.get("/readyz", async (_req, res) => {
    const failure = await storageFailure(checkStorage);
    const reasons = [...(isDraining() ? ["draining"] : []), ...(failure === undefined ? [] : [`storage: ${failure}`])];
    res.status(reasons.length > 0 ? 503 : 200).json({ ready: reasons.length === 0, reasons });
  });

  router.get("/metrics", async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  router.get("/status", (_req, res) => {
    const totals = { connections: 0, guests: 0, rooms: 0 };
    for (const room of presence.rooms()) {
      const counts = presence.counts(room);
      totals.connections += counts.connections;
      totals.guests += counts.guests;
      totals.rooms++;
    }
    const uptimeSeconds = Math.round((performance.now() - startedAt) / 1000);
    res.json({ version: packageJson.version, uptimeSeconds, people: presence.people, ...totals });
  });
}
