/** The audit file: whole lines, whatever is cut off, rotates or writes beside it. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Audit, type AuditOptions, createAudit } from "./audit.ts";

let folder: string;
let time = 1_000;
const log = { warn: vi.fn(), limited: vi.fn() };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "audit-"));
  vi.clearAllMocks();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (options: Partial<AuditOptions> = {}): Audit =>
  createAudit({ folder, log, process: () => "one", now: () => time++, ...options });
const kick = (person: string) =>
  ({ who: "operator", from: "127.0.0.1", action: "kick", person, room: "all", outcome: "done" }) as const;
const file = () => join(folder, "audit.jsonl");
const peopleOf = async (audit: Audit, limit = 100) => (await audit.read(limit)).map(({ person }) => person);

describe("[OP1] the audit log", () => {
  it("has who did what to whom, where, when, in which process, and how it ended; newest first", async () => {
    const audit = open();
    await audit.note(kick("ada"));
    await audit.note({ ...kick("bea"), reason: "spam", outcome: "PERSON_NOT_FOUND" });
    const [newest, oldest] = await audit.read(10);
    expect(newest).toMatchObject({ who: "operator", from: "127.0.0.1", person: "bea", outcome: "PERSON_NOT_FOUND" });
    expect(oldest).toMatchObject({ action: "kick", person: "ada", room: "all", process: "one" });
    expect(newest!.at).toBeGreaterThan(oldest!.at);
    expect(log.warn).toHaveBeenCalledWith(expect.objectContaining({ audit: true, person: "ada" }), "operator action");
  });

  it("is there after a restart, and gives no more than was asked for", async () => {
    for (const person of ["ada", "bea", "cid"]) await open().note(kick(person));
    expect(await peopleOf(open(), 2)).toEqual(["cid", "bea"]);
    expect(await open({ folder: join(folder, "none") }).read(5)).toEqual([]);
  });

  it("keeps each line whole when many are noted at once, by two processes", async () => {
    const audits = [open(), open({ process: () => "two" })];
    await Promise.all(Array.from({ length: 60 }, (_, i) => audits[i % 2]!.note(kick(`p${i}`))));
    const lines = readFileSync(file(), "utf8").trimEnd().split("\n");
    expect(new Set(lines.map((line) => (JSON.parse(line) as { person: string }).person)).size).toBe(60);
  });

  it("goes on behind a line that was cut off", async () => {
    await open().note(kick("ada"));
    appendFileSync(file(), '{"at":5,"who":"oper');
    await open().note(kick("bea"));
    expect(await peopleOf(open())).toEqual(["bea", "ada"]);
  });

  it("puts a full file aside, reads on in it, and keeps the newest of them", async () => {
    const audit = open({ maxBytes: 100, keep: 2 });
    for (const person of ["ada", "bea", "cid", "dee", "eve"]) await audit.note(kick(person));
    expect(readdirSync(folder)).toHaveLength(3);
    expect(await peopleOf(audit)).toEqual(["eve", "dee", "cid"]);
  });

  it("loses no line where two processes put the file aside at once", async () => {
    const one = open({ maxBytes: 100, keep: 100 });
    const two = open({ maxBytes: 100, keep: 100, process: () => "two" });
    await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? one : two).note(kick(`p${i}`))));
    expect(log.limited).not.toHaveBeenCalled();
    expect(new Set(await peopleOf(one)).size).toBe(60);
  });

  it("says in the log what the disk did not take, and harms nobody", async () => {
    writeFileSync(join(folder, "blocked"), "");
    await open({ folder: join(folder, "blocked") }).note(kick("ada"));
    expect(log.warn).toHaveBeenCalledOnce();
    expect(log.limited).toHaveBeenCalledOnce();
  });
});
