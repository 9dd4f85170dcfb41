/** [SE4] What `npm run sessions` makes of the folders of a DATA_DIR, and what it says to what it does not know. */
import { execFile } from "node:child_process";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createRig } from "./testing/rig.ts";

const cli = fileURLToPath(new URL("./cli.ts", import.meta.url));

const dayMs = 86_400_000;

async function sessions(dataDir: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env["PATH"], DATA_DIR: dataDir, TZ: "UTC" };
  return (await promisify(execFile)(process.execPath, [cli, ...args], { env, cwd: dataDir })).stdout.trim();
}

it("[SE4] an export says how large what is in it is, without what is not whole yet", async () => {
  const { create, dataDir, folders, manifest } = createRig();
  const { folder, join: enter } = create();
  enter("ada");
  folder.log("server", '{"n":1}');
  folder.record("world", "capsule")!.write(Buffer.alloc(500_000));
  await folders.flush();
  const bytes = '{"n":1}\n'.length + `${JSON.stringify(manifest(folder.name), null, 2)}\n`.length;
  const out = join(dataDir, "archive.tar.gz");
  expect(bytes).toBeLessThan(1024);
  expect(await sessions(dataDir, "export", folder.name, "--out", out)).toBe(`${out}: 2 files, ${bytes} B unpacked`);
});

it("[SE4] prune leaves a session that people were in until its process was killed, and has not been made whole", async () => {
  const { create, dataDir, folders, manifest, root } = createRig();
  const { folder, dir, join: enter } = create();
  enter("ada");
  await folders.flush();
  const content = { ...manifest(folder.name), created: Date.now() - 20 * dayMs };
  writeFileSync(join(dir, "session.json"), JSON.stringify(content));
  utimesSync(join(dir, "session.json"), new Date(content.created), new Date(content.created));
  const beat = join(root, ".writers", content.writer);
  const prune = async (diedDaysAgo: number) => {
    writeFileSync(beat, JSON.stringify({ machine: "another", pid: 1 }));
    const died = new Date(Date.now() - diedDaysAgo * dayMs);
    utimesSync(beat, died, died);
    return sessions(dataDir, "prune", "--days", "14");
  };
  expect(await prune(13)).toBe("Removed 0 folders, 0 B.");
  expect(readdirSync(root)).toContain(folder.name);
  expect(await prune(15)).toContain("Removed 1 folders");
  expect(readdirSync(root)).not.toContain(folder.name);
});

describe("[SE4] npm run sessions", () => {
  it.each([
    [["list", "--dry-run"]],
    [["list", "--out", "x"]],
    [["show", "FOLDER", "--days", "3"]],
    [["export", "FOLDER", "--json"]],
    [["prune", "--dry-run", "--out", "x"]],
  ])("refuses by its name what belongs to another command: %j", async (args) => {
    const { dataDir, said } = await refused(args);
    const flag = args.filter((arg) => arg.startsWith("--")).at(-1);
    expect(said).toContain(`${args[0]} takes no ${flag}: leave it out.\nusage: `);
    expect(readdirSync(dataDir)).toEqual(["sessions"]);
  });

  it.each([
    [["--out", ""], "--out: name the file that is to be written.\nusage: "],
    [["--out", "there/is/none.tar.gz"], "There is no folder there/is: make it, or name another file with --out."],
    [["--out", "sessions"], "sessions is there already: name another file with --out."],
  ])("says what is wrong with where an export is to go: %j", async (args, remedy) => {
    const { dataDir, said } = await refused(["export", "FOLDER", ...args]);
    expect(said).toContain(remedy);
    expect(readdirSync(dataDir)).toEqual(["sessions"]);
  });
});

/** `FOLDER`: of a session that there is. */
async function refused(args: readonly string[]): Promise<{ dataDir: string; said: string }> {
  const { create, dataDir, folders } = createRig();
  const { folder, join: enter } = create();
  enter("ada");
  await folders.flush();
  const asked = sessions(dataDir, ...args.map((arg) => (arg === "FOLDER" ? folder.name : arg)));
  const { code, stderr } = await asked.then(
    () => ({ code: 0, stderr: "" }),
    (error: { code: number; stderr: string }) => error,
  );
  expect(code).toBe(1);
  return { dataDir, said: stderr };
}
