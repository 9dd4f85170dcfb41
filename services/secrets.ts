/**
 * Secrets the server makes for itself on its first start and keeps with its data, readable by their owner only. Of several
 * processes that start at once on the same folder one makes it, and all have that one.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HereaboutsError } from "../schema/errors.ts";

/** The secret of `name`, of `bytes` random bytes in base64url. `isNew` if this call made it. Throws BAD_SETTING. */
export function keptSecret(
  dataDir: string,
  name: string,
  bytes: number,
): { value: string; file: string; isNew: boolean } {
  const file = join(dataDir, name);
  try {
    const isNew = !existsSync(file) && make(file, randomBytes(bytes).toString("base64url"));
    return { value: readFileSync(file, "utf8").trim(), file, isNew };
  } catch (cause) {
    const details = `DATA_DIR: "${dataDir}" keeps no secret: ${(cause as Error).message}.`;
    throw new HereaboutsError("BAD_SETTING", details, { cause });
  }
}

/** False if another process was first. The name is given to a file that is whole: nobody reads half a secret. */
function make(file: string, value: string): boolean {
  const draft = `${file}.${process.pid}`;
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(draft, `${value}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** Takes the same time whatever the two are. */
export function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
