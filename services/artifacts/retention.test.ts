/** [SE4] How long folders are kept, and what a dead process leaves. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Catalog } from "./catalog.ts";
import { agedOf, choose, limitsOf } from "./retention.ts";
import { sweep } from "./sweep.ts";
import { createRig, start } from "./testing/rig.ts";
import { png, upload } from "./testing/sent.ts";

const dayMs = 86_400_000;

describe("[SE4] what is to go", () => {
  const now = 100 * dayMs;
  const folder = (name: string, leftDaysAgo: number, bytes: number, isLive = false) => ({
    ...{ name, left: now - leftDaysAgo * dayMs, bytes, uploads: 0, isLive },
  });
  const chosen = (all: Parameters<typeof choose>[0], days: number, bytes: number, folders = 100) => {
    const { gone, left } = choose(all, { days, bytes, folders }, now);
    return { gone: gone.map(({ name, why }) => `${name} ${why}`), left: left.ended + left.live };
  };

  it("is what was left longer ago than the age, then what was left longest ago until the rest fits", () => {
    const folders = [folder("a", 20, 10), folder("c", 5, 30), folder("b", 9, 20), folder("d", 1, 40)];
    expect(chosen(folders, 14, 1000)).toEqual({ gone: ["a age"], left: 90 });
    expect(chosen(folders, 14, 75)).toEqual({ gone: ["a age", "b size"], left: 70 });
    expect(chosen(folders, 14, 0)).toEqual({ gone: ["a age", "b size", "c size", "d size"], left: 0 });
    expect(chosen(folders, 0, 1000).gone.length).toBe(4);
  });

  it("is never what lives, however old and large, and half of the size is for what ended", () => {
    const folders = [folder("live", 99, 1000, true), folder("a", 2, 10), folder("b", 1, 10)];
    expect(chosen(folders, 14, 100)).toEqual({ gone: [], left: 1020 });
    expect(chosen(folders, 14, 30)).toEqual({ gone: ["a size"], left: 1010 });
    expect(chosen([folder("live", 99, 60, true), folder("a", 2, 30), folder("b", 1, 30)], 14, 100)).toEqual({
      ...{ gone: ["a size"], left: 90 },
    });
  });

  it("is what was left longest ago where there are too many", () => {
    const folders = [folder("live", 99, 1, true), folder("b", 2, 1), folder("a", 3, 1), folder("c", 1, 1)];
    expect(chosen(folders, 14, 1000, 2)).toEqual({ gone: ["a number"], left: 3 });
  });
});

describe("[SE4] a sweep", () => {
  it("counts the age from the last leave, and leaves alone whom someone is in", async () => {
    const { clock, create, folders, paths } = createRig({ artifactsDays: 10 });
    const [left, lives] = [create("left"), create("lives")];
    for (const one of [left, lives]) one.join("ada");
    clock.now += 20 * dayMs;
    left.leave("ada");
    clock.now += 5 * dayMs;
    left.remove();
    await folders.flush();
    clock.now += 4 * dayMs;
    await folders.sweep();
    expect(paths().length).toBe(2);
    clock.now += 2 * dayMs;
    await folders.sweep();
    expect(paths()).toEqual([`${lives.folder.name}/session.json`]);
  });

  it("has nothing to take from others: what lives takes no more files and recordings than there is room for", async () => {
    const { create, folders } = createRig({ artifactsMb: 2 });
    const evidence = create("evidence");
    evidence.join("bob");
    const kept = evidence.folder.record("world", "capsule")!;
    kept.write(new Uint8Array(900_000));
    evidence.remove();
    await folders.flush();
    const { folder, join: enter, remove } = create("lives");
    enter("ada");
    await folder.store(upload("a".repeat(1_000_000)));
    await expect(folder.store(upload("a".repeat(100_000)))).rejects.toMatchObject({ code: "QUOTA_FULL" });
    const recording = folder.record("world", "capsule")!;
    recording.write(new Uint8Array(200_000));
    expect(recording.isFull).toBe(true);
    await folders.sweep();
    remove();
    await folders.flush();
    await folders.sweep();
    // nor does another session give more files room
    const next = create("next").folder;
    await expect(next.store(upload("a".repeat(100_000)))).rejects.toMatchObject({ code: "QUOTA_FULL" });
    expect((await folders.show(evidence.folder.name)).files.map(({ path }) => path)).toContain(kept.path);
  });

  it("takes old files and recordings from a session that never ends", async () => {
    const { clock, create, folders, manifest, paths } = createRig({ artifactsDays: 10 });
    const { folder, join: enter } = create("lives");
    enter("ada");
    const old = folder.record("world", "capsule")!;
    old.write(Buffer.from("abc"));
    await Promise.all([old.end(), folder.store(upload("old"))]);
    clock.now += 11 * dayMs;
    const { path } = await folder.store(upload("new"));
    await folders.sweep();
    expect(manifest(folder.name).files).toMatchObject([{ path }]);
    expect(paths()).toEqual([path, "session.json"].map((one) => `${folder.name}/${one}`));
  });

  it("leaves alone the folders of another process that lives, and makes whole those of a dead one", async () => {
    const other = createRig();
    const here = createRig({ dataDir: other.dataDir });
    const { folder, dir, join: enter } = other.create("field");
    enter("ada");
    folder.log("server", '{"n":1}');
    const stored = await folder.store(upload(png));
    await other.folders.flush();
    const put = (path: string, bytes: string | Buffer) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), bytes);
    };
    const frame = Buffer.alloc(417);
    frame.writeUInt32BE(0xfffb9000);
    put("logs/browser.jsonl.part", '{"n":2}\n{"n":');
    put("recordings/audio-1.mp3.part", Buffer.concat([frame, frame, frame.subarray(0, 100)]));
    put("recordings/audio-2.mp3.part", frame.subarray(0, 100));
    put("files/half-sent.new.part", "half");
    put("session.json.part", "{");
    const before = here.paths();
    await here.folders.sweep();
    expect(here.paths()).toEqual(before);
    expect(await here.folders.remove(folder.name)).toBe(false);

    // as if it had died
    const manifest = JSON.parse(readFileSync(join(dir, "session.json"), "utf8"));
    const beat = join(here.root, ".writers", manifest.writer);
    utimesSync(beat, new Date(0), new Date(0));
    const third = createRig({ dataDir: other.dataDir });
    await Promise.all([here.folders.sweep(), third.folders.sweep()]);
    expect([existsSync(beat), third.errors]).toEqual([false, []]);
    expect(here.paths()).toEqual(
      ["logs/browser.jsonl", "logs/server.jsonl", "recordings/audio-1.mp3", stored.path, "session.json"]
        .map((path) => `${folder.name}/${path}`)
        .sort(),
    );
    expect(here.read(folder.name, "logs/browser.jsonl")).toBe('{"n":2}\n');
    expect(readFileSync(join(dir, "recordings/audio-1.mp3")).length).toBe(834);
    const recovered = here.manifest(folder.name);
    expect(recovered).toMatchObject({
      reason: "lost",
      present: 0,
      ended: expect.any(Number),
      files: [{ person: "ada" }],
    });
    expect(recovered.lastLeft).toBe(recovered.ended);
    expect(recovered.ended).toBeGreaterThan(manifest.created);
    await here.folders.sweep();
    expect(here.manifest(folder.name)).toEqual(recovered);
    expect(here.errors).toEqual([]);
  });

  it("counts the age of what a dead process left from when that last lived, where someone was in it", async () => {
    const { clock, create, folders, manifest, root } = createRig();
    const [attended, empty] = [create("attended"), create("empty")];
    for (const { join: enter } of [attended, empty]) enter("ada");
    attended.folder.log("server", '{"n":1}');
    clock.now += 1000;
    for (const { leave } of [attended, empty]) leave("ada");
    attended.join("bob");
    await folders.flush();
    // as if it had gone on for days after the last line, and died an hour ago
    const died = Math.trunc(Date.now() / 1000) * 1000 - 3_600_000;
    const agesAgo = new Date(died - 20 * dayMs);
    for (const { dir } of [attended, empty]) {
      const content = JSON.parse(readFileSync(join(dir, "session.json"), "utf8"));
      const times = { created: content.created - 40 * dayMs, lastLeft: content.lastLeft - 30 * dayMs };
      writeFileSync(join(dir, "session.json"), JSON.stringify({ ...content, ...times }));
      utimesSync(join(dir, "session.json"), agesAgo, agesAgo);
    }
    const log = join(attended.dir, "logs/server.jsonl.part");
    appendFileSync(log, '{"n":');
    utimesSync(log, agesAgo, agesAgo);
    utimesSync(join(root, ".writers", manifest(attended.folder.name).writer), new Date(died), new Date(died));

    const catalog = new Catalog(root);
    const left = async () => (await catalog.all()).map(agedOf).map((one) => [one.name, one.isLive, one.left]);
    const times = [
      [attended.folder.name, false, died],
      [empty.folder.name, false, start + 1000 - 30 * dayMs],
    ].sort();
    expect((await left()).sort()).toEqual(times);
    const onError = (error: unknown) => expect.fail(String(error));
    await sweep(catalog, limitsOf(100, 100), { formats: {}, now: Date.now, onError });
    expect((await left()).sort()).toEqual(times);
    const recovered = { reason: "lost", ended: died, present: 0 };
    expect(manifest(attended.folder.name)).toMatchObject({ ...recovered, lastLeft: died });
    expect(manifest(empty.folder.name)).toMatchObject(recovered);
  });

  it("that is told to stop leaves the rest to the next one", async () => {
    const { clock, create, errors, folders, paths, root } = createRig({ artifactsDays: 1 });
    const { join: enter, remove } = create("old");
    enter("ada");
    remove();
    await folders.flush();
    clock.now += 2 * dayMs;
    const options = { formats: {}, now: () => clock.now, onError: (error: unknown) => void errors.push(error) };
    const swept = (isStopped: boolean) =>
      sweep(new Catalog(root), limitsOf(1, 100), { ...options, isStopped: () => isStopped });
    await swept(true);
    expect(paths().length).toBe(1);
    await swept(false);
    expect([paths(), errors]).toEqual([[], []]);
  });

  it("counts folders whose session.json cannot be read by what is in them", async () => {
    const { create, folders, paths, root } = createRig({ artifactsMb: 2 });
    const broken = (day: number) => join(root, `world-broken-2026111${day}-00000000`);
    for (const day of [7, 8, 9]) {
      mkdirSync(join(broken(day), "recordings"), { recursive: true });
      writeFileSync(join(broken(day), "session.json"), "{");
      writeFileSync(join(broken(day), "recordings", "world-1.capsule"), Buffer.alloc(800_000));
    }
    const { folder, join: enter, remove } = create("whole");
    enter("ada");
    remove();
    await folders.flush();
    expect((await folders.list()).map(({ bytes }) => bytes)).toEqual([4096, 806_912, 806_912, 806_912]);
    await folders.sweep();
    const kept = new Set(paths().map((path) => join(root, path.split("/")[0]!)));
    expect(kept).toEqual(new Set([broken(8), broken(9), join(root, folder.name)]));
  });

  it("removes what was never finished, once it is old, and keeps what is not its own", async () => {
    const { create, folders, paths, root } = createRig();
    create("a").join("ada");
    await folders.flush();
    mkdirSync(join(root, "world-x-20261121-00000000.part"));
    mkdirSync(join(root, "not-ours"));
    mkdirSync(join(root, "world-broken-20261121-00000000"));
    writeFileSync(join(root, "world-broken-20261121-00000000", "session.json"), "{");
    await folders.sweep();
    expect(existsSync(join(root, "not-ours"))).toBe(true);
    expect(existsSync(join(root, "world-x-20261121-00000000.part")), "it may be being made").toBe(true);
    expect(paths()).toContain("world-broken-20261121-00000000/session.json");
    expect((await folders.list()).map(({ label }) => label)).toContain("broken");
  });
});
