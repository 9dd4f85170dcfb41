/** [SE2] What people send: types by content, limits, and nothing left of what is refused. */
import { describe, expect, it } from "vitest";
import { createRig } from "./testing/rig.ts";
import { inPieces, png, upload } from "./testing/sent.ts";

const code = (error: unknown) => (error as { code: string }).code;
const bytesOf = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const pad = "\0".repeat(64);

describe("[SE2] a file", () => {
  it.each<[string, Uint8Array | string, string]>([
    ["png", png, "image/png"],
    ["jpg", bytesOf([0xff, 0xd8, 0xff, 0xe0], pad), "image/jpeg"],
    ["webp", bytesOf("RIFF", [9, 9, 9, 9], "WEBPVP8 "), "image/webp"],
    ["gif", "GIF89a..", "image/gif"],
    ["avif", bytesOf([0, 0, 0, 32], "ftypavif", pad), "image/avif"],
    ["mp3", bytesOf("ID3", pad), "audio/mpeg"],
    ["ogg", bytesOf("OggS", pad), "audio/ogg"],
    ["wav", bytesOf("RIFF", [9, 9, 9, 9], "WAVEfmt "), "audio/wav"],
    ["flac", bytesOf("fLaC", pad), "audio/flac"],
    ["mp4", bytesOf([0, 0, 0, 32], "ftypisom", pad), "video/mp4"],
    ["webm", bytesOf([0x1a, 0x45, 0xdf, 0xa3], "....webm"), "video/webm"],
    ["pdf", "%PDF-1.7\n", "application/pdf"],
    ["txt", "grüße 💃, \tand more\r\n", "text/plain; charset=utf-8"],
    ["json", ' {"a": [1, 2]}\n', "application/json"],
    ["txt", '{"a": [1, 2', "text/plain; charset=utf-8"],
    ["txt", "alert(1)", "text/plain; charset=utf-8"],
  ])("is %s by its content, in whichever pieces it comes", async (ending, content, type) => {
    const { create } = createRig();
    const { folder } = create();
    for (const pieceBytes of [1, 7, 100_000]) {
      const stored = await folder.store(upload(content, { name: "x.exe", body: inPieces(content, pieceBytes) }));
      expect(stored).toMatchObject({ type, bytes: Buffer.from(content).length });
      expect(stored.path).toMatch(new RegExp(`^files/x-[0-9a-f]{8}\\.${ending}$`));
    }
  });

  it.each<[string, Uint8Array | string]>([
    ["nothing", ""],
    ["HTML", " \n<!doctype html><script>"],
    ["HTML behind a byte order mark", "\ufeff<html>"],
    ["SVG", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"],
    ["an archive", bytesOf("PK", [3, 4], pad)],
    ["a program", bytesOf([0x7f], "ELF", pad)],
    ["text in UTF-16", Buffer.from("hello", "utf16le")],
    ["text that ends in half a letter", Buffer.from("hellö").subarray(0, 5)],
    ["text with something else behind 8 KB of it", bytesOf("a".repeat(9000), [0xff, 0xfe])],
    ["only spaces", "   \n"],
  ])("that is %s is refused, and nothing is left", async (_, content) => {
    const { create, paths } = createRig();
    const { folder, join } = create();
    join("ada");
    await expect(folder.store(upload(content)).catch(code)).resolves.toBe("UPLOAD_TYPE");
    expect(paths()).toEqual([`${folder.name}/session.json`]);
  });

  it.each<[string, Uint8Array | string]>([
    ["text", "not a picture"],
    ["JSON", '{"a": 1}'],
    ["sound", bytesOf("ID3", pad)],
    ["a PDF", "%PDF-1.7\n"],
  ])("that is %s is no screenshot: it is told what is one, and nothing is left", async (_, content) => {
    const { create, paths } = createRig();
    const { folder, join } = create();
    join("ada");
    const refusal = { code: "UPLOAD_TYPE", details: "Kept are: png, jpeg, webp, gif, avif." };
    await expect(folder.store(upload(content, { kind: "screenshots" }))).rejects.toMatchObject(refusal);
    expect(paths()).toEqual([`${folder.name}/session.json`]);
    await expect(folder.store(upload(png, { kind: "screenshots" }))).resolves.toMatchObject({ type: "image/png" });
  });

  it("that is too large is refused as soon as it is", async () => {
    const { create, paths } = createRig({ uploadMb: 1 });
    const { folder } = create();
    let given = 0;
    async function* endless() {
      for (;;) {
        given++;
        yield new Uint8Array(1 << 16).fill(65);
      }
    }
    await expect(folder.store(upload("", { body: endless() })).catch(code)).resolves.toBe("TOO_LARGE");
    expect(given).toBe(17);
    expect(paths()).toEqual([`${folder.name}/session.json`]);
    await folder.store(upload("a".repeat(1 << 20)));
  });

  it("whose sender breaks off leaves nothing, and gives its bytes back", async () => {
    const { create, paths } = createRig({ sessionMb: 4 });
    const { folder } = create();
    async function* broken() {
      yield Buffer.from("a".repeat(800_000));
      throw new Error("gone");
    }
    for (let i = 0; i < 3; i++) await expect(folder.store(upload("", { body: broken() }))).rejects.toThrow("gone");
    expect(paths()).toEqual([`${folder.name}/session.json`]);
    await folder.store(upload("a".repeat(800_000)));
  });

  it("does not pass the quota, nor do two at once", async () => {
    const { create, folders } = createRig({ sessionMb: 4 });
    const { folder } = create();
    const sent = await Promise.allSettled([1, 2, 3, 4].map(() => folder.store(upload("a".repeat(400_000)))));
    const refused = sent.flatMap((result) => (result.status === "rejected" ? [code(result.reason)] : []));
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(new Set(refused)).toEqual(new Set(["QUOTA_FULL"]));
    const { files } = await folders.show(folder.name);
    expect(files.filter(({ path }) => path.startsWith("files/")).length).toBe(4 - refused.length);
    // what was refused has given back what it had
    for (let i = 4 - refused.length; i < 2; i++) await folder.store(upload("a".repeat(400_000)));
    await expect(folder.store(upload("a".repeat(400_000))).catch(code)).resolves.toBe("QUOTA_FULL");
  });

  it("has room of its own, and takes none of what recordings have", async () => {
    const { create, paths } = createRig({ sessionMb: 4 });
    const { folder } = create();
    for (let i = 0; i < 2; i++) {
      const recording = folder.record("audio", "mp3")!;
      recording.write(new Uint8Array(1_200_000));
      await recording.end();
    }
    for (let i = 0; i < 2; i++) await folder.store(upload("a".repeat(400_000)));
    await expect(folder.store(upload("a".repeat(400_000))).catch(code)).resolves.toBe("QUOTA_FULL");
    expect(paths().filter((path) => path.includes("/recordings/")).length).toBe(2);
  });

  it("is one of 200 of a person's at most, and takes a block of the disk at least", async () => {
    const { create } = createRig({ sessionMb: 4 });
    const { folder } = create();
    for (let i = 0; i < 200; i++) await folder.store(upload("a"));
    await expect(folder.store(upload("a")).catch(code)).resolves.toBe("QUOTA_FULL");
    for (let i = 0; i < 56; i++) await folder.store(upload("a", { person: "bob" }));
    await expect(folder.store(upload("a", { person: "bob" })).catch(code)).resolves.toBe("QUOTA_FULL");
  });

  it("is refused once the session has ended, also one that is under way", async () => {
    const { create, folders, paths } = createRig();
    const { folder, join, remove } = create();
    join("ada");
    const { promise, resolve } = Promise.withResolvers<void>();
    const under = Promise.withResolvers<void>();
    async function* slow() {
      yield Buffer.from("a");
      under.resolve();
      await promise;
      yield Buffer.from("b");
    }
    const sent = folder.store(upload("", { body: slow() })).catch(code);
    await under.promise;
    remove();
    await folders.flush();
    resolve();
    expect(await sent).toBe("ARTIFACT_NOT_FOUND");
    await expect(folder.store(upload("a")).catch(code)).resolves.toBe("ARTIFACT_NOT_FOUND");
    expect(paths()).toEqual([`${folder.name}/session.json`]);
  });
});
