/**
 * `node pack.ts`: builds the SDK as a package to dist/ (JavaScript, types, source maps, and its own package.json), for
 * projects elsewhere: `npm pack ./dist`. It has `hereabouts/client`, `/predict`, `/react` and `/devtools`, and depends on what these
 * import and on nothing of the server. Exits with 1 and what is wrong if it cannot.
 */
import { execFileSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import rootPackage from "./package.json" with { type: "json" };

const root = import.meta.dirname;
const dist = join(root, "dist");
const entries = {
  "./client": "client/index",
  "./predict": "client/predict",
  "./react": "client/react/index",
  "./devtools": "client/devtools/index",
};

/** Types keep the endings of the sources, which are not there. */
function correctImports(): void {
  for (const file of globSync("**/*.d.ts", { cwd: dist })) {
    const path = join(dist, file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/((?:from|import\() ?"\.[^"]*)\.tsx?"/g, '$1.js"'));
  }
}

/** The packages that what was built imports, with the versions of this one. */
function dependencies(): Record<string, string> {
  const versions: Record<string, string> = rootPackage.dependencies;
  const peers: Record<string, string> = rootPackage.peerDependencies;
  const needed: Record<string, string> = {};
  for (const file of globSync("**/*.{js,d.ts}", { cwd: dist })) {
    const text = readFileSync(join(dist, file), "utf8").replace(/^ \*.*$/gm, ""); // examples import too
    for (const [, name] of text.matchAll(/(?:from|import\(|^import) ?"((?:@[\w-]+\/)?[\w.-]+)[^"]*"/gm)) {
      if (name!.startsWith(".") || name! in peers) continue;
      if (!versions[name!]) throw new Error(`${file} imports ${name}, which is no dependency of package.json.`);
      needed[name!] = versions[name!]!;
    }
  }
  return needed;
}

function describePackage(): object {
  const { name, version, description, license, type, peerDependencies, peerDependenciesMeta } = rootPackage;
  const exported = Object.entries(entries).map(([entry, path]) => {
    return [entry, { types: `./${path}.d.ts`, default: `./${path}.js` }] as const;
  });
  return {
    name,
    version,
    description,
    license,
    type,
    sideEffects: false,
    engines: { node: ">=20" },
    exports: { ...Object.fromEntries(exported), "./package.json": "./package.json" },
    dependencies: dependencies(),
    peerDependencies,
    peerDependenciesMeta,
  };
}

try {
  rmSync(dist, { recursive: true, force: true });
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.package.json"], {
    cwd: root,
    stdio: "inherit",
  });
  correctImports();
  writeFileSync(join(dist, "package.json"), `${JSON.stringify(describePackage(), undefined, 2)}\n`);
  cpSync(join(root, "docs/guides/package.md"), join(dist, "README.md"));
  for (const file of ["LICENSE", "CHANGELOG.md"]) cpSync(join(root, file), join(dist, file));
  console.log("package: built to dist");
} catch (error) {
  console.error(`package: the build failed.\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
