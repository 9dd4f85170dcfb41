/** Files that reports are written to: that it cannot be written is said before hours are spent on it, not after. */
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "./usage.ts";

/** Throws a UsageError if it cannot be written. What is in it stays. Nothing to do for an empty name. */
export function mustBeWritable(file: string): void {
  if (file === "") return;
  try {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}.`);
  }
}

export function writeReport(file: string, content: string | object): void {
  const text = typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`;
  writeFileSync(file, text);
}
