/**
 * What docs/guides/deploy.md is about: the image and the unit start the server as `npm start` does, and give it the time
 * that it may take to end. That they work was tried by hand, as tests have neither Docker nor systemd.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readConfig } from "../config.ts";
import packageJson from "../package.json" with { type: "json" };

const read = (path: string) => readFileSync(path, "utf8");
const [dockerfile, unit, guide] = ["Dockerfile", "docs/examples/hereabouts@.service", "docs/guides/deploy.md"].map(
  read,
) as [string, string, string];
const { config } = readConfig({});
/** systemd 250 is the first that judges a unit without running it; curl is what the unit calls. */
const canAnalyze =
  ["/usr/bin/systemd-analyze", "/usr/bin/curl"].every(existsSync) &&
  Number.parseInt(execFileSync("systemd-analyze", ["--version"]).toString().replace("systemd ", ""), 10) >= 250;
const numberIn = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]);

describe("[OP6] the image and the unit", () => {
  it.each([
    ["image", dockerfile],
    ["unit", unit],
  ])("%s: starts the server with what `npm start` gives Node and the C library", (_, text) => {
    const { start } = packageJson.scripts;
    const options = start.match(/MALLOC_\w+=\d+|--max-[\w-]+=\d+/g)!;
    expect(options).toHaveLength(3);
    for (const option of options) expect(text).toContain(option);
    expect(text).toMatch(/node_modules\/\.bin\/node.*server\.ts/);
  });

  it("give it longer to end than it may take", () => {
    expect(numberIn(unit, /TimeoutStopSec=(\d+)/) * 1000).toBeGreaterThan(config.drainMs);
    expect(numberIn(guide, /--stop-timeout (\d+)/) * 1000).toBeGreaterThan(config.drainMs);
  });

  it("have the port and the user that the guide names", () => {
    expect(dockerfile).toContain(`EXPOSE ${config.port}/tcp ${config.port}/udp`);
    expect(guide).toContain(`chown ${numberIn(dockerfile, /--uid (\d+)/)} `);
    expect(guide).toContain(`hereabouts@${config.port}`);
  });

  it("put nothing into an image that git leaves out, and no secrets", () => {
    const ignored = read(".dockerignore").split("\n");
    for (const name of ["data", "node_modules", "web/dist", "dist"]) expect(ignored).toContain(name);
    expect(ignored).toContain(".*"); // .env and .git
  });

  it.skipIf(!canAnalyze)("the unit: systemd takes it, and finds it well shut off", () => {
    const folder = mkdtempSync(join(tmpdir(), "hereabouts-unit-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "hereabouts@.service");
    writeFileSync(file, unit.replaceAll("/srv/hereabouts/current", resolve(".")));
    const analyze = (...args: string[]) => execFileSync("systemd-analyze", [...args, file], { stdio: "pipe" });
    analyze("verify");
    analyze("security", "--offline=true", "--threshold=20"); // of 100; what may do all has 96
  });
});
