/**
 * The pages: built ones from web/dist, or in development through Vite, which rebuilds and reloads them as they change.
 * `/` is the gallery, `/chat` the chat, `/radio` and `/session/:id` audio sessions; any other slug opens
 * `<slug>.html` where there is one, a piece's own page, else the page of all worlds.
 * Those below `/monitor` are behind the login that routes/monitor.ts has put before everything there.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import express, { type Application, type Request, type Response } from "express";
import { isSlug } from "../schema/slug.ts";
import { markViteListeners } from "./guard.ts";

const web = fileURLToPath(new URL("../web/", import.meta.url));
const dist = `${web}dist/`;
const operatorPages: Readonly<Record<string, string>> = {
  people: "monitor/people.html",
  room: "monitor/room.html",
  sessions: "monitor/sessions.html",
  audit: "monitor/audit.html",
  replay: "replay.html",
};
/** Of all pages, also of those that name none: plain ones, and Colyseus's monitor. */
const icon = "shared/mark.svg";
const headers = { "x-content-type-options": "nosniff", "referrer-policy": "strict-origin-when-cross-origin" };

/** For pages that show what others wrote to those who may do everything. */
const strict = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
};

export async function mountPages(
  app: Application,
  options: { dev: boolean; server: Server },
): Promise<() => Promise<void>> {
  return options.dev ? mountVite(app, options.server) : mountBuilt(app);
}

async function mountBuilt(app: Application): Promise<() => Promise<void>> {
  app.use(
    "/assets",
    express.static(`${dist}assets`, { immutable: true, maxAge: "1y", index: false, setHeaders: openToAll }),
  );
  // but for what begins with a dot: the operators' pages
  app.use(express.static(dist, { index: false, setHeaders: (res) => res.setHeader("cache-control", "no-cache") }));
  const send: ServePage = async (page, _req, res) => {
    res.set({ ...headers, "cache-control": "no-cache" }).sendFile(page, { root: dist });
  };
  servePages(app, send, dist);
  serveOperatorPages(app, async (page, _req, res) => {
    const options = { root: dist, dotfiles: "allow", cacheControl: false } as const;
    res.set({ ...headers, ...strict }).sendFile(`.operators/${page}`, options);
  });
  return async () => {};
}

/** Modules of other sites' pages import these: what a browser keeps for one site has to do for the next one. */
function openToAll(res: Response): void {
  res.setHeader("access-control-allow-origin", "*");
  res.removeHeader("access-control-allow-credentials");
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
  const serve: ServePage = async (page, req, res) => {
    const html = await readFile(`${web}${page}`, "utf8");
    res
      .set(headers)
      .type("html")
      .send(await vite.transformIndexHtml(req.originalUrl, html));
  };
  servePages(app, serve, web);
  serveOperatorPages(app, serve);
  return () => vite.close();
}

type ServePage = (page: string, req: Request, res: Response) => Promise<void>;

/** Below /monitor, whose login comes before (monitor.ts). */
function serveOperatorPages(app: Application, serve: ServePage): void {
  app.get("/monitor/:page", (req, res, next) => {
    const page = req.params.page.toLowerCase();
    return Object.hasOwn(operatorPages, page) ? serve(operatorPages[page]!, req, res) : next();
  });
}

/** Pages that no piece has for its own. */
const taken = new Set(["index", "world", "replay"]);

function servePages(app: Application, serve: ServePage, folder: string): void {
  app.get("/favicon.ico", (_req, res) => res.set(headers).sendFile(icon, { root: web, maxAge: "1d" }));
  const hasOwnPage = (slug: string) => !taken.has(slug) && existsSync(`${folder}${slug}.html`);
  app.get("/", (req, res) => serve("index.html", req, res));
  app.get("/chat", (req, res) => serve("chat.html", req, res));
  app.get("/radio", (req, res) => serve("radio.html", req, res));
  // routes/session.ts has answered for what is no audio session
  app.get("/session/:id", (req, res) => serve("radio.html", req, res));
  app.get("/:slug", (req, res, next) => {
    const slug = req.params.slug.toLowerCase();
    return isSlug(slug) ? serve(hasOwnPage(slug) ? `${slug}.html` : "world.html", req, res) : next();
  });
}
