/** [SE4] What `npm run sessions` makes of the folders of a DATA_DIR, and what it says to what it does not know. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { createRig } from "./testing/rig.ts";

const cli = fileURLToPath(new URL("./cli.ts", import.meta.url));

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
