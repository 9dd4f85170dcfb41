/** `session.json`: what a session's folder says of itself. Always whole on the disk. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { filesOf, replaceFile, sizeOf } from "./disk.ts";

export const manifestName = "session.json";

const participant = z.object({ person: z.string(), handle: z.string(), first: z.number(), last: z.number() });
const sentFile = z.object({
  /** Below the folder. */
  path: z.string(),
  type: z.string(),
  bytes: z.number(),
  /** Public id of who sent it. */
  person: z.string(),
  at: z.number(),
});
const manifest = z.object({
  version: z.literal(1),
  id: z.string(),
  kind: z.enum(["world", "chat", "audio"]),
  key: z.string(),
  label: z.string(),
  /** Of an audio session. */
  type: z.string().optional(),
  forkedFrom: z.string().optional(),
  /** ms since the epoch, as all times; 0 for what has not been. */
  created: z.number(),
  ended: z.number(),
  /** Why it ended: as the bus says, `moved`, or `lost` where its process was killed. */
  reason: z.string().optional(),
  lastLeft: z.number(),
  /** Connections that are in now. */
  present: z.number(),
  /** What writes it (beat.ts). */
  writer: z.string(),
  versions: z.record(z.string(), z.string()),
  participants: z.array(participant),
  /** Those who were in before so many others that they are left out, or were erased while it went on. */
  participantsLeftOut: z.number().optional(),
  files: z.array(sentFile),
  /** All that is in the folder, as far as it was known. */
  bytes: z.number(),
});

export type Manifest = z.infer<typeof manifest>;
export type SentFile = z.infer<typeof sentFile>;

/** Undefined where there is none that can be read. */
export async function readManifest(dir: string): Promise<Manifest | undefined> {
  try {
    return manifest.parse(JSON.parse(await readFile(join(dir, manifestName), "utf8")));
  } catch {
    return undefined;
  }
}

export function writeManifest(dir: string, content: Manifest): Promise<void> {
  return replaceFile(join(dir, manifestName), textOf(content));
}

/** Says of a folder whose session has ended which files it has now. */
export async function noteFiles(root: string, kept: { name: string; manifest: Manifest | undefined }): Promise<void> {
  if (!kept.manifest) return;
  const dir = join(root, kept.name);
  const all = await filesOf(dir);
  const paths = new Set(all.map(({ path }) => path));
  const files = kept.manifest.files.filter(({ path }) => paths.has(path));
  await writeManifest(dir, { ...kept.manifest, files, bytes: sizeOf(all) });
}

export function textOf(content: Manifest): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
