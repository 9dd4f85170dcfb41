/** Log lines of a page on their way to the server, and where they come from. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ClientLines, logLimits } from "../schema/clientLogs.ts";
import { seatMessages } from "../schema/messages.ts";
import { captureConsole, captureErrors } from "./capture.ts";
import { Logs, openLogs } from "./logs.ts";

let sent: ClientLines[];
let isOpen: boolean;
const send = (batch: ClientLines) => {
  if (isOpen) sent.push(structuredClone(batch));
  return isOpen;
};
const texts = () => sent.flatMap(({ lines }) => lines.map(({ text }) => text));
/** As Node does before it ends. */
const emit = (event: string, error: Error) => (process as NodeJS.EventEmitter).emit(event, error);
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  isOpen = true;
});
afterEach(() => void vi.useRealTimers());

describe("[SE2] lines of a client", () => {
  it("go in batches, one a second at most", () => {
    const logs = new Logs({ environment: "node", send });
    for (let i = 0; i < 120; i++) logs.take("info", `line ${i}`);
    vi.advanceTimersByTime(0);
    expect(sent.map(({ lines }) => lines.length)).toEqual([50]);
    vi.advanceTimersByTime(999);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(2000);
    expect(sent.map(({ lines }) => lines.length)).toEqual([50, 50, 20]);
    expect(texts()).toEqual(Array.from({ length: 120 }, (_, i) => `line ${i}`));
  });

  it("wait for a room, 200 at most: older ones are left out and counted once", () => {
    const logs = new Logs({ environment: "node", send });
    isOpen = false;
    for (let i = 0; i < 500; i++) logs.take("info", `line ${i}`);
    vi.advanceTimersByTime(10_000);
    isOpen = true;
    vi.advanceTimersByTime(10_000);
    expect(texts()).toEqual(Array.from({ length: 200 }, (_, i) => `line ${i + 300}`));
    expect(sent.map(({ dropped }) => dropped)).toEqual([300, undefined, undefined, undefined]);
  });

  it.each([
    ["long", "x".repeat(100_000)],
    ["of many bytes", "🜂ä".repeat(10_000)],
    ["half a character", "\ud83d".repeat(5000)],
    ["all quotes", '"'.repeat(5000)],
  ])("fit the server's shape and its frames, however they are: %s", (_, text) => {
    const logs = new Logs({ environment: "browser", send });
    for (let i = 0; i < 60; i++) logs.take("error", text, text);
    vi.advanceTimersByTime(60_000);
    expect(texts()).toHaveLength(60);
    for (const batch of sent) {
      expect(seatMessages.logs.safeParse(batch).error).toBeUndefined();
      let bytes = 0;
      for (const { text: short, stack = "" } of batch.lines) {
        expect(bytesOf(short + stack)).toBeLessThanOrEqual(logLimits.lineBytes);
        bytes += bytesOf(short + stack);
      }
      expect(bytes).toBeLessThanOrEqual(logLimits.batchBytes);
    }
  });

  it("are sent at once where there may be no time for more, and no more after the end", () => {
    const logs = new Logs({ environment: "node", send });
    logs.take("info", "one");
    logs.take("error", "the last", "stack", true);
    expect(texts()).toEqual(["one", "the last"]);
    logs.close();
    vi.advanceTimersByTime(5000);
    expect(sent).toHaveLength(1);
  });

  it("come from where it was asked for only", () => {
    const end = openLogs({ errors: false }, send);
    console.debug("said");
    emit("uncaughtExceptionMonitor", new Error("not asked for"));
    end!();
    console.debug("later");
    vi.advanceTimersByTime(5000);
    expect(texts()).toEqual(["said"]);
    expect(openLogs(false, send)).toBeUndefined();
  });
});

describe("[SE2] the console", () => {
  it("goes on as before, for whoever takes it, and whatever it is given", () => {
    const printed = vi.spyOn(console, "warn").mockImplementation(() => {});
    const taken: unknown[][] = [];
    const end = captureConsole((...line) => taken.push(line));
    const loop: Record<string, unknown> = { a: 1 };
    loop["self"] = loop;
    const error = new TypeError("broken");
    console.warn("text", 1, null, undefined, { a: [1] }, 2n, Symbol("s"));
    console.warn(loop, Array(10_000).fill(0), error);
    end();
    console.warn("unheard");
    expect(printed).toHaveBeenCalledTimes(3);
    expect(console.warn).toBe(printed);
    expect(taken[0]).toEqual(["warn", 'text 1 null undefined {"a":[1]} 2 Symbol(s)', undefined]);
    expect(taken[1]).toEqual(["warn", "[object Object] [object Array] TypeError: broken", error.stack]);
    expect(taken).toHaveLength(2);
  });

  it("is not taken again from those who take it", () => {
    vi.spyOn(console, "debug").mockImplementation(() => {});
    let taken = 0;
    const end = captureConsole(() => {
      taken++;
      console.info("sending");
    });
    console.info("said");
    end();
    expect(taken).toBe(1);
  });
});

describe("[SE2] errors that nobody caught", () => {
  it("are told in Node without keeping the process from its end", () => {
    const before = process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection");
    const taken: unknown[][] = [];
    const end = captureErrors((...line) => taken.push(line));
    const error = new Error("lost");
    emit("uncaughtExceptionMonitor", error);
    expect(taken).toEqual([["error", "Error: lost", error.stack, true]]);
    expect(process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection")).toBe(before);
    end();
    expect(process.listenerCount("uncaughtExceptionMonitor")).toBe(0);
  });
});
