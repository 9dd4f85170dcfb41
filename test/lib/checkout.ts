/**
 * A folder with what a clean clone of this repository would have, changes that are not committed among them, and with the
 * packages that `npm ci` has put here: by links, as a second install would take longer than all the rest.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const caches = [".cache", ".vite", ".vite-temp"];

export function checkOut(): string {
  const folder = mkdtempSync(join(tmpdir(), "hereabouts-clone-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  for (const path of listed.toString().split("\0").filter(existsSync)) cpSync(path, join(folder, path));
  linkPackages(folder);
  for (const cache of caches) rmSync(join(folder, "node_modules", cache), { recursive: true, force: true });
  return folder;
}

function linkPackages(folder: string): void {
  try {
    execFileSync("cp", ["-al", "node_modules", folder], { stdio: "ignore" });
  } catch {
    cpSync("node_modules", join(folder, "node_modules"), { recursive: true, verbatimSymlinks: true }); // on another disk
  }
}
