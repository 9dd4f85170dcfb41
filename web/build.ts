/**
 * `node web/build.ts`: builds the pages, and the modules that plain pages import (modules.ts), to web/dist, if their sources
 * changed since the last build; `--force` builds always. Exits with 1 and what is wrong if it cannot; the last good build stays.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { build } from "vite";
import { buildModules, moduleNames } from "./modules.ts";
import settings, { pages } from "./vite.config.ts";

const root = import.meta.dirname;
const repository = resolve(root, "..");
const dist = resolve(root, "dist");
const stampName = ".sources";
const sources = ["web", "client", "schema", "package-lock.json"].map((name) => join(repository, name));
/** Files of a folder that begins with a dot are not served by their address: pages for operators are sent after their login. */
const operators = ".operators";
const monitor = ["people", "room", "sessions", "audit"].map((name) => `${operators}/monitor/${name}.html`);
const outputs = [
  ...pages.map((name) => (name === "replay" ? `${operators}/replay.html` : `${name}.html`)),
  ...monitor,
  ...moduleNames,
];

/** Changes when any source does: paths, sizes and times of all of them. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) await add(source);
  return hash.digest("hex");

  async function add(path: string): Promise<void> {
    if (path === dist || /\.test(-d)?\.ts$/.test(path) || !existsSync(path)) return;
    const info = await stat(path);
    if (!info.isDirectory()) {
      hash.update(`${relative(repository, path)} ${info.size} ${info.mtimeMs}\n`);
      return;
    }
    for (const name of (await readdir(path)).sort()) await add(join(path, name));
  }
}

async function isUpToDate(stamp: string): Promise<boolean> {
  if (!outputs.every((name) => existsSync(join(dist, name)))) return false;
  return (await readFile(join(dist, stampName), "utf8").catch(() => "")) === stamp;
}

/** Builds beside the last build and swaps at the end, so that a server in between never lacks a page. */
async function buildAll(stamp: string): Promise<void> {
  const fresh = join(repository, "node_modules/.cache", `hereabouts-web-${process.pid}`);
  const old = `${fresh}-old`;
  try {
    await build({
      ...settings,
      configFile: false,
      logLevel: "warn",
      build: { ...settings.build, outDir: fresh, emptyOutDir: true },
    });
    await buildModules(fresh);
    await mkdir(join(fresh, operators));
    for (const name of ["replay.html", "monitor"]) await rename(join(fresh, name), join(fresh, operators, name));
    await writeFile(join(fresh, stampName), stamp);
    if (existsSync(dist)) await rename(dist, old);
    await rename(fresh, dist);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

const started = performance.now();
const stamp = await fingerprint();
if (!process.argv.includes("--force") && (await isUpToDate(stamp))) {
  console.log("pages: up to date");
} else {
  try {
    await buildAll(stamp);
    console.log(`pages: built to web/dist in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.error(`pages: the build failed.\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
