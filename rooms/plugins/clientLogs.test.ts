/** What clients write of their own goes to their session's folder, and passes for nothing else. */
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientLines } from "../../schema/clientLogs.ts";
import type { Kind } from "../../services/identity/person.ts";
import type { SeatClient } from "../seat.ts";
import { handleClientLogs } from "./clientLogs.ts";
import { newSession } from "./lifecycle.ts";

let now: number;
let written: { environment: string; line: Record<string, unknown> }[];
let raw: string[];
let say: (kind: Kind, batch: Partial<ClientLines>) => void;

beforeEach(() => {
  now = 50_000;
  written = [];
  raw = [];
  const session = newSession("world", "field", 0);
  const folder = {
    log(environment: string, line: string) {
      raw.push(line);
      written.push({ environment, line: JSON.parse(line) as Record<string, unknown> });
    },
  };
  const artifacts = { folder: (id: string) => (id === session.id ? folder : undefined) };
  let handler: (client: SeatClient, batch: ClientLines) => void;
  const gate = {
    handle(_type: string, _shape: unknown, given: typeof handler) {
      handler = given;
    },
  };
  handleClientLogs({ gate, session, services: { artifacts, now: () => now } } as never);
  say = (kind, batch) => {
    const identity = { person: "ada", handle: "ada", name: "Ada", kind, role: "member", guest: false };
    handler({ userData: { identity, connection: "tab" } } as never, { environment: "browser", lines: [], ...batch });
  };
});

const lines = (count: number, text = "hello") =>
  Array.from({ length: count }, () => ({ at: 1, level: "info", text }) as const);

describe("[SE2] a client's line", () => {
  it("is stamped by the server, and stands in a field of its own whatever it says", () => {
    const text = 'x"}\n{"level":50,"msg":"draining","person":"bob"}\u2028';
    say("human", { lines: [{ at: 12, level: "error", text, stack: "at a\nat b" }] });
    expect(raw[0]).not.toContain("\n");
    const { line, environment } = written[0]!;
    expect(environment).toBe("browser");
    expect(line).toMatchObject({ time: 50_000, level: 50, person: "ada", handle: "ada", connection: "tab" });
    expect(line["client"]).toEqual({ at: 12, level: "error", text, stack: "at a\nat b" });
    expect(Object.keys(line)).not.toContain("msg");
  });

  it("counts as what its author verifiably is, and runs on what they say", () => {
    for (const kind of ["human", "ai", "persona"] as const) say(kind, { environment: "node", lines: lines(1) });
    say("ai", { environment: "browser", lines: lines(1) });
    expect(written.map(({ environment }) => environment)).toEqual(["node", "agent", "persona", "agent"]);
  });

  it("is left out above the room's budget or its size: counted in one line a second", () => {
    for (let i = 0; i < 40; i++) say("human", { lines: lines(50) });
    expect(written.filter(({ line }) => line["client"])).toHaveLength(1000);
    expect(written.filter(({ line }) => line["leftOut"]).map(({ line }) => line["leftOut"])).toEqual([50]);
    now += 1000;
    say("human", { lines: lines(1, "ä".repeat(1500)) });
    expect(written.at(-1)!.line).toMatchObject({ leftOut: 951 });
    expect(written.filter(({ line }) => line["client"])).toHaveLength(1000);
  });

  it("that the client left out itself is counted too", () => {
    say("human", { lines: lines(1), dropped: 7 });
    expect(written[1]!.line).toMatchObject({ leftOut: 7, person: "ada", level: 40 });
  });
});
