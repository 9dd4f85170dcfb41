/**
 * Builds the modules that plain pages import: `/client.js` and `/predict.js`, which have one copy of the SDK and of Colyseus
 * in common (a second one would not know the rooms of the first), and `/devtools.js`, which needs neither.
 */
import { build, type InlineConfig } from "vite";
import settings, { modules } from "./vite.config.ts";

export const moduleNames: readonly string[] = Object.values(modules).flatMap((group) => Object.keys(group));

/** What games alone need. All else that the two have stands in one file, which compresses better than parts of it. */
const ofGames = /colyseus\.js\/build\/predict|client\/(predict|gameSeat)\.ts|schema\/game\.ts|web\/modules\//;

type Options = NonNullable<NonNullable<InlineConfig["build"]>["rolldownOptions"]>;

export async function buildModules(outDir: string): Promise<void> {
  const input = byName(modules.sdk);
  await buildInto(outDir, {
    input,
    // the entries export what they say and no more, as nothing imports them
    preserveEntrySignatures: "allow-extension",
    // Colyseus's index names them all, and means none of them
    treeshake: { moduleSideEffects: [{ test: /colyseus\.js\/build\/predict/, sideEffects: false }] },
    output: {
      entryFileNames: "[name].js",
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ name: "sdk", test: (id) => !ofGames.test(id) }],
      },
    },
  });
  await buildInto(outDir, {
    input: byName(modules.alone),
    preserveEntrySignatures: "exports-only",
    output: { entryFileNames: "[name].js" },
  });
}

/** Without the ending of their addresses, which is the output's. */
const byName = (group: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(group).map(([address, source]) => [address.slice(0, -".js".length), source]));

async function buildInto(outDir: string, rolldownOptions: Options): Promise<void> {
  const options = { ...settings.build, outDir, emptyOutDir: false, rolldownOptions };
  await build({ ...settings, configFile: false, logLevel: "warn", build: options });
}
