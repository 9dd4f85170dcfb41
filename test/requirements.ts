/**
 * What the tests need beside npm: a browser; and for those that are skipped without it, Redis and what makes networks.
 * Installs it where that is possible (Debian, as root), else asks for the browser. Runs before the tests: `npm test`.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const isDebianRoot = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
const needed = [{ program: "chromium", debian: "chromium" }];
// only root can make the networks that some of these are for
if (isDebianRoot)
  needed.push(
    { program: "ip", debian: "iproute2" },
    { program: "nft", debian: "nftables" },
    { program: "redis-server", debian: "redis-server" },
  );

const folders = (process.env["PATH"] ?? "").split(delimiter);
const missing = needed.filter(({ program }) => !folders.some((folder) => existsSync(join(folder, program))));
if (missing.length > 0) {
  const packages = missing.map(({ debian }) => debian);
  const ask = `The tests need ${packages.join(", ")}. Install with: apt-get install ${packages.join(" ")}`;
  if (!isDebianRoot) fail(ask);
  console.log(`installing ${packages.join(", ")}`);
  // in runlevel 1 no service is started: the tests start their own
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const run = (...args: string[]) => spawnSync("apt-get", args, { stdio: "inherit", env }).status;
  run("update", "-q");
  if (run("install", "-y", "-q", "--no-install-recommends", ...packages) !== 0) fail(ask);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
