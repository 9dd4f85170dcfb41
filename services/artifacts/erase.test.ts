/** [ID5] A person is taken out of what is kept of sessions: of those that ended, and of those that go on. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Format } from "./formats.ts";
import type { LiveFolder } from "./liveFolder.ts";
import { createRig, start } from "./testing/rig.ts";
import { png, upload } from "./testing/sent.ts";

const ada = "adaadaadaadaada1";
const bob = "bobbobbobbobbob1";
const said = (person: string, n: number) => JSON.stringify({ level: 30, n, person });

/** Chunks of one letter each: "a" is Ada's. */
const letters: Format = {
  wholeLength: (bytes) => bytes.length,
  redact(bytes, person) {
    const text = String(Buffer.from(bytes));
    if (text.includes("?")) throw new Error("not a recording");
    return person === ada && text.includes("a") ? Buffer.from(text.replaceAll("a", "")) : undefined;
  },
};

describe("[ID5] erase", () => {
  it("takes out files, lines and what others recorded, and nothing of anyone else", async () => {
    const { create, errors, folders, manifest, paths, read } = createRig({ formats: { capsule: letters } });
    const [ended, live] = [create("ended"), create("live")];
    for (const { folder, join } of [ended, live]) {
      join(ada);
      join(bob);
      folder.log("server", said(ada, 1));
      folder.log("server", said(bob, 2));
      folder.log("server", JSON.stringify({ n: 3, msg: `${ada} was refused` }));
      folder.log("server", JSON.stringify({ n: 4, msg: "about nobody" }));
      await folder.store(upload(png, { kind: "screenshots", person: ada }));
      await folder.store(upload(png, { kind: "screenshots", person: bob }));
      await folder.store(upload(`{"roster":["${ada}"]}`, { kind: "devtools", person: bob }));
      await folder.store(upload(`{"roster":["${bob}"]}`, { kind: "devtools", person: bob }));
    }
    const before = ended.folder.record("world", "capsule")!;
    before.write(Buffer.from("abcabc"));
    const broken = ended.folder.record("world", "capsule")!;
    broken.write(Buffer.from("what?"));
    ended.remove();
    const recording = live.folder.record("world", "capsule")!;
    recording.write(Buffer.from("abc"));
    await folders.flush();

    expect(await folders.erase(ada)).toBe(9);
    live.folder.log("server", said(bob, 5));
    recording.write(Buffer.from("abd"));
    live.remove();
    await folders.flush();
    const numbers = (name: string) =>
      read(name, "logs/server.jsonl")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).n);
    expect(numbers(ended.folder.name)).toEqual([2, 4]);
    expect(numbers(live.folder.name)).toEqual([2, 4, 5]);
    expect(read(ended.folder.name, before.path)).toBe("bcbc");
    expect(read(live.folder.name, recording.path)).toBe("bcabd");
    for (const { folder } of [ended, live]) {
      const { files, participants } = manifest(folder.name);
      expect(participants.map(({ person }: { person: string }) => person)).toEqual([bob]);
      expect(files.map(({ person }: { person: string }) => person)).toEqual([bob, bob]);
      const kept = paths().filter(
        (path) => path.startsWith(`${folder.name}/screenshots`) || path.includes("/devtools/"),
      );
      expect(kept.length).toBe(3);
    }
    expect(paths().filter((path) => path.endsWith(".part"))).toEqual([]);
    expect(
      paths().some((path) => path.endsWith(broken.path)),
      "what cannot be read goes",
    ).toBe(false);
    expect(await folders.erase(ada), "who goes on is recorded again").toBe(1);
    expect(await folders.erase(ada)).toBe(0);
    expect(errors).toEqual([]);
  });

  it("ends what is being recorded first, so that nothing of before is still on its way", async () => {
    const { create, folders, read } = createRig({ formats: { capsule: letters } });
    const { folder, join } = create();
    join(ada);
    const first = folder.record("world", "capsule")!;
    let second: typeof first | undefined;
    first.onCut = async () => {
      first.write(Buffer.from("abc"));
      await first.end();
      second = folder.record("world", "capsule")!;
      second.onCut = async () => {};
      second.write(Buffer.from("present: a"));
    };
    await folders.erase(ada);
    await folders.flush();
    expect(read(folder.name, first.path)).toBe("bc");
    expect(read(folder.name, `${second!.path}.part`)).toBe("present: a");
  });

  it("does the rest where one file cannot be changed, and says so", async () => {
    const { create, folders } = createRig();
    const { folder, dir, join } = create();
    join(ada);
    folder.log("browser", said(ada, 1));
    folder.log("server", said(ada, 2));
    await folder.store(upload(png, { kind: "screenshots", person: ada }));
    await folders.flush();
    rmSync(`${dir}/logs/browser.jsonl.part`);
    mkdirSync(`${dir}/logs/browser.jsonl.part`);
    await expect(folders.erase(ada)).rejects.toThrow();
    expect(readFileSync(`${dir}/logs/server.jsonl.part`, "utf8")).toBe("");
    expect((await folders.show(folder.name)).participants).toEqual([]);
    expect((await folders.show(folder.name)).files.some(({ path }) => path.startsWith("screenshots/"))).toBe(false);
  });

  it("finds nobody in a folder that went while it was looked through", async () => {
    const { create, errors, folders, root } = createRig();
    const { folder } = create("left");
    folder.log("server", said(ada, 1));
    await folders.flush();
    rmSync(`${root}/${folder.name}`, { recursive: true });
    expect(await folders.erase(ada)).toBe(0);
    expect(errors).toEqual([]);
  });

  it("takes out no lines for what is no person's id", async () => {
    const { create, folders, read } = createRig();
    const { folder, join } = create();
    join(ada);
    folder.log("server", JSON.stringify({ n: 1, environment: "server", a: "a" }));
    folder.log("server", JSON.stringify({ n: 2, person: "server" }));
    await folders.flush();
    for (const person of ["a", "", "n", '"']) expect(await folders.erase(person)).toBe(0);
    expect(await folders.erase("server")).toBe(1);
    expect(read(folder.name, "logs/server.jsonl.part")).toBe('{"n":1,"environment":"server","a":"a"}\n');
  });

  it("is told to other processes, which do it for their own sessions", async () => {
    const listeners: ((person: string, from: string) => void)[] = [];
    const listen = (listener: (typeof listeners)[number]) => {
      listeners.push(listener);
      return () => {};
    };
    const other = createRig({ channel: { publish: async () => {}, listen } });
    const published: string[] = [];
    const channel = { publish: async (person: string) => void published.push(person), listen: () => () => {} };
    const here = createRig({ dataDir: other.dataDir, channel });
    const theirs = other.create("theirs");
    theirs.join(bob);
    theirs.folder.log("server", said(ada, 1));
    theirs.folder.log("server", said(bob, 2));
    await other.folders.flush();
    expect(await here.folders.erase(ada)).toBe(0);
    expect(published).toEqual([JSON.stringify([{ person: ada, at: here.clock.now }])]);
    for (const tell of listeners) tell(published[0]!, "here");
    await expect.poll(() => other.read(theirs.folder.name, "logs/server.jsonl.part")).toBe(`${said(bob, 2)}\n`);
  });

  it("reaches in a sweep what it missed, and not who came again since", async () => {
    const away = createRig();
    const here = createRig({ dataDir: away.dataDir });
    const theirs = away.create("theirs");
    theirs.join(ada);
    theirs.folder.log("server", said(ada, 1));
    await away.folders.flush();
    here.clock.now = away.clock.now += 1000;
    // nobody tells the other
    await here.folders.erase(ada);
    expect(away.read(theirs.folder.name, "logs/server.jsonl.part")).toContain(ada);
    await away.folders.sweep();
    expect(away.read(theirs.folder.name, "logs/server.jsonl.part")).toBe("");
    away.clock.now += 1000;
    theirs.join(ada);
    theirs.folder.log("server", said(ada, 2));
    await away.folders.sweep();
    theirs.remove();
    await away.folders.flush();
    await here.folders.sweep();
    expect(away.read(theirs.folder.name, "logs/server.jsonl")).toBe(`${said(ada, 2)}\n`);
    expect(away.manifest(theirs.folder.name).participants).toMatchObject([{ person: ada }]);
    expect([...away.errors, ...here.errors]).toEqual([]);
  });

  it("reaches in a sweep whoever is left out of a folder of before, once, and no folder made since", async () => {
    const { clock, create, folders, read, root } = createRig();
    const rewrite = (name: string, change: object) => {
      const path = `${root}/${name}/session.json`;
      writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
    };
    const make = (label: string) => {
      const made = create(label);
      made.join(bob);
      made.folder.log("server", said(ada, 1));
      made.remove();
      return made.folder.name;
    };
    const [leftOut, unread, sent] = ["left out", "unread", "sent"].map(make);
    await folders.flush();
    const at = clock.now + 1000;
    clock.now += 2000;
    const since = make("since");
    await folders.flush();
    rewrite(leftOut!, { participantsLeftOut: 1 });
    rewrite(since, { participantsLeftOut: 1 });
    rewrite(sent!, { files: [{ path: "logs/x", type: "text/plain", bytes: 1, person: ada, at: start }] });
    writeFileSync(`${root}/${unread}/session.json`, "?");
    mkdirSync(`${root}/.erased`, { recursive: true });
    writeFileSync(`${root}/.erased/20261121.jsonl`, `${JSON.stringify({ person: ada, at })}\n`);
    await folders.sweep();
    const hasAda = (name: string) => read(name, "logs/server.jsonl").includes(ada);
    expect([leftOut!, unread!, sent!, since].map(hasAda)).toEqual([false, false, false, true]);
    writeFileSync(`${root}/${leftOut}/logs/server.jsonl`, said(ada, 2));
    await folders.sweep();
    expect(hasAda(leftOut!), "looked through already").toBe(true);
  });

  it("is told again to those who were away, and is forgotten with the folders", async () => {
    const published: string[] = [];
    let tell: (event: { type: "up"; isEmpty: boolean }) => void = () => {};
    const channel = {
      async publish(text: string) {
        published.push(text);
        if (published.length === 1) throw new Error("away");
      },
      listen: () => () => {},
    };
    const watch = (listener: typeof tell) => {
      tell = listener;
      return () => {};
    };
    const { clock, errors, folders, root } = createRig({ channel, watch: watch as never, artifactsDays: 10 });
    await expect(folders.erase(ada)).rejects.toThrow("away");
    tell({ type: "up", isEmpty: false });
    expect(published).toEqual([published[0], published[0]]);
    const noted = () => readdirSync(`${root}/.erased`);
    expect(noted()).toEqual(["20261121.jsonl"]);
    clock.now += 12 * 86_400_000;
    await folders.sweep();
    expect([noted(), errors]).toEqual([[], []]);
  });

  it("that is told again and again is noted once, and looked for in turn", async () => {
    const listeners: ((text: string, from: string) => void)[] = [];
    const listen = (listener: (typeof listeners)[number]) => {
      listeners.push(listener);
      return () => {};
    };
    const { clock, create, errors, folders, read, root } = createRig({ channel: { publish: async () => {}, listen } });
    const { folder: made, join } = create();
    const folder = made as LiveFolder;
    join(ada);
    folder.log("server", said(ada, 1));
    await folders.flush();
    let looks = 0;
    let atOnce = 0;
    let mostAtOnce = 0;
    const erase = folder.erase.bind(folder);
    folder.erase = async (person) => {
      looks++;
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      try {
        return await erase(person);
      } finally {
        atOnce--;
      }
    };
    clock.now += 1000;
    const text = JSON.stringify([
      { person: ada, at: clock.now },
      { person: bob, at: clock.now },
    ]);
    clock.now += 600_000;
    for (let i = 0; i < 50; i++) for (const tell of listeners) tell(text, "there");
    await expect.poll(() => read(folder.name, "logs/server.jsonl.part")).toBe("");
    await folders.sweep();
    for (const tell of listeners) tell(text, "there");
    await folders.sweep();
    expect([looks, mostAtOnce], "one for each").toEqual([2, 1]);
    const noted = readFileSync(`${root}/.erased/20261121.jsonl`, "utf8").trimEnd().split("\n");
    expect([noted.length, errors]).toEqual([2, []]);
  });

  it("of many at once is one look through the folders", async () => {
    const { create, folders, manifest } = createRig();
    const { folder, join, remove } = create();
    const people = Array.from({ length: 20 }, (_, i) => `person-${i}`.padEnd(16, "x"));
    for (const person of people) join(person);
    for (const [n, person] of people.entries()) folder.log("server", said(person, n));
    remove();
    await folders.flush();
    const changed = await Promise.all(people.map((person) => folders.erase(person)));
    expect(changed).toEqual(people.map(() => 1));
    expect(manifest(folder.name).participants).toEqual([]);
  });
});
