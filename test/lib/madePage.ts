/** The page that `npm run new-piece` makes, built as the pages of the server are, and shown on a server's address. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { build } from "vite";
import { type Kind, makePiece } from "../../newPiece/index.ts";
import { openPage } from "./page.ts";

export interface MadePage {
  open(context: BrowserContext, url: string): Promise<Page>;
  remove(): void;
}

export async function makePage(name: string, kind: Kind = "page"): Promise<MadePage> {
  const folder = mkdtempSync(join(tmpdir(), "hereabouts-made-"));
  const [root, outDir] = [join(folder, "web"), join(folder, "dist")];
  makePiece(name, kind, folder);
  symlinkSync(resolve("web/shared"), join(root, "shared"));
  if (kind === "game") symlinkSync(resolve("schema/game.ts"), join(folder, "schema/game.ts"));
  const rolldownOptions = { input: join(root, `${name}.html`) };
  const built = { outDir, emptyOutDir: true, rolldownOptions };
  await build({ configFile: "web/vite.config.ts", root, logLevel: "error", build: built });
  return {
    async open(context, url) {
      await context.route("**/assets/*", (route) =>
        route.fulfill({ path: join(outDir, new URL(route.request().url()).pathname) }),
      );
      return openPage(context, url, readFileSync(join(outDir, `${name}.html`), "utf8"));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
