/**
 * How the pages are built, and served with live reload in development. `web/build.ts` builds with this file;
 * the server gives it to Vite's `createServer`.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const root = import.meta.dirname;
const repository = resolve(root, "..");
const sdk = resolve(repository, "client/index.ts");

/** The built pages have `/client.js`, the SDK as one module; in development the same address gives its source. */
const sdkAddress: Plugin = {
  name: "hereabouts:client.js",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      if (request.url?.split("?")[0] === "/client.js") request.url = `/@fs${sdk}`;
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
  plugins: [sdkAddress, includes],
  resolve: { alias: { "hereabouts/client": sdk } },
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
        index: resolve(root, "index.html"),
        world: resolve(root, "world.html"),
        chat: resolve(root, "chat.html"),
        radio: resolve(root, "radio.html"),
      },
    },
  },
});
