/**
 * How long folders are kept: an age counted from the last leave, and a size and a number of all together, above which those
 * that were left longest ago go first. Never one whose session lives; and half of the size is for those that have ended,
 * however much lives.
 */
import { mb } from "../../schema/artifacts.ts";
import { infoOf, type Kept } from "./catalog.ts";
import { sizeOf } from "./disk.ts";
import type { Measured } from "./space.ts";

export interface Aged {
  readonly name: string;
  readonly isLive: boolean;
  /** When the last one left, or it ended. ms since the epoch. */
  readonly left: number;
  readonly bytes: number;
  /** Of them what people sent. */
  readonly uploads: number;
}

export interface Limits {
  readonly days: number;
  readonly bytes: number;
  /** That have ended. */
  readonly folders: number;
}

/** A small folder takes little of the disk but names on it: there are so many that each could have this. */
const leastFolderBytes = 50 * 1024;

export function limitsOf(days: number, mbs: number): Limits {
  const bytes = mbs * mb;
  return { days, bytes, folders: Math.floor(bytes / leastFolderBytes) };
}

export interface Choice {
  readonly name: string;
  readonly bytes: number;
  readonly why: "age" | "size" | "number";
}

const dayMs = 86_400_000;

export function agedOf(kept: Kept): Aged {
  const { name, lastLeft, ended, created, bytes } = infoOf(kept);
  const uploads = kept.manifest ? sizeOf(kept.manifest.files) : 0;
  return { name, isLive: kept.isLive, left: lastLeft || ended || created, bytes, uploads };
}

/** What is to go, and what is left then. */
export function choose(folders: readonly Aged[], limits: Limits, now: number): { gone: Choice[]; left: Measured } {
  const ended = folders.filter(({ isLive }) => !isLive).sort((a, b) => a.left - b.left);
  const sum = (some: readonly Aged[], what: "bytes" | "uploads") => some.reduce((all, one) => all + one[what], 0);
  const live = sum(folders, "bytes") - sum(ended, "bytes");
  const most = Math.max(limits.bytes - live, limits.bytes / 2);
  let [left, count, uploads] = [sum(ended, "bytes"), ended.length, sum(ended, "uploads")];
  const gone: Choice[] = [];
  for (const folder of ended) {
    const isOld = now - folder.left > limits.days * dayMs;
    if (!isOld && left <= most && count <= limits.folders) continue;
    gone.push({ name: folder.name, bytes: folder.bytes, why: isOld ? "age" : left > most ? "size" : "number" });
    left -= folder.bytes;
    uploads -= folder.uploads;
    count--;
  }
  return { gone, left: { ended: left, endedUploads: uploads, live } };
}
