/** [SE1] Whatever people call things, what reaches the disk is safe there. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { folderName, isFilePath, isFolderName, recordingName, storedName } from "./names.ts";
import { start } from "./testing/rig.ts";

const nasty = [
  "../../etc/passwd",
  "\0",
  "💃🏽",
  "a".repeat(10_000),
  "CON",
  "..",
  ".hidden",
  "Ünïcödé ß",
  "",
  " ",
  "a/b\\c",
  "-rf",
];

describe("[SE1] names", () => {
  it("tell the kind, the label, the day and never the same twice", () => {
    const name = () => folderName({ kind: "world", label: "Ünïcödé Field!", created: start });
    expect(name()).toMatch(/^world-unicode-field-20261121-[0-9a-f]{8}$/);
    expect(new Set(Array.from({ length: 1000 }, name)).size).toBe(1000);
    expect(recordingName("audio", start, "mp3")).toMatch(/^audio-20261121-130501-[0-9a-f]{4}\.mp3$/);
    expect(storedName("Sun set.JPEG", "file", "png")).toMatch(/^sun-set-[0-9a-f]{8}\.png$/);
  });

  it.each(nasty)("are safe for %j", (text) => {
    expect(isFolderName(folderName({ kind: "chat", label: text, created: start }))).toBe(true);
    expect(isFilePath(`files/${storedName(text, "file", "txt")}`)).toBe(true);
  });

  it("are safe for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        expect(folderName({ kind: "audio", label: text, created: start })).toMatch(/^audio-[a-z0-9_-]+$/);
        expect(storedName(text, "file", "png")).toMatch(/^[a-z0-9_][a-z0-9_-]*\.png$/);
      }),
    );
  });

  it.each([
    "../session.json",
    "files/../session.json",
    "files//a.png",
    "/a.png",
    "logs/a.jsonl.part",
    "other/a.png",
    "a",
    "files/.x",
  ])("lead nowhere by %j", (path) => expect(isFilePath(path)).toBe(false));
});
