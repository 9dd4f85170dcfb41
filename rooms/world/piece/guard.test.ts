/** What a piece may do wrong, and that it ends nothing but its own ticks. */
import { beforeEach, describe, expect, it } from "vitest";
import { Guard, slowMs, strikes } from "./guard.ts";

let now = 0;
let told: string[];
let guard: Guard;
beforeEach(() => {
  told = [];
  guard = new Guard({
    onError: (error, doing) => told.push(`${doing}: ${String(error)}`),
    onSlow: (ms) => told.push(`slow ${ms}`),
    onOff: () => told.push("off"),
    clock: () => now,
  });
});
const fail = () => {
  throw new Error("no");
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("[WO3] what a piece does is guarded", () => {
  it("tells what throws, at once and later, and throws nothing itself", async () => {
    expect(guard.run("onJoin", fail)).toBe(false);
    const late = guard.run("onLeave", async () => fail());
    expect(await late).toBe(false);
    expect(guard.run("onStart", () => 7)).toBe(true);
    expect(told).toEqual(["onJoin: Error: no", "onLeave: Error: no"]);
  });

  it("gives up ticks that fail so many times in a row, and only then", () => {
    for (let i = 0; i < strikes - 1; i++) guard.tick(fail);
    guard.tick(() => {});
    for (let i = 0; i < strikes - 1; i++) guard.tick(fail);
    expect(guard.isOff).toBe(false);
    guard.tick(fail);
    expect([guard.isOff, told.at(-1)]).toEqual([true, "off"]);
    const { length } = told;
    guard.tick(fail);
    expect(told.length).toBe(length);
  });

  it("gives up ticks that take long, and tells how long each took", () => {
    for (let i = 0; i < strikes; i++) guard.tick(() => (now += slowMs + 5));
    expect(told).toEqual([...Array(strikes).fill(`slow ${slowMs + 5}`), "off"]);
  });

  it("does not begin a tick while the last one is awaited, and counts how that ended", async () => {
    let begun = 0;
    for (let i = 0; i < strikes; i++) {
      let reject = (_: unknown) => {};
      const waiting = () => {
        begun++;
        return new Promise((_, no) => (reject = no));
      };
      guard.tick(waiting);
      guard.tick(waiting);
      reject("late");
      await settle();
    }
    expect(begun).toBe(strikes);
    expect(guard.isOff).toBe(true);
  });
});
