/** Lines are one line each and structured; what could flood is limited. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../config.ts";
import { createLog, messageLine, silentLog } from "./log.ts";

type Line = Record<string, unknown>;
type Level = Config["logLevel"];

/** A log with a clock that the test turns, and the lines it wrote. */
function start(options: { level?: Level; format?: Config["logFormat"]; dev?: boolean } = {}) {
  const written: string[] = [];
  const clock = { now: 50_000 };
  const config = { logLevel: options.level ?? "debug", logFormat: options.format ?? "json", dev: options.dev ?? false };
  const destination = { write: (line: string) => void written.push(line) };
  const log = createLog(config, { destination, now: () => clock.now });
  const lines = () => written.map((line) => JSON.parse(line) as Line);
  return { log, clock, written, lines };
}

describe("log lines", () => {
  it("are one JSON object each, with what they belong to", () => {
    const { log, written, lines } = start();
    log.info({ room: "world:field", person: "ada", connection: "tab1" }, "joined");
    log.warn({ text: "two\nlines" }, "odd\nmessage");
    expect(written.every((line) => line.endsWith("\n") && line.indexOf("\n") === line.length - 1)).toBe(true);
    expect(lines()[0]).toMatchObject({ room: "world:field", person: "ada", connection: "tab1", msg: "joined" });
    expect(lines()[0]!["time"]).toBeTypeOf("number");
  });

  it("hold an error with its stack", () => {
    const { log, lines } = start();
    log.error({ error: new TypeError("broken") }, "failed");
    expect(lines()[0]!["error"]).toMatchObject({ type: "TypeError", message: "broken" });
    expect((lines()[0]!["error"] as Line)["stack"]).toContain("log.test.ts");
  });

  it("[SE3] of messages go to a file of their own, whoever they are from", () => {
    const kept: unknown[] = [];
    const config = { logLevel: "silent", logFormat: "json", dev: false, sessionLogLevel: "debug" } as const;
    const log = createLog(config, { sink: (...line) => kept.push(line.slice(0, 2)) });
    log.debug({ session: "a", message: "piece:x", ms: 1 }, messageLine);
    log.debug({ session: "a", message: "piece:x", environment: "browser" }, "refused");
    log.info({ session: "a" }, "joined");
    expect(kept).toEqual([
      ["a", "messages"],
      ["a", "browser"],
      ["a", "server"],
    ]);
  });

  it.each([
    ["debug", 4],
    ["info", 3],
    ["warn", 2],
    ["error", 1],
    ["silent", 0],
  ] as const)("of level %s and above are written", (level, count) => {
    const { log, written } = start({ level });
    log.debug({}, "a");
    log.info({}, "b");
    log.warn({}, "c");
    log.error({}, "d");
    expect(written).toHaveLength(count);
  });

  it("are for people to read in development", () => {
    const { log, written } = start({ format: "auto", dev: true });
    log.warn({ room: "world:field", people: 3 }, "crowded");
    expect(written[0]).toMatch(/^\d\d:\d\d:\d\d warn +crowded room=world:field people=3\n$/);
    log.error({ error: new Error("broken") }, "failed");
    expect(written[1]).toContain("Error: broken\n    at ");
  });
});

describe("log.limited", () => {
  it("writes at most one line a second of a kind, and says how many it left out", () => {
    const { log, clock, lines } = start();
    for (let ms = 0; ms < 3000; ms += 10) {
      clock.now = 50_000 + ms;
      log.limited("warn", "bad frame", { ms }, "bad frame");
    }
    expect(lines().map(({ ms, suppressed }) => [ms, suppressed])).toEqual([
      [0, undefined],
      [1000, 99],
      [2000, 99],
    ]);
  });

  it("does so whatever the fields, the message and the level are", () => {
    const { log, lines } = start();
    log.limited("warn", "kind", { room: "a" }, "one");
    log.limited("error", "kind", { room: "b" }, "two");
    expect(lines()).toHaveLength(1);
  });

  it("keeps the kinds apart", () => {
    const { log, lines } = start();
    for (let i = 0; i < 3; i++) for (const kind of ["a", "b"]) log.limited("info", kind, {}, kind);
    expect(lines().map(({ msg }) => msg)).toEqual(["a", "b"]);
  });

  it("starts to count anew after each line", () => {
    const { log, clock, lines } = start();
    for (const ms of [0, 1, 999, 1000, 2000]) {
      clock.now = 50_000 + ms;
      log.limited("info", "kind", { ms }, "kind");
    }
    expect(lines().map(({ ms, suppressed }) => [ms, suppressed])).toEqual([
      [0, undefined],
      [1000, 2],
      [2000, undefined],
    ]);
  });

  it("writes nothing below the level that is wanted", () => {
    const { log, written } = start({ level: "error" });
    log.limited("warn", "kind", {}, "kind");
    expect(written).toEqual([]);
  });

  it("has a silent twin", () => {
    silentLog.error({}, "nothing");
    silentLog.limited("error", "kind", {}, "nothing");
  });
});
