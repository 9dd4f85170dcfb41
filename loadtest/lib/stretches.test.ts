/** A load that lasts although a process of the load generator ends, and one that does not. */
import { describe, expect, it } from "vitest";
import { inStretches } from "./stretches.ts";
import { EndedBySignal } from "./threads.ts";

/** Each stretch lasts so many ms and then ends with that error, if any. */
function loadOf(stretches: { ms: number; error?: Error }[]) {
  let at = 5000;
  const asked: number[] = [];
  const told: string[] = [];
  const stop = new AbortController();
  const run = async (seconds: number) => {
    asked.push(seconds);
    const { ms, error } = stretches[asked.length - 1]!;
    at += ms;
    if (error) throw error;
    return `stretch ${asked.length}`;
  };
  const options = { now: () => at, signal: stop.signal, onEnded: ({ message }: Error) => told.push(message) };
  return { asked, told, stop, result: (seconds: number) => inStretches(run, { seconds, ...options }) };
}

const died = new EndedBySignal("SIGABRT");

describe("[LT2] a load in stretches", () => {
  it("is one where nothing ends it", async () => {
    const { asked, told, result } = loadOf([{ ms: 3_600_000 }]);
    expect(await result(3600)).toEqual({ outcome: "stretch 1", cut: 0 });
    expect({ asked, told }).toEqual({ asked: [3600], told: [] });
  });

  it("goes on with others for the rest of the time, and says so", async () => {
    const { asked, told, result } = loadOf([
      { ms: 3_000_000, error: died },
      { ms: 600_000, error: died },
      { ms: 1000 },
    ]);
    expect(await result(3600)).toEqual({ outcome: "stretch 3", cut: 2 });
    expect(asked).toEqual([3600, 600, 1]);
    expect(told).toEqual([died.message, died.message]);
  });

  it.each([
    ["one that ends at once", 59_000, died],
    ["an error that is not of the library", 600_000, new Error("ours")],
  ])("fails by %s", async (_, ms, error) => {
    await expect(loadOf([{ ms, error }]).result(3600)).rejects.toBe(error);
  });

  it("fails by what ends it while it is being stopped", async () => {
    const { stop, result } = loadOf([{ ms: 600_000, error: died }]);
    stop.abort();
    await expect(result(3600)).rejects.toBe(died);
  });
});
