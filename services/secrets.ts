/** Secrets the server makes for itself on its first start and keeps with its data, readable by their owner only. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The secret of `name`, of `bytes` random bytes in base64url. `isNew` if this call made it. */
export function keptSecret(
  dataDir: string,
  name: string,
  bytes: number,
): { value: string; file: string; isNew: boolean } {
  const file = join(dataDir, name);
  const isNew = !existsSync(file);
  if (isNew) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, `${randomBytes(bytes).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
  return { value: readFileSync(file, "utf8").trim(), file, isNew };
}
