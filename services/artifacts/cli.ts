/**
 * `npm run sessions -- list | show <folder or id> | export <folder or id> [--out file.tar.gz] | prune [--days N] [--mb N]
 * [--dry-run]`: the folders of sessions below DATA_DIR, whether a server runs or not. `--json` prints for programs.
 */
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { readProcessConfig } from "../../config.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { Catalog, shownOf } from "./catalog.ts";
import { filesOf } from "./disk.ts";
import { unfinished } from "./names.ts";
import { removeFolder } from "./place.ts";
import { agedOf, choose, type Limits, limitsOf } from "./retention.ts";
import { detailsText, listText, prunedText, sizeText } from "./tables.ts";

const usage = `usage: npm run sessions -- list [--json]
       npm run sessions -- show <folder or id> [--json]
       npm run sessions -- export <folder or id> [--out file.tar.gz]
       npm run sessions -- prune [--days N] [--mb N] [--dry-run] [--json]`;

const options = {
  json: { type: "boolean" },
  out: { type: "string" },
  days: { type: "string" },
  mb: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

/** Of these which each command takes. */
const taken: ReadonlyMap<string, readonly string[]> = new Map([
  ["list", ["json"]],
  ["show", ["json"]],
  ["export", ["out"]],
  ["prune", ["days", "mb", "dry-run", "json"]],
]);

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { config } = readProcessConfig([]);
  const [command = "", asked, ...more] = positionals;
  const catalog = new Catalog(join(config.dataDir, "sessions"));
  const print = <T>(value: T, toText: (value: T) => string) =>
    values.json ? JSON.stringify(value, null, 2) : toText(value);
  const takesFolder = command === "show" || command === "export";
  if (more.length > 0 || (asked !== undefined && !takesFolder)) throw new Error(usage);
  checkOptions(command, Object.keys(values));
  switch (command) {
    case "list":
      return print(await catalog.list(), (infos) => listText(infos, config.dataDir));
    case "show":
      return print(await catalog.show(await folderOf(catalog, asked)), (details) => detailsText(details, catalog.root));
    case "export":
      return exportFolder(catalog, await folderOf(catalog, asked), values.out);
    case "prune": {
      const days = whole("--days", values.days, config.artifactsDays);
      const limits = limitsOf(days, whole("--mb", values.mb, config.artifactsMb));
      const isDry = values["dry-run"] ?? false;
      return print(await prune(catalog, limits, isDry), (pruned) => prunedText(pruned, isDry));
    }
    default:
      throw new Error(usage);
  }
}

/** What is meant for another command must not be passed over. */
function checkOptions(command: string, given: readonly string[]): void {
  const known = taken.get(command);
  const foreign = known && given.find((name) => !known.includes(name));
  if (foreign) throw new Error(`${command} takes no --${foreign}: leave it out.\n${usage}`);
}

/** By its name, or the newest of a session's id. */
async function folderOf(catalog: Catalog, asked: string | undefined): Promise<string> {
  if (!asked) throw new Error(usage);
  const found = (await catalog.list()).find(({ name, id }) => name === asked || id === asked);
  if (found) return found.name;
  throw new HereaboutsError("ARTIFACT_NOT_FOUND", `There is no folder, and no session, "${asked}" in ${catalog.root}.`);
}

/** Under its own name when it is whole. */
async function exportFolder(catalog: Catalog, folder: string, out = `${folder}.tar.gz`): Promise<string> {
  checkOut(out);
  const { create } = await import("tar");
  const files = await filesOf(join(catalog.root, folder));
  const shown = new Set(shownOf(files).map(({ path }) => path));
  const exported = files.filter(({ path }) => shown.has(path.replace(/\.part$/, "")));
  const draft = out + unfinished;
  try {
    const onWriteEntry = (entry: { path: string }) => {
      entry.path = entry.path.replace(/\.part$/, "");
    };
    const names = exported.map(({ path }) => `${folder}/${path}`);
    await create({ gzip: true, portable: true, strict: true, cwd: catalog.root, file: draft, onWriteEntry }, names);
    await rename(draft, out);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw new Error(`${out} could not be written: ${(error as Error).message}`, { cause: error });
  }
  return `${out}: ${exported.length} files, ${sizeText(exported.reduce((sum, { bytes }) => sum + bytes, 0))} unpacked`;
}

function checkOut(out: string): void {
  if (out === "") throw new Error(`--out: name the file that is to be written.\n${usage}`);
  if (existsSync(out)) throw new Error(`${out} is there already: name another file with --out.`);
  const dir = dirname(out);
  if (!existsSync(dir)) throw new Error(`There is no folder ${dir}: make it, or name another file with --out.`);
}

async function prune(catalog: Catalog, limits: Limits, isDry: boolean) {
  const { gone } = choose((await catalog.all()).map(agedOf), limits, Date.now());
  if (!isDry) for (const { name } of gone) await removeFolder(join(catalog.root, name));
  return gone;
}

function whole(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(given)) throw new Error(`${name}: "${given}" must be a whole number, 0 or more.\n${usage}`);
  return Number(given);
}

try {
  console.log(await main());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
