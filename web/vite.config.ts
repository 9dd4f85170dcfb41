/**
 * How the pages are built, and served with live reload in development. `web/build.ts` builds with this file;
 * the server gives it to Vite's `createServer`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { lean } from "./lean.ts";

const root = import.meta.dirname;
const repository = resolve(root, "..");
/** Each page of this folder, those of pieces among them. */
export const pages: readonly string[] = readdirSync(root)
  .filter((name) => name.endsWith(".html"))
  .map((name) => name.slice(0, -".html".length));
/** Those that worlds of their names have instead of the page of all worlds (routes/pages.ts). */
const ownPages = pages.filter((name) => !["index", "world", "replay"].includes(name));
/** The operators' pages, below /monitor. */
const monitor = ["people", "room", "sessions", "audit"];
const sdk = resolve(repository, "client/index.ts");
const predict = resolve(repository, "client/predict.ts");
const devtools = resolve(repository, "client/devtools/index.ts");
/** Modules that plain pages import, by their addresses. Those of `sdk` have one copy of the SDK in common. */
export const modules = {
  sdk: { "client.js": resolve(root, "modules/client.ts"), "predict.js": resolve(root, "modules/predict.ts") },
  alone: { "devtools.js": devtools },
} as const;
const addresses: Readonly<Record<string, string>> = { ...modules.sdk, ...modules.alone };

/** In development, the addresses of these modules give their sources. */
const moduleAddresses: Plugin = {
  name: "hereabouts:modules",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      const source = addresses[request.url?.split("?")[0]?.slice(1) ?? ""];
      if (source) request.url = `/@fs${source}`;
      next();
    });
  },
};

/** What several pages have in common stands in a file of its own; `<!-- include ./shared/look.html -->` puts it in. */
const includes: Plugin = {
  name: "hereabouts:includes",
  transformIndexHtml: {
    order: "pre",
    handler: (html) =>
      html.replace(/( *)<!-- include (\S+) -->\n/g, (_, indent: string, path: string) =>
        readFileSync(resolve(root, path), "utf8").replace(/^(?=.)/gm, indent),
      ),
  },
};

export default defineConfig({
  root,
  base: "/",
  publicDir: false,
  clearScreen: false,
  plugins: [moduleAddresses, includes, lean],
  define: { __OWN_PAGES__: JSON.stringify(ownPages) },
  resolve: { alias: { "hereabouts/client": sdk, "hereabouts/predict": predict, "hereabouts/devtools": devtools } },
  server: { fs: { allow: [repository] } },
  build: {
    outDir: resolve(root, "dist"),
    target: "es2022",
    // The first that have relative colours and :dir(), which Vite would else turn into a list of languages.
    cssTarget: ["chrome120", "firefox128", "safari18"],
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        ...Object.fromEntries(pages.map((name) => [name, resolve(root, `${name}.html`)])),
        ...Object.fromEntries(monitor.map((name) => [`monitor-${name}`, resolve(root, `monitor/${name}.html`)])),
      },
    },
  },
});
