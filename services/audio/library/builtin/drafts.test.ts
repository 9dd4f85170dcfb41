/** Who makes a piece: this process, another that lives, or nobody any more. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { draftOf, isMadeElsewhere, isOfAnother } from "./drafts.ts";

it("[AU7] a piece is made elsewhere while a draft of it is another living process's", () => {
  const dir = mkdtempSync(join(tmpdir(), "hereabouts-drafts-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "first-light-0123456789ab.mp3");
  const { pid: dead } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(draftOf(path), "");
  writeFileSync(`${path}.${dead}.partial`, "");
  writeFileSync(join(dir, `undertow-0123456789ab.mp3.${process.ppid}.partial`), "");
  expect(isMadeElsewhere(path)).toBe(false);
  writeFileSync(`${path}.${process.ppid}.partial`, "");
  expect(isMadeElsewhere(path)).toBe(true);
  expect(isOfAnother(basename(path))).toBe(false);
});
