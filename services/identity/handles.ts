/**
 * Handles are unique among verified people, ignoring case and look-alikes. The first to come keeps it.
 * Display names may use any script; what could disguise or break a line is taken out.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import { cleanText, limits } from "../../schema/messages.ts";
import type { Storage } from "../storage.ts";

const pattern = /^[a-zA-Z0-9_.-]{1,32}$/;

export interface Handles {
  /** Makes `handle` the one of `subject`. Rejects with BAD_HANDLE, HANDLE_TAKEN or UNAVAILABLE. */
  claim(subject: string, handle: string): Promise<void>;
}

/** Handles in the embedded database. */
export function createHandles({ db }: Storage): Handles {
  db.exec(
    "CREATE TABLE IF NOT EXISTS handles (skeleton TEXT PRIMARY KEY, subject TEXT NOT NULL, handle TEXT NOT NULL)",
  );
  const insert = db.prepare("INSERT INTO handles VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const find = db.prepare("SELECT subject FROM handles WHERE skeleton = ?");
  return {
    async claim(subject, handle) {
      checkHandle(handle);
      const skeleton = skeletonOf(handle);
      insert.run(skeleton, subject, handle);
      const owner = find.get(skeleton) as { subject: string };
      if (owner.subject !== subject) throw new HereaboutsError("HANDLE_TAKEN", `"${handle}".`);
    },
  };
}

export function isHandle(handle: unknown): handle is string {
  return typeof handle === "string" && pattern.test(handle);
}

export function checkHandle(handle: string): void {
  if (!pattern.test(handle)) throw new HereaboutsError("BAD_HANDLE", `Got "${handle.slice(0, 40)}".`);
}

/**
 * What is left of a handle once case and look-alikes are folded. Two handles with the same skeleton are one to a reader.
 * The pairs are those of Unicode's confusables data that lie within the characters a handle may have; as there, m and w
 * are spelled out, since "vvv" can be read in two ways.
 */
export function skeletonOf(handle: string): string {
  return handle
    .toLowerCase()
    .replace(/[_.]/g, "-")
    .replace(/m/g, "rn")
    .replace(/w/g, "vv")
    .replace(/[1i]/g, "l")
    .replace(/0/g, "o")
    .replace(/5/g, "s");
}

/** A display name of at most 64 characters; `fallback` where nothing is left that can be seen. */
export function displayName(name: unknown, fallback: string): string {
  if (typeof name !== "string") return fallback;
  const shown = [...cleanText(name.slice(0, limits.nameChars * 8))].slice(0, limits.nameChars).join("").trim();
  return /[^\p{Default_Ignorable_Code_Point}\p{M}\s]/u.test(shown) ? shown : fallback;
}
