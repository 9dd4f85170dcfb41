/** All routes of audio sessions (AU2). */
import { Router } from "express";
import type { AudioServices } from "./asked.ts";
import { commandRoutes } from "./commands.ts";
import { audioErrors } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { manageRoutes } from "./manage.ts";
import { streamRoutes } from "./stream.ts";
import { trackRoutes } from "./tracks.ts";

export function audioRoutes(services: AudioServices): Router {
  const router = Router();
  const all = [manageRoutes, commandRoutes, streamRoutes, eventRoutes, trackRoutes];
  for (const register of all) register(router, services);
  router.use(audioErrors);
  return router;
}
