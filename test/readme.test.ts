/** The README's commands do what it says, and CI runs the very one it gives. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { errorsPage } from "../docs/print.ts";
import packageJson from "../package.json" with { type: "json" };

const readme = readFileSync("README.md", "utf8");
const commands = [...readme.matchAll(/```sh\n(.*?)\n```/gs)].map(([, command]) => command!);

describe("the README", () => {
  it("gives two commands, and CI runs the second", () => {
    expect(commands).toEqual(["npm ci && npm start", "npm ci && npm test"]);
    expect(readFileSync(".ci/run", "utf8").trim().split("\n").at(-1)).toBe(commands[1]);
  });

  it("names scripts that there are", () => {
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !(name in packageJson.scripts))).toEqual([]);
  });

  it("`npm start` serves the pages until it is ended", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
    const env = { ...process.env, PORT: "0", DATA_DIR: dataDir, LOG_FORMAT: "json" };
    const child = spawn("npm", ["start"], { env, detached: true });
    let output = "";
    let url = "";
    child.stdout.on("data", (data) => (output += data));
    try {
      url = await new Promise<string>((resolve, reject) => {
        child.stdout.on("data", () => {
          const match = /pages\s+(http:\/\/localhost:\d+)\//.exec(output);
          if (match) resolve(match[1]!);
        });
        child.once("exit", () => reject(new Error(output)));
      });
      for (const path of ["/", "/field", "/client.js", "/healthz"]) {
        expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
      }
    } finally {
      process.kill(-child.pid!, "SIGTERM");
      await once(child, "exit");
      // npm may be gone a moment before the server that it started
      const isServing = () =>
        fetch(`${url}/healthz`).then(
          () => true,
          () => false,
        );
      await expect.poll(isServing, { timeout: 5000 }).toBe(false);
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

describe("the docs", () => {
  it("docs/ERRORS.md is what the error table says", () => {
    expect(readFileSync("docs/ERRORS.md", "utf8")).toBe(errorsPage());
  });

  it("link to files that there are", () => {
    const pages = [
      "README.md",
      "docs/SPEC.md",
      "docs/ERRORS.md",
      "docs/guides/write-a-piece.md",
      "docs/guides/run-a-server.md",
      "docs/guides/many-processes.md",
    ];
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\]\(([^)#:]+)\)/g)]
        .map(([, link]) => join(page, "..", link!))
        .filter((path) => {
          try {
            readFileSync(path);
            return false;
          } catch {
            return true;
          }
        })
        .map((path) => `${page} -> ${path}`),
    );
    expect(broken).toEqual([]);
  });
});
