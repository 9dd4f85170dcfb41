/** The house stands as docs/SPEC.md and STYLE say: imports point one way, and every file says what it is for. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const files = globSync("**/*.ts", { exclude: (name) => /^(node_modules|dist|data)$/.test(String(name)) });
const sources = files.filter((file) => !/\.test(-d)?\.ts$|(^|\/)test(ing)?\//.test(file));

/** Which rooms of the house each may import from. `server.ts` composes and may import all. */
const allowed: Record<string, string[]> = {
  schema: ["schema"],
  client: ["client", "schema"],
  services: ["services", "schema", "config.ts", "package.json"],
  pieces: ["pieces", "schema"],
  rooms: ["rooms", "services", "pieces", "schema", "config.ts"],
  routes: ["routes", "services", "schema", "config.ts", "package.json"],
  // the types of pieces: what their pages see of their server sides
  web: ["web", "client", "schema", "pieces"],
  "config.ts": ["schema", "settings.ts", "settingTypes.ts"],
  "settings.ts": ["schema"],
  "settingTypes.ts": [],
};

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8").replace(/^ *\*.*$/gm, ""); // examples import too
  return [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)].map(([, path]) =>
    normalize(join(dirname(file), path!)),
  );
}

const roomOf = (path: string) => path.split("/")[0]!;

describe("the house", () => {
  it("has imports that point one way", () => {
    const wrong = sources.flatMap((file) => {
      const may = allowed[roomOf(file)];
      if (!may) return [];
      return importsOf(file)
        .filter((path) => !may.includes(roomOf(path)))
        .map((path) => `${file} imports ${path}`);
    });
    expect(wrong).toEqual([]);
  });

  it("has no import cycles, not even of types", () => {
    const imports = new Map(files.map((file) => [file, importsOf(file)]));
    const reaches = (file: string) => {
      const reached = new Set(imports.get(file));
      for (const path of reached) for (const next of imports.get(path) ?? []) reached.add(next);
      return reached;
    };
    expect(files.filter((file) => reaches(file).has(file))).toEqual([]);
  });

  it("has a promise at the head of each file", () => {
    const silent = files.filter((file) => !/^(#![^\n]*\n)?\/\*\*/.test(readFileSync(file, "utf8")));
    expect(silent).toEqual([]);
  });

  it("reads the environment in config.ts only", () => {
    const product = sources.filter((file) =>
      /^(schema|services|rooms|routes|client|pieces|settings|server)/.test(file),
    );
    expect(product.filter((file) => readFileSync(file, "utf8").includes("process.env"))).toEqual([]);
  });

  it("touches what Colyseus keeps to itself in one file only", () => {
    const hidden = /\b_onMessage\b|\b_reserveSeat\b|\b_serializer\b|\["_\w+"\]/;
    const touching = sources.filter((file) => /^(rooms|routes|services)/.test(file));
    expect(touching.filter((file) => hidden.test(readFileSync(file, "utf8")))).toEqual(["rooms/colyseus.ts"]);
  });
});
