/** [SE1] [SE2] [SE4] What a server keeps of its sessions, and what `npm run sessions` makes of it. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { list as listArchive } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FolderDetails, FolderInfo } from "../services/artifacts/artifacts.ts";
import { decode } from "../services/audio/crossfade/codec.ts";
import { countFrames, Listening } from "./lib/audio.ts";
import { post } from "./lib/fetch.ts";
import { linkMusic, makeMusic } from "./lib/music.ts";
import { until } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-artifacts-"));
let server: TestServer;

async function sessions(...args: string[]): Promise<string> {
  const command = ["services/artifacts/cli.ts", ...args];
  const env = { PATH: process.env["PATH"], DATA_DIR: dataDir, TZ: "UTC" };
  return (await promisify(execFile)(process.execPath, command, { env })).stdout.trim();
}
const listed = async () => JSON.parse(await sessions("list", "--json")) as FolderInfo[];

beforeAll(async () => {
  await makeMusic();
  linkMusic(dataDir);
  server = await startTestServer({ dataDir });
});
afterAll(async () => {
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe("a server that keeps artifacts", () => {
  it("[SE2] records a session as it is heard, frame by frame, and counts nobody for it", async () => {
    const { json } = await post(server.url, "/api/session/create", { sessionName: "Late Night" });
    const heard = new Listening(`${server.url}/stream/${json["sessionId"]}`);
    await until(() => countFrames(heard.bytes) > 190);
    expect(await server.metric("hereabouts_audio_listeners")).toBe(1);
    heard.leave();
    const [folder] = (await listed()).filter(({ id }) => id === json["sessionId"]);
    expect(folder).toMatchObject({ kind: "audio", label: "Late Night", ended: 0 });
    const recordings = join(dataDir, "sessions", folder!.name, "recordings");
    const whole = () => existsSync(recordings) && readdirSync(recordings).find((file) => file.endsWith(".mp3"));
    const bytes = readFileSync(join(recordings, (await until(whole)) as string));
    // a listener that goes away reads less than was sent
    const same = Math.min(bytes.length, heard.bytes.length);
    expect(heard.bytes.subarray(0, same).equals(bytes.subarray(0, same))).toBe(true);
    expect(countFrames(bytes)).toBeGreaterThan(150);
    const [left] = await decode(bytes);
    expect(left.length).toBe(countFrames(bytes) * 1152);
    expect(await server.metric("hereabouts_audio_listeners")).toBe(0);
  });

  it("[SE4] can be looked into by `npm run sessions` while it runs", async () => {
    const [{ name, id }] = (await listed()).filter(({ label }) => label === "Late Night") as [FolderInfo];
    expect(await sessions("list")).toMatch(new RegExp(`${name} +Late Night +\\d{4}-\\d\\d-\\d\\d .* lives`));
    const shown = JSON.parse(await sessions("show", id, "--json")) as FolderDetails;
    expect(shown.files.map(({ path }) => path)).toEqual([
      "logs/server.jsonl",
      expect.stringMatching(/^recordings\/.*\.mp3$/),
      "session.json",
    ]);
    expect(await sessions("show", name)).toContain(shown.files[0]!.path);
    const out = join(dataDir, "archive.tar.gz");
    expect(await sessions("export", name, "--out", out)).toContain("3 files");
    const archived: string[] = [];
    await listArchive({ file: out, onReadEntry: ({ path }) => archived.push(path) });
    expect(archived).toEqual(shown.files.map(({ path }) => `${name}/${path}`));
    await Promise.all([
      expect(sessions("export", name, "--out", out)).rejects.toThrow(/is there already/),
      expect(sessions("show", "../..")).rejects.toThrow(/There is no folder/),
      expect(sessions("prune", "--days", "soon")).rejects.toThrow(/must be a whole number/),
      expect(sessions("dance")).rejects.toThrow(/usage/),
      expect(sessions("prune", "--days", "0", "--mb", "0")).resolves.toBe("Removed 0 folders, 0 B."),
    ]);
  });

  it("[SE4] ends every folder when it drains, and what was lost by a kill when it starts again", async () => {
    const { json } = await post(server.url, "/api/session/create", { sessionName: "Cut Off" });
    const heard = new Listening(`${server.url}/stream/${json["sessionId"]}`);
    await until(() => countFrames(heard.bytes) > 190);
    await until(async () => JSON.stringify(await listed()).includes("Cut Off"));
    const part = () => readdirSync(join(dataDir, "sessions"), { recursive: true }).map(String);
    await until(() => part().some((path) => path.includes("cut-off") && path.endsWith(".mp3.part")));
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    server = await startTestServer({ dataDir });
    await until(async () => (await listed()).find(({ label }) => label === "Cut Off")?.ended);
    expect(part().filter((path) => path.includes("cut-off") && path.endsWith(".part"))).toEqual([]);
    const [recording] = part().filter((path) => /cut-off.*\.mp3$/.test(path));
    expect((await decode(readFileSync(join(dataDir, "sessions", recording!))))[0].length).toBeGreaterThan(0);

    const again = new Listening(`${server.url}/stream/master`);
    await until(() => countFrames(again.bytes) > 190);
    expect((await server.stop()).code).toBe(0);
    expect(server.logs().filter(({ level }) => Number(level) >= 40)).toEqual([]);
    expect((await listed()).filter(({ ended }) => ended === 0)).toEqual([]);
    expect(part().filter((path) => path.endsWith(".part"))).toEqual([]);
    expect(part().some((path) => /audio-master-.*\.mp3$/.test(path))).toBe(true);
    expect(await sessions("prune", "--days", "0", "--dry-run")).toMatch(/Would remove [1-9]/);
    await sessions("prune", "--days", "0");
    expect(await listed()).toEqual([]);
    expect(await sessions("list")).toContain("There are no sessions");
  });

  it("[SE1] keeps nothing where ARTIFACTS is off", async () => {
    const off = await serverOfTest({ env: { ARTIFACTS: "off" } });
    expect(existsSync(join(off.dataDir, "sessions"))).toBe(false);
  });
});
