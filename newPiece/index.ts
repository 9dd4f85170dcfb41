/**
 * `npm run new-piece -- NAME [--server | --game]`: makes a page and a test, with `--server` a server side, with `--game` a game
 * whose rules the page predicts. Writes nothing over anything: a name that cannot be used is refused, with what to do.
 * `npm run dev` serves it from then on.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { HereaboutsError } from "../schema/errors.ts";
import { isSlug } from "../schema/slug.ts";
import { gameFilesOf } from "./game.ts";
import { filesOf } from "./templates.ts";

const root = join(import.meta.dirname, "..");
/** Addresses and folders that are something else already. */
const taken = new Set(
  "api artifacts assets auth chat client devtools dist events gallery healthz index lib matchmake metrics monitor ops radio readyz replay session shared status stream world".split(
    " ",
  ),
);
const usage = "usage: npm run new-piece -- NAME [--server | --game]";

/** `page`: without a server side of its own. */
export type Kind = "page" | "server" | "game";

/** Throws BAD_SLUG, with what to do. */
export function checkName(name: string): void {
  const refuse = (why: string) => new HereaboutsError("BAD_SLUG", why);
  if (name !== name.toLowerCase()) throw refuse(`"${name}": write it in lower case.`);
  if (!isSlug(name)) throw refuse(`Got "${name}".`);
  if (taken.has(name)) throw refuse(`"${name}" is something else on this server: choose another name.`);
}

/** Writes the files of a piece and returns their paths. Throws BAD_SLUG, and for a file that is there. */
export function makePiece(name: string, kind: Kind, folder: string = root): string[] {
  checkName(name);
  const files = Object.entries(
    kind === "game" ? gameFilesOf(name) : filesOf({ slug: name, hasServer: kind === "server" }),
  );
  const places = [...files.map(([path]) => path), `pieces/${name}.ts`];
  const existing = places.find((path) => existsSync(join(folder, path)));
  if (existing)
    throw new HereaboutsError("BAD_SLUG", `${existing} is there already: choose another name, or remove it.`);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { flag: "wx" });
  }
  return files.map(([path]) => path);
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { server: { type: "boolean" }, game: { type: "boolean" } },
    allowPositionals: true,
  });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0 || (values.server && values.game)) throw new Error(usage);
  const files = makePiece(name, values.game ? "game" : values.server ? "server" : "page");
  // a long name breaks other lines than a short one
  const biome = join(root, "node_modules/.bin/biome");
  if (existsSync(biome)) spawnSync(biome, ["check", "--write", ...files], { cwd: root });
  console.log(`made ${files.join("\n     ")}\n
npm run dev                        then open http://localhost:2567/${name}: it reloads as you change it
npx vitest run test/${name}.test.ts   its test`);
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof HereaboutsError ? `${error.code}: ${error.message}` : (error as Error).message);
    process.exitCode = 1;
  }
}
