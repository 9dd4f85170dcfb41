/** All routes of audio sessions (AU2). */
import { Router } from "express";
import type { AudioServices } from "./asked.ts";
import { commandRoutes } from "./commands.ts";
import { audioErrors } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { manageRoutes } from "./manage.ts";
import { streamRoutes } from "./stream.ts";

export function audioRoutes(services: AudioServices): Router {
  const router = Router();
  for (const register of [manageRoutes, commandRoutes, streamRoutes, eventRoutes]) register(router, services);
  router.use(audioErrors);
  return router;
}
