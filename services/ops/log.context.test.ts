/** Whose a line is, and where it goes. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../config.ts";
import { within } from "../context.ts";
import { LifecycleBus } from "../lifecycle.ts";
import { logBeginnings, logLives } from "./lifecycleLog.ts";
import { Limiter } from "./limiter.ts";
import { apartFrom, createLog, type Log } from "./log.ts";

type Line = Record<string, unknown>;

const field = { session: "field-1", room: "world:field", person: "ada", connection: "tab" };
const pond = { session: "pond-1", room: "world:pond" };

let output: Line[];
let kept: { session: string; environment: string; line: Line }[];
let clock: number;

beforeEach(() => {
  output = [];
  kept = [];
  clock = 50_000;
});

function open(logLevel: Config["logLevel"] = "info", sessionLogLevel: Config["logLevel"] = "debug"): Log {
  return createLog(
    { logLevel, sessionLogLevel, logFormat: "json", dev: false },
    {
      destination: { write: (line) => void output.push(JSON.parse(line) as Line) },
      sink(session, environment, line) {
        expect(line).not.toContain("\n");
        kept.push({ session, environment, line: JSON.parse(line) as Line });
      },
      now: () => clock,
    },
  );
}

describe("[SE3] a line", () => {
  it("has the session, room, person, connection and environment it is logged in, and what was being done", () => {
    const log = open();
    within({ ...field, environment: "remote" }, "join", () =>
      within({}, "load pose", () => log.info({ n: 1 }, "slow")),
    );
    expect(output[0]).toMatchObject({ ...field, environment: "remote", doing: "join > load pose", n: 1, msg: "slow" });
    expect(kept[0]).toEqual({ session: "field-1", environment: "remote", line: output[0] });
  });

  it("has what it says itself before that, and nothing of a context that it says is another's", () => {
    const log = open();
    within(field, "ban", () => log.info({ person: "bob" }, "banned"));
    within(field, "travel", () => log.info({ session: "pond-1" }, "came"));
    expect(output[0]).toMatchObject({ session: "field-1", room: "world:field", person: "bob" });
    expect(output[0]).not.toHaveProperty("connection"); // it is not his
    expect(output[1]).toMatchObject({ session: "pond-1", msg: "came" });
    expect(Object.keys(output[1]!)).toEqual(["level", "time", "session", "msg"]);
    expect(kept.map(({ session }) => session)).toEqual(["field-1", "pond-1"]);
  });

  it("is nobody's where nobody is known, and where it is of what sessions share", () => {
    const log = open();
    log.error({ n: 1 }, "alone");
    within(field, "say", () => apartFrom(log).limited("error", "chatlog", { n: 2 }, "the chat log failed"));
    expect(output).toHaveLength(2);
    for (const line of output) expect(Object.keys(line)).toEqual(["level", "time", "n", "msg"]);
    expect(kept).toEqual([]);
  });

  it.each([
    ["warn", "debug", 2, 4],
    ["silent", "info", 0, 3],
    ["debug", "error", 4, 1],
    ["debug", "silent", 4, 0],
  ] as const)(
    "goes to the output from level %s, and to its session from %s, each for itself",
    (own, ofSession, a, b) => {
      const log = open(own, ofSession);
      within(field, "try", () => {
        for (const level of ["debug", "info", "warn", "error"] as const) log[level]({}, level);
      });
      expect([output.length, kept.length]).toEqual([a, b]);
    },
  );
});

describe("[SE3] a flood", () => {
  it("in one session hides no line of another, and each says what it left out itself", () => {
    const log = open();
    const fail = (where: typeof pond) => within(where, "say", () => log.limited("warn", "storage", {}, "slow"));
    for (let i = 0; i < 100; i++) fail(field);
    fail(pond);
    clock += 1000;
    fail(pond);
    fail(field);
    const own = (session: string) =>
      kept.filter((line) => line.session === session).map(({ line }) => line["suppressed"]);
    expect(own("field-1")).toEqual([undefined, 99]);
    expect(own("pond-1")).toEqual([undefined, undefined]);
    expect(output.map(({ suppressed }) => suppressed)).toEqual([undefined, 100]);
  });

  it("is forgotten when it is over, so that sessions that come and go cost no memory", () => {
    const limiter = new Limiter();
    for (let i = 0; i < 20_000; i++) limiter.take(`session ${i} kind`, i * 100);
    expect(limiter.size).toBeLessThan(3000);
    expect(limiter.take("session 19999 kind", 1_999_901)).toBeUndefined();
  });
});

describe("[SE5] the life of a session", () => {
  it("is told in its own log, from its making to its end, whoever caused it", () => {
    const log = open("silent");
    const bus = new LifecycleBus((error) => expect.fail(String(error)));
    const session = { id: "pond-1", kind: "audio", key: "audio:pond-1", label: "pond", created: 1 } as const;
    logLives(bus, log);
    logBeginnings(bus, log);
    within(field, "create", () => {
      bus.emit("session.created", { session });
      bus.emit("session.joined", { session, who: { as: "stream" } });
      bus.emit("session.left", { session, who: { as: "stream" } });
      bus.emit("session.idle", { session });
      bus.emit("session.removed", { session, reason: "cleaned" });
    });
    const told = kept.map(({ session: of, line }) => [of, line["msg"], line["room"], line["person"]]);
    expect(told).toEqual(
      ["made", "joined", "left", "nobody is here", "ended"].map((what) => ["pond-1", what, "audio:pond-1", undefined]),
    );
  });
});
