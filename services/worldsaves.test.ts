/** Poses and props outlive their world, and what could not be written yet is not lost. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStorage, type Storage } from "./storage.ts";
import { createWorldSaves, type WorldSaves } from "./worldsaves.ts";

const day = 24 * 3600 * 1000;
const flushMs = 1000;
const pose = { x: 1.5, y: -2.25, z: 1e6 / 3, angle: 0.1 };

let folder: string;
let storage: Storage;
let saves: WorldSaves;
let errors: unknown[];

function open(): void {
  storage = openStorage(folder);
  saves = createWorldSaves(storage, (error) => void errors.push(error), flushMs);
}
function close(): void {
  saves.close();
  storage.close();
}
const reopen = () => {
  close();
  open();
};
/** As if the process had been killed: nothing is flushed. */
const kill = () => {
  vi.clearAllTimers();
  storage.close();
  open();
};

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 1) });
  folder = mkdtempSync(join(tmpdir(), "saves-"));
  errors = [];
  open();
});
afterEach(() => {
  close();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

describe("[WO4] the last pose of a person in a world", () => {
  it("is there at once, exactly, and after a restart", () => {
    saves.savePose("field", "ada", pose);
    expect(saves.pose("field", "ada")).toEqual(pose);
    reopen();
    expect(saves.pose("field", "ada")).toEqual(pose);
  });

  it("is per person and slug", () => {
    saves.savePose("field", "ada", pose);
    saves.savePose("pond", "ada", { ...pose, x: 7 });
    saves.savePose("field", "bea", { ...pose, x: 8 });
    for (let i = 0; i < 2; i++) {
      expect(saves.pose("field", "ada")?.x).toBe(1.5);
      expect(saves.pose("pond", "ada")?.x).toBe(7);
      expect(saves.pose("field", "bea")?.x).toBe(8);
      expect(saves.pose("pond", "bea")).toBeUndefined();
      reopen();
    }
  });

  it("is the last one, not the one that someone goes on changing", () => {
    const moving = { ...pose };
    saves.savePose("field", "ada", moving);
    moving.x = 99;
    expect(saves.pose("field", "ada")?.x).toBe(1.5);
    saves.savePose("field", "ada", { ...pose, x: 3 });
    reopen();
    saves.savePose("field", "ada", { ...pose, x: 4 });
    reopen();
    expect(saves.pose("field", "ada")?.x).toBe(4);
  });

  it("is written every second by itself, so that a killed process loses no more than that", () => {
    saves.savePose("field", "ada", pose);
    vi.advanceTimersByTime(flushMs);
    saves.savePose("field", "bea", pose);
    kill();
    expect(saves.pose("field", "ada")).toEqual(pose);
    expect(saves.pose("field", "bea")).toBeUndefined();
  });

  it("is dropped when its person did not come back for 90 days", () => {
    saves.savePose("field", "ada", pose);
    reopen();
    vi.setSystemTime(Date.now() + 60 * day);
    saves.savePose("field", "bea", pose);
    reopen();
    vi.setSystemTime(Date.now() + 31 * day);
    reopen();
    expect(saves.pose("field", "ada")).toBeUndefined();
    expect(saves.pose("field", "bea")).toEqual(pose);
  });
});

describe("[WO4] the props of a world that is saved", () => {
  const lamp = { key: "lamp", value: '{"on":true}', owner: "ada" };
  const bench = { key: "bench", value: "1", owner: "" };
  const sorted = (slug: string) => saves.props(slug).sort((a, b) => (a.key < b.key ? -1 : 1));

  it("are there at once and after a restart", () => {
    saves.saveProp("field", lamp);
    saves.saveProp("field", bench);
    expect(sorted("field")).toEqual([bench, lamp]);
    expect(saves.props("pond")).toEqual([]);
    reopen();
    expect(sorted("field")).toEqual([bench, lamp]);
    expect(saves.props("pond")).toEqual([]);
  });

  it("may be changed and dropped, before and after they were written", () => {
    saves.saveProp("field", lamp);
    saves.saveProp("field", { ...lamp, value: "2" });
    expect(saves.props("field")).toEqual([{ ...lamp, value: "2" }]);
    saves.dropProp("field", "lamp");
    expect(saves.props("field")).toEqual([]);
    saves.saveProp("field", lamp);
    reopen();
    saves.dropProp("field", "lamp");
    expect(saves.props("field")).toEqual([]);
    saves.saveProp("field", bench);
    reopen();
    expect(saves.props("field")).toEqual([bench]);
  });

  it.each(["a b", "ключ", "😀", "__proto__", "'; DROP TABLE props; --", "x".repeat(128), "%", "a\u0000b"])(
    "may have the key %j",
    (key) => {
      saves.saveProp("field", { ...lamp, key });
      saves.saveProp("field", { ...bench, key: `${key}2` });
      reopen();
      expect(saves.props("field")).toHaveLength(2);
      expect(saves.props("field")).toContainEqual({ ...lamp, key });
      saves.dropProp("field", key);
      reopen();
      expect(saves.props("field")).toEqual([{ ...bench, key: `${key}2` }]);
    },
  );
});

describe("a flush that fails", () => {
  const fail = (isFailing: boolean) => storage.db.exec(`PRAGMA query_only = ${isFailing ? "ON" : "OFF"}`);

  it("is reported, and what it held goes with the next", () => {
    fail(true);
    saves.savePose("field", "ada", pose);
    saves.saveProp("field", { key: "lamp", value: "1", owner: "" });
    vi.advanceTimersByTime(flushMs * 3);
    expect(errors).toHaveLength(3);
    expect(saves.pose("field", "ada")).toEqual(pose);
    expect(saves.props("field")).toHaveLength(1);
    fail(false);
    vi.advanceTimersByTime(flushMs);
    expect(errors).toHaveLength(3);
    kill();
    expect(saves.pose("field", "ada")).toEqual(pose);
    expect(saves.props("field")).toHaveLength(1);
  });

  it("is thrown to whoever asked for it", () => {
    saves.savePose("field", "ada", pose);
    fail(true);
    expect(() => saves.flush()).toThrow();
    fail(false);
    expect(() => saves.flush()).not.toThrow();
  });

  it("that has nothing new to write does not fail", () => {
    saves.savePose("field", "ada", pose);
    saves.saveProp("field", { key: "lamp", value: "1", owner: "" });
    saves.flush();
    fail(true);
    saves.flush();
    vi.advanceTimersByTime(flushMs * 3);
    expect(errors).toEqual([]);
    fail(false);
  });
});

describe("closing", () => {
  it("writes what is held and stops the timer", () => {
    saves.savePose("field", "ada", pose);
    saves.close();
    expect(vi.getTimerCount()).toBe(0);
    kill();
    expect(saves.pose("field", "ada")).toEqual(pose);
  });
});
