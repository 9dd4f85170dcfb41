/** World saves in the embedded database: the contract, what a killed process loses, and what could not be written yet. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStorage, type Storage } from "../storage.ts";
import { worldSavesContract } from "./contract.suite.ts";
import type { WorldSave, WorldSaves } from "./saves.ts";
import { createSqliteSaves } from "./sqlite.ts";

worldSavesContract("SQLite", () => {
  const storage = openStorage(":memory:");
  return {
    open: () => createSqliteSaves(storage, (error) => expect.unreachable(String(error))),
    remove: () => storage.close(),
  };
});

const day = 24 * 3600 * 1000;
const flushMs = 1000;
const pose = { x: 1.5, y: -2.25, z: 1e6 / 3, angle: 0.1 };
const lamp = { key: "lamp", value: "1", owner: "", saved: true };

let folder: string;
let storage: Storage;
let saves: WorldSaves;
let field: WorldSave;
let errors: unknown[];

async function open(): Promise<void> {
  storage = openStorage(folder);
  saves = createSqliteSaves(storage, (error) => void errors.push(error), flushMs);
  field = await saves.open("field");
}
async function close(): Promise<void> {
  await saves.close();
  storage.close();
}
const reopen = async () => {
  await close();
  await open();
};
/** As if the process had been killed: nothing is flushed. */
const kill = async () => {
  vi.clearAllTimers();
  storage.close();
  await open();
};

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 1) });
  folder = mkdtempSync(join(tmpdir(), "saves-"));
  errors = [];
  await open();
});
afterEach(async () => {
  await close();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

describe("[WO4] the last pose of a person in a world", () => {
  it("is written every second by itself, so that a killed process loses no more than that", async () => {
    field.savePose("ada", pose);
    vi.advanceTimersByTime(flushMs);
    field.savePose("bea", pose);
    await kill();
    expect(field.pose("ada")).toEqual(pose);
    expect(field.pose("bea")).toBeUndefined();
  });

  it("is dropped when its person did not come back for 90 days", async () => {
    field.savePose("ada", pose);
    await reopen();
    vi.setSystemTime(Date.now() + 60 * day);
    field.savePose("bea", pose);
    await reopen();
    vi.setSystemTime(Date.now() + 31 * day);
    await reopen();
    expect(field.pose("ada")).toBeUndefined();
    expect(field.pose("bea")).toEqual(pose);
  });
});

describe("a flush that fails", () => {
  const fail = (isFailing: boolean) => storage.db.exec(`PRAGMA query_only = ${isFailing ? "ON" : "OFF"}`);

  it("is reported, and what it held goes with the next", async () => {
    fail(true);
    field.savePose("ada", pose);
    field.saveProp(lamp);
    vi.advanceTimersByTime(flushMs * 3);
    expect(errors).toHaveLength(3);
    expect(field.pose("ada")).toEqual(pose);
    expect((await saves.open("field")).props).toHaveLength(1);
    fail(false);
    vi.advanceTimersByTime(flushMs);
    expect(errors).toHaveLength(3);
    await kill();
    expect(field.pose("ada")).toEqual(pose);
    expect(field.props).toHaveLength(1);
  });

  it("is told to whoever asked for it", async () => {
    field.savePose("ada", pose);
    fail(true);
    await expect(saves.flush()).rejects.toThrow();
    fail(false);
    await saves.flush();
  });

  it("that has nothing new to write does not fail", async () => {
    field.savePose("ada", pose);
    field.saveProp(lamp);
    await saves.flush();
    fail(true);
    await saves.flush();
    vi.advanceTimersByTime(flushMs * 3);
    expect(errors).toEqual([]);
    fail(false);
  });
});

describe("closing", () => {
  it("writes what is held and stops the timer", async () => {
    field.savePose("ada", pose);
    await saves.close();
    expect(vi.getTimerCount()).toBe(0);
    await kill();
    expect(field.pose("ada")).toEqual(pose);
  });
});
