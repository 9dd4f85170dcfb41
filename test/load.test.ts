/** The load tester as its user meets it: a report that opens offline, verdicts as exit codes, and a stop that reports. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "hereabouts-load-test-"));
const program = fileURLToPath(new URL("../loadtest/index.ts", import.meta.url));
const patienceMs = 60_000;
/** All well, or the load generator was the limit: on a busy machine that is the honest answer. */
const fine = [0, 2];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function load(
  args: readonly string[],
  stopAt?: RegExp,
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const stdio = ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"];
  const child = spawn(process.execPath, [program, ...args], { stdio, env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => {
      const isBefore = !stopAt?.test(output);
      output += text;
      if (isBefore && stopAt?.test(output)) child.kill("SIGINT");
    });
  }
  const code = await new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? -1)));
  return { code, output };
}

describe("npm run load", { concurrent: true, timeout: patienceMs }, () => {
  it("[LT1] [LT2] [LT3] loads worlds and chats at once, in bad weather, and reports on one page", async () => {
    const [html, json] = [join(folder, "report.html"), join(folder, "report.json")];
    const shares = ["--people", "12", "--shares", "world=2,chat=1", "--size", "4", "--weather", "loss=2,delay=20"];
    const { code, output } = await load(["mixed", ...shares, "--seconds", "2", "--html", html, "--json", json]);
    expect(output).not.toContain("FAILED");
    expect(fine).toContain(code);
    const { figures, samples } = JSON.parse(readFileSync(json, "utf8"));
    expect(figures["world.p50"]).toBeGreaterThan(20);
    expect(figures).toMatchObject({ "world.stale": 0, "world.missing": 0, "world.strangers": 0 });
    expect(figures).toMatchObject({ "chat.wrong.lines": 0, "chat.wrong.rosters": 0 });
    expect(samples.at(-1)).toMatchObject({ people: 12 });
    const page = readFileSync(html, "utf8");
    expect(page).toContain("<svg");
    expect(page).not.toMatch(/https?:/);
  });

  it("[LT1] [LT2] has people of the SDK among light ones, who think and rest, in each kind of place", async () => {
    const json = join(folder, "think.json");
    const shares = ["--people", "24", "--shares", "world=1,chat=1,presence=2", "--sdk", "12", "--think", "0.5"];
    const { code, output } = await load(["mixed", ...shares, "--seconds", "2", "--json", json]);
    expect(output).not.toContain("FAILED");
    expect(fine).toContain(code);
    const { figures } = JSON.parse(readFileSync(json, "utf8"));
    expect(figures).toMatchObject({ "world.stale": 0, "world.missing": 0, "chat.wrong.lines": 0 });
    expect(figures["chat.lines"]).toBeGreaterThan(0);
    expect(figures["presence.wrong.rosters"]).toBe(0);
  });

  it("[LT1] [LT2] people of the SDK come and go, and everyone knows everyone; Ctrl+C ends it with the report so far", async () => {
    const { code, output } = await load(
      ["churn", "--people", "8", "--think", "0.3", "--seconds", "600"],
      /measured {2}8 in/,
    );
    expect(output).toContain("Stopped early: this is the report so far.");
    expect(output).toContain("0 missing, 0 strangers, 0 wrong counts, 0 away");
    expect(output).not.toContain("FAILED");
    expect(fine).toContain(code);
  });

  it("[WO5] tells when one who stops reading was cut, and what the others noticed of it", async () => {
    const json = join(folder, "stalled.json");
    const small = ["--people", "4", "--phase", "6", "--rounds", "1"];
    const { output } = await load(["stalled", ...small, "--json", json], undefined, { PONG_MS: "2000" });
    const { figures } = JSON.parse(readFileSync(json, "utf8"));
    expect(output).toContain("1 of 1 cut");
    expect(figures).toMatchObject({ uncut: 0, lost: 0 });
    expect(figures.cut).toBeGreaterThan(1000); // not by what waited for it
  });

  it("[CH3] [WO5] tries limits, a little of each", async () => {
    const json = join(folder, "limits.json");
    const { output } = await load(["limits", "--only", "history,sizes", "--share", "0.005", "--json", json]);
    const { figures } = JSON.parse(readFileSync(json, "utf8"));
    expect(output).toContain("a page of a hundred before the newest");
    expect(figures).toMatchObject({ "history.lines": 5000, "sizes.largest.ended": 0, "sizes.larger.kept": 0 });
  });

  it.each([
    [["limits", "--only", "rooms,nothing"], "must be some of rooms,joins"],
    [["mixed", "--shares", "worlds=1"], "There are: world chat presence audio"],
    [["world", "--weather", "loss=200"], "loss must be at most 100 %"],
    [["audio", "--sdk", "3"], "needs a browser's <audio>"],
    [["churn", "--sdk=3"], "everyone has the SDK"],
    [["chat", "--sdk", "3", "--baseline", "fanout"], "of light clients"],
    [["presence", "--people", "20", "--think", "5"], "50 who come and go"],
    [["soak", "--url", "http://127.0.0.1:1"], "leave out --url"],
    [["wrld"], "There are: audio chat churn crash limits mixed presence processes soak stalled world"],
  ])("[LT1] refuses %j in one line", async (args, message) => {
    const { code, output } = await load(args);
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(output.trim().split("\n")).toHaveLength(1);
  });
});
