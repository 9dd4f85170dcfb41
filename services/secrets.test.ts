/** Secrets that are made once, also by several processes that start at once on one folder. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { keptSecret } from "./secrets.ts";

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "hereabouts-secret-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it("is made at the first call, readable by its owner only, and kept", () => {
  const dir = join(folder(), "data");
  const first = keptSecret(dir, "secret", 32);
  expect(first).toEqual({ value: expect.stringMatching(/^[\w-]{43}$/), file: join(dir, "secret"), isNew: true });
  expect(statSync(first.file).mode & 0o777).toBe(0o600);
  expect(keptSecret(dir, "secret", 32)).toEqual({ ...first, isNew: false });
  expect(readdirSync(dir)).toEqual(["secret"]);
});

it("is the same for all processes that make it at once, and new to one of them", { timeout: 20_000 }, async () => {
  const dir = folder();
  const code = `
    import { keptSecret } from ${JSON.stringify(new URL("./secrets.ts", import.meta.url).href)};
    process.stdout.write("ready");
    process.stdin.on("data", (name) => console.log(JSON.stringify(keptSecret(${JSON.stringify(dir)}, String(name), 32))));
  `;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  onTestFinished(() => {
    for (const child of children) child.kill();
  });
  const answers = () => Promise.all(children.map(async ({ stdout }) => String((await once(stdout, "data"))[0])));
  await answers();
  for (let round = 0; round < 20; round++) {
    const answered = answers();
    for (const { stdin } of children) stdin.write(`secret${round}`);
    const secrets = (await answered).map((line) => JSON.parse(line) as ReturnType<typeof keptSecret>);
    expect(new Set(secrets.map(({ value }) => value)).size).toBe(1);
    expect(secrets[0]!.value).toHaveLength(43);
    expect(secrets.filter(({ isNew }) => isNew)).toHaveLength(1);
  }
  expect(readdirSync(dir)).toHaveLength(20);
});
