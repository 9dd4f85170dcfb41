/** What the recorder makes of a world: capsules that say what everyone could see, and nothing where nothing happens. */
import { describe, expect, it } from "vitest";
import { readCapsule, redact } from "../../schema/capsule.ts";
import { fromSteps } from "../../schema/geometry.ts";
import { AvatarState, PersonState, PropState, WorldState } from "../../schema/world.ts";
import type { Recording } from "../../services/artifacts/artifacts.ts";
import { Poses } from "./poses.ts";
import { Recorder } from "./recorder.ts";

const tickMs = 50;

/** A world with a clock that is turned by hand, and a folder in memory. */
class Stage {
  now = 1000;
  readonly state = new WorldState();
  readonly poses = new Poses({ minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64, step: 1 / 16 });
  readonly files: { chunks: Uint8Array[]; isFull: boolean; isEnded: boolean }[] = [];
  readonly recordings: Recording[] = [];
  readonly errors: unknown[] = [];
  isOn = true;
  /** How long it takes to begin a recording. */
  openMs = 0;
  readonly recorder: Recorder;

  constructor() {
    Object.assign(this.state, { slug: "field", tickHz: 20 });
    this.recorder = new Recorder({
      state: this.state,
      poses: this.poses,
      session: "field-1",
      open: () => (this.isOn ? this.#record() : undefined),
      now: () => this.now,
      date: () => 1_700_000_000_000,
      onError: (error) => this.errors.push(error),
    });
  }

  #record(): Recording {
    this.now += this.openMs;
    const file = { chunks: [] as Uint8Array[], isFull: false, isEnded: false };
    this.files.push(file);
    const recording: Recording = {
      path: "recordings/world.capsule",
      write: (chunk) => void file.chunks.push(chunk),
      get isFull() {
        return file.isFull;
      },
      async end() {
        file.isEnded = true;
      },
    };
    this.recordings.push(recording);
    return recording;
  }

  join(id: string): number {
    const slot = this.poses.allocate(this.now)!;
    const avatar = new AvatarState({ color: "red", face: "", showing: "" });
    const texts = { handle: id, name: id, kind: "human", status: "here", to: "", attention: "visible" };
    this.state.people.set(id, new PersonState({ id, slot, guest: false, connections: 1, since: 5, avatar, ...texts }));
    this.recorder.changed(id);
    return slot;
  }

  leave(id: string): void {
    this.poses.free(this.state.people.get(id)!.slot, this.now);
    this.state.people.delete(id);
    this.recorder.left(id, "left");
  }

  place(slot: number, x: number, y = 0): void {
    this.poses.set(slot, { x, y, z: 0, angle: 0 });
  }

  tick(count = 1, ms = tickMs): void {
    for (let i = 0; i < count; i++) {
      this.now += ms;
      this.recorder.tick(this.now);
      this.poses.tick++;
    }
  }

