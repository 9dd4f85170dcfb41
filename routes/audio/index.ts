/** All routes of audio sessions (AU2). */
import { Router } from "express";
import { secretOf } from "../../services/identity/tokens.ts";
import { inContext } from "../context.ts";
import { Peers } from "../peers.ts";
import type { AudioServices } from "./asked.ts";
import { commandRoutes } from "./commands.ts";
import { audioErrors } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { manageRoutes } from "./manage.ts";
import { passOn } from "./passOn.ts";
import { streamRoutes } from "./stream.ts";
import { trackRoutes } from "./tracks.ts";

export function audioRoutes(services: AudioServices): Router {
  const { cluster, config } = services;
  const router = Router();
  // the clock of the machine, as others have theirs: ours stands still with a machine that is paused
  const asking = { cluster, peers: new Peers(secretOf(config), Date.now) };
  if (!cluster.isAlone) router.use(asking.peers.take);
  router.use(inContext);
  const all = [manageRoutes, commandRoutes, streamRoutes, eventRoutes, trackRoutes];
  for (const register of all) register(router, services, asking);
  router.use(passOn(asking), audioErrors);
  return router;
}
