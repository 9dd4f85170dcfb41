/**
 * The SDK as a package, as a project elsewhere has it by docs/guides/package.md: packed, installed by npm, type-checked, run
 * by each Node that is here, and bundled.
 */
import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestSite } from "../testing/index.ts";
import { blocksUnder } from "./lib/documented.ts";
import { blocksOf } from "./lib/guides.ts";
import { Terminal } from "./lib/terminal.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "hereabouts-project-"));
/** Side by side, as in the guide. */
const [checkout, project] = [join(folder, "hereabouts"), join(folder, "elsewhere")];
const dist = resolve("dist");
const modules = join(project, "node_modules");
const installed = join(modules, "hereabouts");

/** The ten lines of someone who has the package and nothing else of ours. */
const tenLines = `
import { connect, HereaboutsError, type Person } from "hereabouts/client";

const here = await connect(process.argv[2], { name: "Ada" });
const world = await here.world("meadow", { avatar: { color: "#e4572e" } });
world.on("refused", (error) => console.error(error.code satisfies string, error instanceof HereaboutsError));
world.moveTo({ x: 3, y: 4 });
const me: Person = world.me!;
console.log(me.name, me.x, me.y);
await here.close();
`;
const component = `
import { openDevtools } from "hereabouts/devtools";
import { useHereabouts, usePeople, useWorld } from "hereabouts/react";

export function names(): string[] {
  const { here } = useHereabouts();
  if (here) openDevtools(here).changeWeather({ loss: 0.1 });
  return usePeople(useWorld("meadow").world).map((person) => person.name);
}
`;

beforeAll(async () => {
  await run(process.execPath, ["pack.ts"]);
  for (const made of [checkout, project]) mkdirSync(made);
  await run("npm", ["pack", "./dist", "--pack-destination", checkout, "--silent"]);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "elsewhere", type: "module" }));
  const guide = readFileSync(join(dist, "README.md"), "utf8");
  const [install] = blocksUnder(guide, "Use the SDK elsewhere", "sh");
  await new Terminal(project, { npm_config_prefer_offline: "true" }).run(install!);
  // what such a project may have besides
  mkdirSync(join(modules, "@types"), { recursive: true });
  for (const name of ["react", "@types/react", "@types/node"]) {
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  writeFileSync(join(project, "main.ts"), tenLines);
  writeFileSync(join(project, "component.ts"), component);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the guides show, each block in a file. */
function writeGuides(): string[] {
  return ["react", "devtools"].flatMap((guide) =>
    blocksOf(guide).map(({ kind, code }, i) => {
      const file = `${guide}-${i}.${kind}`;
      writeFileSync(join(project, file), `${code}\nexport {};\n`);
      return file;
    }),
  );
}

describe("the package", () => {
  it("has its licence and what changed", () => {
    const { license } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { license: string };
    expect(license).toBe("MIT");
    for (const file of ["LICENSE", "CHANGELOG.md"]) {
      expect(readFileSync(join(installed, file), "utf8")).toBe(readFileSync(file, "utf8"));
    }
  });

  it("[SD1] depends on nothing of the server, and has types and source maps for each entry", () => {
    const { dependencies, exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
      exports: Record<string, { types: string; default: string }>;
    };
    expect(Object.keys(dependencies).sort()).toEqual(["@colyseus/schema", "colyseus.js", "zod"]);
    for (const { types, default: module } of ["client", "predict", "react", "devtools"].map(
      (name) => exports[`./${name}`]!,
    )) {
      expect(readFileSync(join(installed, types), "utf8")).not.toMatch(/from "\.[^"]*\.ts"/);
      expect(readFileSync(join(installed, module), "utf8")).toContain("//# sourceMappingURL=");
      const { sourcesContent } = JSON.parse(readFileSync(join(installed, `${module}.map`), "utf8"));
      expect(sourcesContent[0]).toContain("/**");
    }
  });

  it("[SD1] has no `any` in its types but where Colyseus says so", () => {
    const anys = globSync("**/*.d.ts", { cwd: installed }).flatMap((file) => {
      const text = readFileSync(join(installed, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$|"[^"\n]*"/gm, "");
      return text.replaceAll("import().Schema<any>", "").match(/^.*\bany\b.*$/gm) ?? [];
    });
    expect(anys).toEqual([]);
  });

  it.each([
    ["nodenext", "nodenext"],
    ["bundler", "esnext"],
  ])("[SD1] type-checks under moduleResolution %s, as do the guides", async (moduleResolution, module) => {
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--jsx", "react-jsx", "--target", "es2022"];
    options.push("--types", "node", "--module", module, "--moduleResolution", moduleResolution);
    const files = ["main.ts", "component.ts", ...writeGuides()];
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const checked = run(process.execPath, [tsc, ...options, ...files], { cwd: project });
    await expect(checked.catch(({ stdout }: { stdout: string }) => stdout)).resolves.toMatchObject({ stdout: "" });
  });

  it("[SD1] runs in Node: the server's, and the one that npm runs by, which may be as old as 20", async () => {
    await using site = await createTestSite();
    writeFileSync(join(project, "main.js"), stripTypeScriptTypes(tenLines));
    const { stdout } = await run(process.execPath, ["main.ts", site.url], { cwd: project });
    expect(stdout).toBe("Ada 3 4\n");
    expect(await new Terminal(project).run(`node main.js ${site.url}`)).toBe("Ada 3 4\n");
  });

  it("[SD1] is bundled by Vite, and no more of it than is used", async () => {
    const size = async (code: string) => {
      const input = join(project, "page.js");
      writeFileSync(input, code);
      const rolldownOptions = { input, preserveEntrySignatures: "strict" as const };
      const built = await build({
        root: project,
        configFile: false,
        logLevel: "silent",
        build: { write: false, rolldownOptions },
      });
      return gzipSync((built as Rolldown.RolldownOutput).output[0].code).length;
    };
    expect(await size('export { connect } from "hereabouts/client";')).toBeLessThan(80_000);
    expect(await size('export { openDevtools } from "hereabouts/devtools";')).toBeLessThan(10_000);
    expect(await size('export { HereaboutsError } from "hereabouts/client";')).toBeLessThan(12_000);
  });
});
