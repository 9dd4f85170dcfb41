/**
 * `npm run new-piece`: what it makes is clean, and a name that cannot be used changes nothing. That it works, and passes
 * its own test, is newcomer.test.ts's.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { makePiece } from "../newPiece/index.ts";

const run = promisify(execFile);
const slugs = [
  `made-${process.pid}`,
  `made-with-a-server-side-and-a-long-name-${process.pid}`,
  `made-as-a-game-${process.pid}`,
] as const;
const folder = mkdtempSync(join(tmpdir(), "hereabouts-new-"));

afterEach(() => {
  for (const slug of slugs) {
    const files = [`web/${slug}`, `web/${slug}.html`, `pieces/${slug}.ts`, `schema/${slug}.ts`, `test/${slug}.test.ts`];
    for (const path of files) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

describe("npm run new-piece", () => {
  it("[WO3] makes pieces that pass the checks, with a server side and without, and games", async () => {
    const [plain, served, game] = slugs;
    const make = async (...args: string[]) => {
      const { stdout } = await run(process.execPath, ["newPiece/index.ts", ...args]);
      return [...stdout.matchAll(/\S+\.(?:ts|css|html)$/gm)].map(([path]) => path).filter(existsSync);
    };
    const made = [...(await make(plain)), ...(await make(served, "--server")), ...(await make(game, "--game"))];
    expect(made).toContain(`web/${plain}.html`);
    expect(made.filter((path) => path.startsWith("pieces/"))).toEqual([`pieces/${served}.ts`, `pieces/${game}.ts`]);
    expect(made).toContain(`schema/${game}.ts`);
    const passes = (command: string, ...args: string[]) =>
      run(process.execPath, [`node_modules/${command}`, ...args]).then(
        () => "passed",
        ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
      );
    const results = await Promise.all([
      passes("@biomejs/biome/bin/biome", "check", "--error-on-warnings", ...made),
      passes("typescript/bin/tsc"),
    ]);
    expect(results).toEqual(["passed", "passed"]);
    const again = run(process.execPath, ["newPiece/index.ts", plain]);
    await expect(again).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("is there already") });
  });

  it.each([
    ["../up", /BAD_SLUG|not a slug/],
    ["Pond", /lower case/],
    ["", /not a slug/],
    ["chat", /something else/],
    ["list", /not a slug/],
    ["a b", /not a slug/],
    ["x".repeat(65), /not a slug/],
  ])("refuses the name %j, and says why", (name, why) => {
    mkdirSync(folder, { recursive: true });
    expect(() => makePiece(name, "game", folder)).toThrow(why);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("touches nothing where any of its files is there", () => {
    mkdirSync(join(folder, "pieces"), { recursive: true });
    writeFileSync(join(folder, "pieces/heath.ts"), "mine");
    expect(() => makePiece("heath", "page", folder)).toThrow(/pieces\/heath.ts is there already/);
    expect(readdirSync(folder)).toEqual(["pieces"]);
  });
});
