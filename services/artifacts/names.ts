/**
 * Names of folders and files: small letters, digits, `_` and `-`, which any file system takes, and random digits, so that
 * no name is used twice. What people call things is only a hint in them.
 */
import { randomBytes } from "node:crypto";
import type { LiveSession } from "../lifecycle.ts";

/** Folders of a session, made when the first file comes. */
export const subfolders = ["logs", "screenshots", "files", "devtools", "recordings"] as const;
export type Subfolder = (typeof subfolders)[number];

/** What is being written, and must not be taken for whole. */
export const unfinished = ".part";

const labelChars = 40;
const folderPattern = /^(world|chat|audio)-[a-z0-9_-]{1,40}-\d{8}-[0-9a-f]{8}$/;
const filePattern = /^[a-z0-9_][a-z0-9_-]*(\.[a-z0-9]+)+$/;

/** `<kind>-<label>-<yyyymmdd>-<8 hex>`, with the day in UTC on which the session began. */
export function folderName({ kind, label, created }: Pick<LiveSession, "kind" | "label" | "created">): string {
  return `${kind}-${plain(label, "session")}-${digitsOf(created).slice(0, 8)}-${hex(4)}`;
}

export function isFolderName(name: string): boolean {
  return folderPattern.test(name);
}

/** `sunset-1a2b3c4d.png`; the ending is that of the content. */
export function storedName(given: string, instead: string, ending: string): string {
  return `${plain(given.slice(0, 1000).replace(/\.[^.]*$/, ""), instead)}-${hex(4)}.${ending}`;
}

/** `world-20261121-130501-1a2b.capsule`, in UTC. */
export function recordingName(name: string, began: number, ending: string): string {
  const digits = digitsOf(began);
  return `${plain(name, "recording")}-${digits.slice(0, 8)}-${digits.slice(8, 14)}-${hex(2)}.${ending}`;
}

/** Whether a path can be one of ours below a folder: `session.json`, `logs/server.jsonl`. */
export function isFilePath(path: string): boolean {
  const parts = path.split("/");
  const file = parts.pop()!;
  const isPlace = parts.length === 0 || (parts.length === 1 && (subfolders as readonly string[]).includes(parts[0]!));
  return isPlace && filePattern.test(file) && !file.endsWith(unfinished);
}

/** What of a text any file system takes. */
function plain(text: string, instead: string): string {
  const bare = text.slice(0, 1000).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const label = bare.replace(/[^a-z0-9_]+/g, "-").replace(/^[-_]+/, "");
  return label.slice(0, labelChars).replace(/[-_]+$/, "") || instead;
}

const hex = (bytes: number) => randomBytes(bytes).toString("hex");

/** yyyymmddhhmmss. */
const digitsOf = (at: number) => new Date(at).toISOString().replace(/\D/g, "");
