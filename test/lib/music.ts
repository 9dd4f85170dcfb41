/** The built-in music, made and analysed once for the servers of all tests: each finds it as at its second start. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeBuiltinSet } from "../../services/audio/library/builtin/builtin.ts";
import { pieces } from "../../services/audio/library/builtin/pieces.ts";
import { Library } from "../../services/audio/library/library.ts";

const kept = fileURLToPath(new URL("../../node_modules/.cache/hereabouts-audio/", import.meta.url));
const [set, analyses] = [join(kept, "builtin"), join(kept, "library.db")];
let made: Promise<void> | undefined;

/** Makes what is missing, or what has changed since. */
export function makeMusic(): Promise<void> {
  made ??= make();
  return made;
}

async function make(): Promise<void> {
  const paths: string[] = [];
  const onError = (error: Error) => {
    throw error;
  };
  const builtin = makeBuiltinSet({ dir: set, onReady: (path) => paths.push(path), onError });
  if (paths.length === pieces.length && existsSync(analyses)) return;
  await builtin.done;
  const library = new Library({ dir: kept });
  await library.scan(set);
  await library.close();
}

/** Puts it into a data folder, as far as it is made. */
export function linkMusic(dataDir: string): void {
  if (!existsSync(analyses)) return;
  const to = join(dataDir, "audio", "builtin");
  mkdirSync(to, { recursive: true });
  copyFileSync(analyses, join(dataDir, "audio", "library.db"));
  for (const file of readdirSync(set)) linkOrCopy(join(set, file), join(to, file));
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // on another disk
  }
}