  async read(file = 0) {
    await this.recorder.close("closed");
    const bytes = new Uint8Array(await new Blob(this.files[file]!.chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    const { capsule, problem } = await readCapsule(bytes);
    expect({ problem, errors: this.errors }).toEqual({ problem: undefined, errors: [] });
    return { bytes, capsule: capsule! };
  }
}

describe("the recorder", () => {
  it("[SE2] records each tick's poses as its frames carry them, and what happens", async () => {
    const stage = new Stage();
    const slot = stage.join("ann");
    const noted: { t: number; x: number; y: number }[] = [];
    for (let i = 0; i < 450; i++) {
      stage.place(slot, i / 3, -i / 7);
      stage.tick();
      const [x, y] = [stage.poses.x[slot]!, stage.poses.y[slot]!];
      noted.push({ t: stage.now - 1000, ...fromSteps({ x, y, z: 0, direction: 0 }, stage.poses.geometry) });
      if (i === 100) stage.join("bob");
      if (i === 120) stage.recorder.announced("say", { from: "ann", text: "hello", at: 0, sayMs: 1000 });
      if (i === 130) stage.recorder.announced("emote", { from: "bob", emote: "♥", at: 0 });
      if (i === 140) stage.recorder.announced("piece", { from: "bob", type: "piece:dig", data: { deep: 2 } });
      if (i === 141) stage.recorder.announced("piece", { from: "bob", type: "piece:big", data: "x".repeat(300) });
    }
    const { capsule } = await stage.read();
    for (const { t, x, y } of noted) {
      expect(capsule.at(t).people.find(({ id }) => id === "ann")?.pose).toMatchObject({ x, y });
    }
    expect(capsule.events.map(({ type }) => type)).toEqual(
      ["present", "join", "say", "emote", "piece", "piece", "end"], //
    );
    expect(capsule.events.filter(({ type }) => type === "piece")).toMatchObject([
      { name: "piece:dig", data: { deep: 2 } },
      { name: "piece:big", id: "bob" },
    ]);
    expect(capsule.header).toMatchObject({ slug: "field", session: "field-1", clock: 1000, tickHz: 20 });
    expect(capsule.isEnded).toBe(true);
  });

  it("[SE2] has whoever sets out where they rested until the tick before, however long ticks take", async () => {
    const stage = new Stage();
    const slot = stage.join("ann");
    const noted: { t: number; x: number }[] = [];
    const walk = (x: number, ms: number) => {
      stage.place(slot, x);
      stage.tick(1, ms);
      noted.push({ t: stage.now - 1000, x });
    };
    // over several chunks, with a rest at the end of some
    for (let i = 0; i < 1000; i++) walk(Math.floor(i / 7), 40 + ((i * 7) % 19));
    for (let i = 0; i < 600; i++) walk(200 + Math.floor(i / 90), 47);
    const { capsule } = await stage.read();
    for (const { t, x } of noted) expect(capsule.at(t).people[0]?.pose?.x, `at ${t}`).toBe(x);
  });

  it("[SE2] has everyone from the tick on in which it begins, however long that takes", async () => {
    const stage = new Stage();
    const slots = [stage.join("ann"), stage.join("bob")];
    for (const slot of slots) stage.place(slot, 5 + slot);
    stage.tick();
    await stage.recordings[0]!.onCut!();
    stage.openMs = 2.5;
    stage.tick();
    const begun = stage.now - stage.openMs;
    stage.place(slots[0]!, 90);
    stage.tick();
    const { capsule } = await stage.read(1);
    const seen = (time: number) =>
      capsule.at(Math.trunc(time) - capsule.header.clock).people.map(({ pose }) => pose?.x);
    expect(seen(begun)).toEqual([5, 6]);
    expect(seen(stage.now)).toEqual([90, 6]);
  });

  it("[SE2] tells changes of people: looks, ghosts, coming back, a guest that signs in", async () => {
    const stage = new Stage();
    stage.join("guest-1");
    const person = () => stage.state.people.get("guest-1")!;
    stage.recorder.changed("guest-1");
    person().avatar.color = "blue";
    stage.recorder.changed("guest-1");
    Object.assign(person(), { status: "ghost", to: "pond" });
    stage.recorder.changed("guest-1");
    Object.assign(person(), { status: "here", to: "" });
    stage.recorder.changed("guest-1");
    const { slot } = person();
    const avatar = new AvatarState({ color: "blue", face: "", showing: "" });
    const was = person().toJSON() as object;
    stage.state.people.delete("guest-1");
    stage.state.people.set("ann", new PersonState({ ...was, id: "ann", name: "Ann", slot, avatar } as never));
    stage.recorder.changed("ann", "guest-1");
    const { capsule } = await stage.read();
    expect(capsule.events).toMatchObject([
      { type: "present", person: { id: "guest-1", color: "red" } },
      { type: "update", changes: { color: "blue" } },
      { type: "ghost", changes: { status: "ghost", to: "pond" } },
      { type: "return", changes: { status: "here", to: "" } },
      { type: "update", id: "ann", was: "guest-1", changes: { id: "ann", name: "Ann" } },
      { type: "end", reason: "closed" },
    ]);
    expect(capsule.at(capsule.durationMs).people.map(({ id }) => id)).toEqual(["ann"]);
  });

  it("[SE2] costs nothing where nothing moves, and names nobody who is invisible", async () => {
    const stage = new Stage();
    stage.state.props.set("sign", new PropState({ value: '"hi"', owner: "unseen", saved: false }));
    const slot = stage.join("ann");
    stage.place(slot, 5);
    stage.tick(20 * 60 * 20);
    stage.recorder.propChanged("sign", "unseen");
    const { bytes, capsule } = await stage.read();
    expect(bytes.length).toBeLessThan(1500);
    expect(JSON.stringify(capsule.events)).not.toContain("unseen");
    expect(capsule.at(0).props.get("sign")).toEqual({ value: '"hi"', owner: "" });
    expect(capsule.durationMs).toBe(20 * 60 * 1000);
  });

  it("[SE2] begins with the first one and ends with the last, and takes another file for who comes later", async () => {
    const stage = new Stage();
    stage.tick(10);
    expect(stage.files).toHaveLength(0);
    stage.join("ann");
    stage.tick(10);
    stage.leave("ann");
    stage.tick(200);
    expect(stage.files).toHaveLength(1);
    stage.join("bob");
    const { capsule } = await stage.read(0);
    expect(capsule.events.at(-1)).toMatchObject({ type: "end", reason: "empty" });
    expect(stage.files.map(({ isEnded }) => isEnded)).toEqual([true, true]);
    const second = await stage.read(1);
    expect(second.capsule.events[0]).toMatchObject({ type: "present", person: { id: "bob" } });
  });

  it("[SE2] takes another file after half an hour, in which everyone is again", async () => {
    const stage = new Stage();
    const slot = stage.join("ann");
    stage.place(slot, 7);
    stage.tick(20 * 60 * 31);
    stage.place(slot, 8);
    stage.tick();
    const { capsule } = await stage.read(1);
    expect(stage.files).toHaveLength(2);
    expect(capsule.events[0]).toMatchObject({ type: "present", person: { id: "ann" } });
    expect(capsule.at(capsule.durationMs).people[0]?.pose).toMatchObject({ x: 8 });
  });

  it("[SE2] leaves one that is broken off where its process had no time to end it", async () => {
    const stage = new Stage();
    const slot = stage.join("ann");
    for (let i = 0; i < 250; i++) {
      stage.place(slot, i);
      stage.tick();
    }
    await expect.poll(() => stage.files[0]!.chunks.length).toBe(2);
    const { capsule, problem } = await readCapsule(new Uint8Array(Buffer.concat(stage.files[0]!.chunks)));
    expect(problem).toContain("broken off");
    expect(capsule!.durationMs).toBeGreaterThanOrEqual(10_000);
    expect((await stage.read()).capsule.isEnded).toBe(true);
  });

  it("[SE2] lets the world go on whatever goes wrong", () => {
    const stage = new Stage();
    const failure = new Error("the disk is gone");
    stage.files.push = () => {
      throw failure;
    };
    stage.join("ann");
    stage.tick();
    expect(stage.errors).toEqual([failure, failure]);
  });

  it("[SE2] stops where its folder is full, and asks once a minute where nothing is taken", async () => {
    const stage = new Stage();
    const slot = stage.join("ann");
    stage.files[0]!.isFull = true;
    for (let i = 0; i < 300; i++) {
      stage.place(slot, i);
      stage.tick();
    }
    stage.isOn = false;
    stage.tick(20 * 59);
    expect(stage.files).toHaveLength(1);
    stage.isOn = true;
    stage.tick(20 * 60);
    expect(stage.files).toHaveLength(2);
    await stage.recorder.close("closed");
    expect(stage.errors).toEqual([]);
    expect(stage.files.map(({ isEnded }) => isEnded)).toEqual([true, true]);
    stage.tick(20 * 120);
    expect(stage.files).toHaveLength(2);
  });

  it("[ID5] is whole before someone is taken out of it, and goes on in another with who is there", async () => {
    const stage = new Stage();
    const slot = stage.join("ann");
    stage.place(slot, 10);
    stage.tick(3);
    await stage.recordings[0]!.onCut!();
    expect(stage.files[0]!.isEnded).toBe(true);
    const before = new Uint8Array(await new Blob(stage.files[0]!.chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    expect((await readCapsule((await redact(before, "ann"))!)).capsule!.at(1000).people).toEqual([]);
    stage.place(slot, 20);
    stage.tick(3);
    const { capsule } = await stage.read(1);
    expect(capsule!.events[0]).toMatchObject({ type: "present", person: { id: "ann" } });
    expect(stage.errors).toEqual([]);
  });
});
