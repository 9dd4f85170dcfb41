/**
 * The pages: built ones from web/dist, or in development through Vite, which rebuilds and reloads them as they change.
 * `/` is the gallery, `/chat` the chat, `/radio` and `/session/:id` audio sessions; any other slug opens the page of its world.
 */
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import express, { type Application, type Request, type Response } from "express";
import { isSlug } from "../schema/slug.ts";
import { markViteListeners } from "./guard.ts";

const web = fileURLToPath(new URL("../web/", import.meta.url));
const dist = `${web}dist/`;
const headers = { "x-content-type-options": "nosniff", "referrer-policy": "strict-origin-when-cross-origin" };

export async function mountPages(
  app: Application,
  options: { dev: boolean; server: Server },
): Promise<() => Promise<void>> {
  return options.dev ? mountVite(app, options.server) : mountBuilt(app);
}

async function mountBuilt(app: Application): Promise<() => Promise<void>> {
  app.use(
    "/assets",
    express.static(`${dist}assets`, { immutable: true, maxAge: "1y", index: false, fallthrough: true }),
  );
  app.use(express.static(dist, { index: false, setHeaders: (res) => res.setHeader("cache-control", "no-cache") }));
  servePages(app, async (page, _req, res) => {
    res.set({ ...headers, "cache-control": "no-cache" }).sendFile(page, { root: dist });
  });
  return async () => {};
}

async function mountVite(app: Application, server: Server): Promise<() => Promise<void>> {
  const { createServer } = await import("vite");
  const before = server.listeners("upgrade");
  const vite = await createServer({
    configFile: `${web}vite.config.ts`,
    root: web,
    appType: "custom",
    server: { middlewareMode: true, ws: { server } },
  });
  markViteListeners(server, before);
  app.use(vite.middlewares);
  servePages(app, async (page, req, res) => {
    const html = await readFile(`${web}${page}`, "utf8");
    res
      .set(headers)
      .type("html")
      .send(await vite.transformIndexHtml(req.originalUrl, html));
  });
  return () => vite.close();
}

type ServePage = (page: string, req: Request, res: Response) => Promise<void>;

function servePages(app: Application, serve: ServePage): void {
  app.get("/", (req, res) => serve("index.html", req, res));
  app.get("/chat", (req, res) => serve("chat.html", req, res));
  app.get("/radio", (req, res) => serve("radio.html", req, res));
  // routes/session.ts has answered for what is no audio session
  app.get("/session/:id", (req, res) => serve("radio.html", req, res));
  app.get("/:slug", (req, res, next) => (isSlug(req.params.slug) ? serve("world.html", req, res) : next()));
}
