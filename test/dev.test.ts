/** `npm run dev` [SV2]: restarts on change, ends at once, and says what keeps it from starting. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, utimesSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../client/index.ts";
import { freePorts } from "./lib/ports.ts";

let dataDir: string;
let port: number;
let child: ChildProcess;
let output = "";

function dev(): void {
  output = "";
  const env = { ...process.env, PORT: String(port), HOST: "127.0.0.1", DATA_DIR: dataDir };
  child = spawn(process.execPath, ["dev.ts"], { env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data) => (output += data));
}

async function isUp(): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}

async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not in time: ${what}\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
  port = await freePorts(1);
});
afterEach(() => {
  if (child.exitCode === null) child.kill("SIGKILL");
  rmSync(dataDir, { recursive: true, force: true });
});

describe("[SV2] npm run dev", () => {
  it("serves pages that reload by themselves, restarts on change with all that stood there, and ends within a second on Ctrl+C", async () => {
    dev();
    await until(isUp, "up");
    expect(await (await fetch(`http://127.0.0.1:${port}/field`)).text()).toContain("/@vite/client");
    const url = `http://127.0.0.1:${port}`;
    const here = await connect(url, { storage: null, datagrams: false });
    const world = await here.world("heath");
    await Promise.all([world.props.set("lamp", { on: true }), world.props.set("bench", 2)]);
    world.moveTo({ x: 30, y: 40 });
    await until(() => world.link.roundTripMs !== undefined, "moved");
    utimesSync("rooms/budget.ts", new Date(), new Date());
    await until(() => output.split("hereabouts is up").length === 3, "up again");
    await until(isUp, "up again");
    await until(() => world.connection === "open" && world.props.size === 2, "back");
    expect([world.props.get("lamp"), world.me?.x]).toEqual([{ on: true }, 30]);
    const other = await (await connect(url, { storage: null, datagrams: false })).world("heath");
    await until(() => other.people.get(world.me!.id)?.x === 30, "the pose of before");
    await Promise.all([here.close(), other.leave()]);
    const from = performance.now();
    child.kill("SIGINT");
    await once(child, "exit");
    expect(performance.now() - from).toBeLessThan(1000);
    await until(async () => !(await isUp()), "down");
  });

  it("a port in use is one line and exit code 1", async () => {
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    dev();
    const [code] = await once(child, "exit");
    other.close();
    expect(code).toBe(1);
    expect(output.trim().split("\n")).toEqual([expect.stringMatching(new RegExp(`Port ${port} is taken.*set PORT`))]);
  });
});
