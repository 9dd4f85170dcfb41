/** [SE1] [SE2] [SE4] A session's folder from its making to its end, and what becomes of it when things go wrong. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRig } from "./testing/rig.ts";
import { png, upload } from "./testing/sent.ts";

const code = (error: unknown) => (error as { code: string }).code;
const line = (n: number) => JSON.stringify({ level: 30, n });
const numbersIn = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((one) => (JSON.parse(one) as { n: number }).n);

describe("[SE1] a session's folder", () => {
  it("is there soon after the session is, and says who was in and how it ended", async () => {
    const { clock, create, errors, folders, manifest } = createRig();
    const { folder, join: enter, leave, remove, session } = create("Field");
    await folders.flush();
    expect(folder.name).toMatch(/^world-field-20261121-[0-9a-f]{8}$/);
    expect(manifest(folder.name)).toMatchObject({ id: session.id, key: "world:Field", ended: 0, participants: [] });
    const began = clock.now;
    enter("ada");
    clock.now += 1000;
    enter("bob");
    enter("ada");
    leave("bob");
    await folders.flush();
    expect(manifest(folder.name)).toMatchObject({ present: 2, ended: 0, lastLeft: clock.now });
    clock.now += 1000;
    leave("ada");
    leave("ada");
    clock.now += 5000;
    remove();
    expect(folders.folder(session.id)).toBeUndefined();
    await folders.flush();
    expect(manifest(folder.name)).toMatchObject({
      ...{ lastLeft: clock.now - 5000, ended: clock.now, reason: "empty", present: 0 },
      participants: [
        { person: "bob", handle: "h-bob", first: began + 1000, last: began + 1000 },
        { person: "ada", handle: "h-ada", first: began, last: began + 2000 },
      ],
      versions: { node: process.versions.node },
    });
    expect(errors).toEqual([]);
  });

  it("keeps nobody as being there who heard it, whoever they turned out to be as they left", async () => {
    const { bus, create, folders, manifest } = createRig();
    const { folder, session } = create("master", "audio");
    const tell = (type: "session.joined" | "session.left", as: "room" | "stream", person: string | undefined) =>
      bus.emit(type, { session, who: { as, person, handle: person } });
    for (let i = 0; i < 600; i++) {
      tell("session.joined", "room", `guest-${i}`);
      tell("session.joined", "stream", `guest-${i}`);
      tell("session.left", "room", `guest-${i}`);
      tell("session.left", "stream", undefined);
    }
    await folders.flush();
    expect(manifest(folder.name)).toMatchObject({ present: 0, participantsLeftOut: 100 });
    expect(manifest(folder.name).participants).toHaveLength(500);
  });

  it("stays nowhere where nobody ever came and nothing was kept but the server's own lines", async () => {
    const { create, errors, folders, paths } = createRig();
    const first = create("a");
    first.folder.log("server", line(1));
    first.remove();
    await folders.flush();
    const second = create("b");
    second.folder.log("server", line(1));
    await folders.flush();
    second.folder.log("server", line(2));
    second.remove();
    const third = create("c");
    third.remove();
    await folders.flush();
    await folders.flush();
    expect(paths()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("is a new one each time a session of that id begins", async () => {
    const { create, folders, paths } = createRig();
    const first = create("a");
    first.join("ada");
    const second = create("a");
    second.join("ada");
    await folders.flush();
    expect(first.folder.name).not.toBe(second.folder.name);
    expect(paths().length).toBe(2);
    expect(folders.folder("a-id")).toBe(second.folder);
  });

  it("notes what it was forked from", async () => {
    const { bus, create, folders } = createRig();
    const [from, to] = [create("a"), create("b")];
    await folders.flush();
    bus.emit("session.forked", { session: to.session, from: from.session });
    await folders.flush();
    expect(await folders.show(to.folder.name)).toMatchObject({ forkedFrom: from.session.id, ended: 0 });
  });
});

describe("[SE2] what is in it", () => {
  it("can be listed, shown and read, lines as they come and the rest when it is whole", async () => {
    const { clock, create, folders, paths, read } = createRig();
    const older = create("older");
    clock.now += 1000;
    const { folder, join: enter, remove } = create("field");
    enter("ada");
    folder.log("server", line(1));
    folder.log("browser", line(2));
    const stored = await folder.store(upload(png, { kind: "screenshots", name: "Sun Set.jpg" }));
    const recording = folder.record("world", "capsule")!;
    recording.write(Buffer.from("abc"));
    await folders.flush();
    const shown = async () => (await folders.show(folder.name)).files.map(({ path }) => path);
    expect(await shown()).toEqual(["logs/browser.jsonl", "logs/server.jsonl", stored.path, "session.json"]);
    expect((await folders.list()).map(({ name }) => name)).toEqual([folder.name, older.folder.name]);
    const path = await folders.pathOf(folder.name, "logs/server.jsonl");
    expect(path).toMatch(/\.part$/);
    await expect(folders.pathOf(folder.name, recording.path).catch(code)).resolves.toBe("ARTIFACT_NOT_FOUND");
    folder.log("server", line(3));
    recording.write(Buffer.from("def"));
    remove();
    await folders.flush();
    expect(await shown()).toEqual([
      "logs/browser.jsonl",
      "logs/server.jsonl",
      recording.path,
      stored.path,
      "session.json",
    ]);
    expect(numbersIn(read(folder.name, "logs/server.jsonl"))).toEqual([1, 3]);
    expect(read(folder.name, recording.path)).toBe("abcdef");
    expect(paths().filter((one) => one.endsWith(".part"))).toEqual([]);
    expect((await folders.show(folder.name)).files.find((file) => file.path === stored.path)?.person).toBe("ada");
  });

  it("is not to be had by names that lead elsewhere", async () => {
    const { create, dataDir, folders } = createRig();
    const { folder, dir } = create();
    await folder.store(upload("hello"));
    writeFileSync(join(dataDir, "secret.txt"), "secret");
    symlinkSync(join(dataDir, "secret.txt"), join(dir, "files", "link.txt"));
    symlinkSync(dataDir, join(dir, "logs"));
    for (const file of [
      "../../secret.txt",
      "files/../../../secret.txt",
      "files/link.txt",
      "logs/secret.txt",
      "files",
      "",
    ]) {
      await expect(folders.pathOf(folder.name, file).catch(code), file).resolves.toBe("ARTIFACT_NOT_FOUND");
    }
    for (const name of ["..", "", "world-none-20261121-00000000", `${folder.name}/../${folder.name}`]) {
      await expect(folders.pathOf(name, "session.json").catch(code), name).resolves.toBe("ARTIFACT_NOT_FOUND");
      await expect(folders.show(name).catch(code), name).resolves.toBe("ARTIFACT_NOT_FOUND");
      await expect(folders.remove(name).catch(code), name).resolves.toBe("ARTIFACT_NOT_FOUND");
    }
    expect((await folders.show(folder.name)).files.some(({ path }) => path.includes("link"))).toBe(false);
  });

  it("can be removed, but for one whose session lives", async () => {
    const { create, folders, paths } = createRig();
    const { folder, join: enter, remove } = create();
    enter("ada");
    await folders.flush();
    expect(await folders.remove(folder.name)).toBe(false);
    remove();
    await folders.flush();
    expect(await folders.remove(folder.name)).toBe(true);
    expect(paths()).toEqual([]);
  });

  it("of a session that says too much are the newest lines, and how many are missing", async () => {
    const { create, folders, read } = createRig({ sessionMb: 1 });
    const { folder, join: enter } = create();
    enter("ada");
    for (let n = 0; n < 20_000; n++) folder.log("browser", line(n));
    folder.log("server", line(1));
    await folders.flush();
    await folders.flush();
    for (let n = 0; n < 100; n++) folder.log("browser", line(n));
    folder.log("browser", JSON.stringify({ long: "a".repeat(100_000) }));
    await folders.flush();
    await folders.flush();
    const older = read(folder.name, "logs/browser.old.jsonl").trimEnd().split("\n");
    expect(JSON.parse(older.at(-1)!)).toMatchObject({ level: 40, count: expect.any(Number) });
    expect(JSON.parse(older.at(-1)!).count + older.length - 1).toBe(20_000);
    const newest = read(folder.name, "logs/browser.jsonl.part").trimEnd().split("\n");
    expect(newest.length).toBe(101);
    expect(JSON.parse(newest.at(-1)!)).toMatchObject({ count: 1 });
    // others' lines are not pushed out
    expect(numbersIn(read(folder.name, "logs/server.jsonl.part"))).toEqual([1]);
  });
});

it("[SE3] a flood of lines is kept whole while the disk takes them, and pushes out none of the server's", async () => {
  const { create, folders, read } = createRig();
  const { folder, join: enter } = create();
  enter("ada");
  folder.log("server", line(1));
  for (let n = 0; n < 10_000; n++) folder.log("messages", JSON.stringify({ n, text: "x".repeat(200) }));
  await folders.flush();
  expect(numbersIn(read(folder.name, "logs/messages.jsonl.part")).length).toBe(10_000);
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 10_000; n++) folder.log("messages", JSON.stringify({ n, text: "x".repeat(200) }));
    await folders.flush();
  }
  expect(numbersIn(read(folder.name, "logs/server.jsonl.part"))).toEqual([1]);
});

it("[SE2] makes room for a recording by the session's oldest one that is whole, and by nothing else", async () => {
  const { create, folders, paths, clock } = createRig({ sessionMb: 1 });
  const { folder, join: enter } = create();
  enter("ada");
  await folder.store(upload("hello"));
  const quarter = (1 << 20) / 4;
  for (let n = 0; n < 3; n++) {
    clock.now += 1000;
    const recording = folder.record("audio", "mp3")!;
    recording.write(new Uint8Array(quarter));
    await recording.end();
  }
  await folders.flush();
  const kept = paths().map((path) => path.split("/").slice(1).join("/"));
  expect(kept.filter((path) => path.startsWith("recordings/")).map((path) => path.slice(0, -9))).toEqual([
    "recordings/audio-20261121-130503",
    "recordings/audio-20261121-130504",
  ]);
  expect(kept.filter((path) => path.startsWith("files/"))).toHaveLength(1);
});

it("[OP4] counts what is kept and what is left out", async () => {
  const counted: Record<string, number> = {};
  const count = (name: string) => (what: string, by: number) => {
    counted[`${what} ${name}`] = (counted[`${what} ${name}`] ?? 0) + by;
  };
  const { create, folders } = createRig({ sessionMb: 1, meter: { kept: count("kept"), dropped: count("dropped") } });
  const { folder } = create();
  folder.log("server", "x".repeat(99));
  folder.log("server", "x".repeat(100_000));
  await folder.store(upload("hello"));
  const recording = folder.record("world", "capsule")!;
  recording.write(new Uint8Array(100));
  recording.write(new Uint8Array(1 << 20));
  await folders.flush();
  expect(counted).toMatchObject({
    "lines dropped": 1,
    "files kept": 5,
    "recordings kept": 100,
    "recordings dropped": 1,
  });
  expect(counted["lines kept"]).toBeGreaterThan(100);
});

describe("[SE4] a drain", () => {
  it("loses no line and no byte of a recording, and ends all folders", async () => {
    const { create, errors, folders, paths, read } = createRig();
    const all = Array.from({ length: 100 }, (_, i) => create(`room-${i}`));
    for (const { folder, join: enter } of all) {
      enter("ada");
      folder.record("world", "capsule")!.write(Buffer.from("abc"));
      for (let n = 0; n < 50; n++) folder.log("server", line(n));
    }
    await folders.flush();
    for (const { folder } of all) folder.log("server", line(50));
    for (const { remove } of all.slice(0, 50)) remove();
    await folders.close();
    const whole = Array.from({ length: 51 }, (_, n) => n);
    for (const { folder } of all) expect(numbersIn(read(folder.name, "logs/server.jsonl"))).toEqual(whole);
    expect(paths().filter((path) => path.endsWith(".part"))).toEqual([]);
    expect(paths().filter((path) => path.endsWith(".capsule")).length).toBe(100);
    expect((await folders.list()).filter(({ ended }) => ended > 0).length).toBe(100);
    expect(errors).toEqual([]);
  });
});

describe("[SE4] a writer that was taken for dead", () => {
  it("goes on in a file beside what was made whole without it, and ends beside it", async () => {
    const { create, errors, folders, paths, read } = createRig();
    const { folder, dir, join: enter, remove } = create();
    enter("ada");
    folder.log("server", line(1));
    const recording = folder.record("world", "capsule")!;
    recording.write(Buffer.from("abc"));
    await folders.flush();
    const [log, capsule] = [join(dir, "logs/server.jsonl"), join(dir, recording.path)];
    for (const path of [log, capsule]) renameSync(`${path}.part`, path);
    folder.log("server", line(2));
    recording.write(Buffer.from("def"));
    await folders.flush();
    expect(recording.isFull, "what comes later cannot be read without its beginning").toBe(true);
    expect(errors.splice(0).length).toBe(1);
    remove();
    await folders.flush();
    expect(numbersIn(read(folder.name, "logs/server.jsonl"))).toEqual([1]);
    expect(read(folder.name, recording.path)).toBe("abc");
    const other = paths().find((path) => /logs\/server\.[0-9a-f]{8}\.jsonl$/.test(path))!;
    expect(numbersIn(readFileSync(join(dir, "..", other), "utf8"))).toEqual([2]);
    expect(paths().filter((path) => path.endsWith(".part"))).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe("[SE4] a disk that fails", () => {
  it("that had the folder taken away gets it again, and the room goes on", async () => {
    const { create, errors, folders, paths, read } = createRig();
    const { folder, dir, join: enter, remove } = create();
    enter("ada");
    folder.log("server", line(1));
    await folders.flush();
    rmSync(dir, { recursive: true });
    folder.log("server", line(2));
    await folders.flush();
    rmSync(join(dir, "logs"), { recursive: true });
    folder.log("server", line(3));
    await folders.flush();
    await folder.store(upload("hello"));
    rmSync(dir, { recursive: true });
    await folder.store(upload("hello again"));
    remove();
    await folders.flush();
    expect(paths()).toContain(`${folder.name}/session.json`);
    expect(errors).toEqual([]);
    expect(existsSync(join(dir, "logs"))).toBe(false);
    expect(() => read(folder.name, "session.json")).not.toThrow();
  });

  it("takes nothing: that is told, and once it does again the folder is made and says how many lines are missing", async () => {
    const { clock, create, dataDir, errors, folders, read, root } = createRig();
    writeFileSync(root, "in the way");
    const { folder, join: enter } = create();
    enter("ada");
    for (let n = 0; n < 10; n++) folder.log("server", line(n));
    await folders.flush();
    expect(errors.length).toBeGreaterThan(0);
    await expect(folder.store(upload("hello"))).rejects.toThrow();
    const recording = folder.record("world", "capsule")!;
    recording.write(Buffer.from("abc"));
    await folders.flush();
    expect(recording.isFull).toBe(true);
    await recording.end();
    rmSync(root);
    mkdirSync(dataDir, { recursive: true });
    clock.now += 2000;
    folder.log("server", line(10));
    await folders.flush();
    const lines = read(folder.name, "logs/server.jsonl.part")
      .trimEnd()
      .split("\n")
      .map((one) => JSON.parse(one));
    expect(lines).toEqual([{ level: 30, n: 10 }, expect.objectContaining({ count: 10 })]);
  });

  // root may write everywhere
  it.skipIf(process.getuid?.() === 0)("is read-only", async () => {
    const { create, errors, folders, root } = createRig();
    mkdirSync(root);
    chmodSync(root, 0o500);
    const { folder } = create();
    folder.log("server", line(1));
    await folders.flush();
    expect(errors.length).toBeGreaterThan(0);
    chmodSync(root, 0o700);
  });
});
