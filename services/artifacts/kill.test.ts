/**
 * [SE4] A process that keeps artifacts is killed with -9 at any moment: what the next one finds is whole files, whole lines
 * and whole frames, and all that was on the disk for certain. KILLS asks for more kills.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { formats } from "./formats.ts";
import { createRig } from "./testing/rig.ts";

const kills = Number(process.env["KILLS"] ?? 4);
const child = fileURLToPath(new URL("./testing/killed.ts", import.meta.url));

type Told = { isUp?: true; stored?: string; flushed?: { folder: string; n: number }; error?: string };

async function killSoon(dataDir: string): Promise<Told[]> {
  const told: Told[] = [];
  const process: ChildProcess = fork(child, [dataDir], { execArgv: [] });
  await new Promise<void>((resolve) =>
    process.on("message", (message: Told) => {
      told.push(message);
      if (message.isUp) setTimeout(() => process.kill("SIGKILL"), Math.random() * 700);
      if (message.isUp) resolve();
    }),
  );
  await new Promise((resolve) => process.once("close", resolve));
  return told;
}

function checkFile(dir: string, path: string): void {
  const bytes = readFileSync(join(dir, path));
  const lines = () => bytes.toString("utf8").split("\n");
  switch (extname(path)) {
    case ".jsonl":
      expect(lines().pop(), "a whole last line").toBe("");
      for (const line of lines().slice(0, -1)) {
        const { n, text } = JSON.parse(line) as { n: number; text: string };
        expect(text).toBe("ü".repeat(n));
      }
      break;
    case ".mp3":
      expect(formats["mp3"]!.wholeLength(bytes)).toBe(bytes.length);
      break;
    case ".txt":
      expect(bytes.length).toBe(5000);
      break;
    default:
      expect(JSON.parse(String(bytes))).toMatchObject({ version: 1, participants: [{ handle: "ada" }] });
  }
}

it(`${kills} kills leave only what is whole, and lose nothing that was kept`, {
  timeout: 20_000 + kills * 3000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-killed-"));
  try {
    for (let kill = 0; kill < kills; kill++) {
      const told = await killSoon(dataDir);
      const { errors, folders, paths, root } = createRig({ dataDir });
      await folders.sweep();
      expect(errors).toEqual([]);
      expect(told.flatMap(({ error = [] }) => error)).toEqual([]);
      // a folder that was being made has not its name yet, and goes later
      const kept = paths().filter((path) => !path.includes(".part/"));
      for (const path of kept) checkFile(root, path);
      expect(kept.filter((path) => path.endsWith(".part"))).toEqual([]);
      expect((await folders.list()).every(({ ended }) => ended > 0)).toBe(true);
      for (const { stored, flushed } of told) {
        if (stored) expect(kept).toContain(stored);
        if (!flushed) continue;
        const logs = readdirSync(join(root, flushed.folder, "logs"));
        const lines = logs.flatMap((file) =>
          readFileSync(join(root, flushed.folder, "logs", file), "utf8")
            .trim()
            .split("\n"),
        );
        const numbers = new Set(lines.map((line) => (JSON.parse(line) as { n: number }).n));
        for (let n = 0; n <= flushed.n; n++)
          expect(numbers.has(n), `${basename(flushed.folder)}: line ${n}`).toBe(true);
      }
      await folders.close();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
