/** Pieces that are being made: `<piece>.mp3.<pid>.partial`, so that of several processes on one folder one makes each. */
import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";

const pattern = /^(.*\.mp3)\.(\d+)\.partial$/;

/** Where this process writes the piece of `path` until it is whole. */
export function draftOf(path: string): string {
  return `${path}.${process.pid}.partial`;
}

/** Whether another process that lives makes the piece of `path`. */
export function isMadeElsewhere(path: string): boolean {
  return readdirSync(dirname(path)).some((file) => pattern.exec(file)?.[1] === basename(path) && isOfAnother(file));
}

/** Whether `file` is a draft of another process that lives: any other draft was left by one that was killed. */
export function isOfAnother(file: string): boolean {
  const pid = Number(pattern.exec(file)?.[2]);
  if (!pid || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's
  }
}
