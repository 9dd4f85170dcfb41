/** What sessions share speaks in the name of none of them, however it began; whoever asked goes on in their own. */
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pool, type PoolWorker } from "./audio/pool.ts";
import { BatchLink } from "./chatlog/batchLink.ts";
import { currentContext, within } from "./context.ts";
import { createLog } from "./ops/log.ts";
import { createPresence, type Presence } from "./presence/presence.ts";
import { Writer } from "./saves/redisWriter.ts";

const sessions = ["field-1", "pond-1", "cave-1"];
const inSession = <T>(session: string, work: () => T) => within({ session, person: `of ${session}` }, "ask", work);
const now = () => currentContext()?.session;

/** A real one: whatever it says comes in the context in which it was made. */
function worker(answer: string, heard: unknown[]): Worker {
  const code = `require("node:worker_threads").parentPort.on("message", (job) => { const port = require("node:worker_threads").parentPort; ${answer} });`;
  const made = new Worker(code, { eval: true });
  heard.push(now());
  made.on("message", () => heard.push(now()));
  return made;
}

describe("[SE3] a pool of workers", () => {
  it("answers each in their own session, and is in none itself", async () => {
    const heard: unknown[] = [];
    const spawn = () => worker(`port.postMessage({ ok: true, result: job });`, heard) as PoolWorker<string, string>;
    const pool = new Pool<string, string>({ spawn, workers: 1, maxQueue: 10 });
    const ask = { neededAt: 0, timeoutMs: 5000, isBackground: false };
    const answers = await Promise.all(
      sessions.map((session) =>
        inSession(session, async () => [await pool.run(session, ask), now(), currentContext()?.person]),
      ),
    );
    await pool.close();
    expect(answers).toEqual(sessions.map((session) => [session, session, `of ${session}`]));
    expect(heard).toEqual(Array(4).fill(undefined));
  });
});

describe("[SE3] a batch of many", () => {
  it("answers each in their own session, and tells of its failure in none", async () => {
    const heard: unknown[] = [];
    const trouble: unknown[] = [];
    const link = new BatchLink<string, string[]>({
      spawn: () =>
        worker(
          `port.postMessage({ type: "answers", answers: job.map((value) => value.startsWith("pond") ? { ok: false, error: "full" } : { ok: true, value }) }); if (job.length === 0) port.close();`,
          heard,
        ),
      batch(calls) {
        heard.push(now());
        return calls;
      },
      bye: [],
      onError: () => trouble.push(now()),
    });
    const answers = await Promise.all(
      sessions.map((session) =>
        inSession(session, async () => [await link.send(session).catch(() => "failed"), now()]),
      ),
    );
    await link.close();
    expect(answers).toEqual([
      ["field-1", "field-1"],
      ["failed", "pond-1"],
      ["cave-1", "cave-1"],
    ]);
    expect(trouble).toEqual([undefined]);
    expect(heard.filter(Boolean)).toEqual([]);
  });
});

describe("[SE3] one timer for all", () => {
  let presence: Presence;
  beforeEach(() => {
    vi.useFakeTimers();
    // as Node's own timers do, which the fakes do not
    const set = globalThis.setTimeout;
    const carrying = (work: () => void, ms?: number) => {
      const context = currentContext();
      return set(() => (context ? within(context, "timer", work) : work()), ms);
    };
    vi.spyOn(globalThis, "setTimeout").mockImplementation(carrying as never);
  });
  afterEach(() => {
    presence?.close();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it("of presence tells each room what is held no more, in the name of nobody who happened to set it", () => {
    presence = createPresence({ graceMs: 10_000, ghostMs: 5000, now: Date.now });
    const told: unknown[] = [];
    const identity = {
      person: "ada",
      handle: "ada",
      name: "Ada",
      kind: "human",
      role: "member",
      guest: false,
    } as const;
    const seat = { identity, attention: "visible", share: false, exclusive: true } as const;
    for (const room of ["world:field", "world:pond"] as const) {
      presence.watch(room, (changes) => told.push([room, changes[0]!.type, now()]));
      inSession(room, () => presence.apply({ type: "join", seat: room, room, connection: room, ...seat }));
    }
    told.length = 0;
    inSession("world:field", () => presence.apply({ type: "drop", seat: "world:field" }));
    inSession("world:pond", () => presence.apply({ type: "drop", seat: "world:pond" }));
    told.length = 0;
    vi.advanceTimersByTime(20_000);
    expect(told.length).toBeGreaterThan(0);
    expect(told.map((one) => (one as unknown[])[2])).toEqual(told.map(() => undefined));
  });

  it("of what is written to Redis fails in the name of none", async () => {
    const trouble: unknown[] = [];
    const redis = { defineCommand() {}, on() {} };
    const writer = new Writer({
      redis,
      onError: () => trouble.push(now()),
      liveMs: 60_000,
      gatherMs: 10,
    } as never);
    vi.spyOn(writer, "flush").mockRejectedValueOnce(new Error("away")).mockResolvedValue();
    inSession("field-1", () => writer.gather());
    await vi.advanceTimersByTimeAsync(20);
    expect(trouble).toEqual([undefined]);
  });
});

describe("[SE3] a line", () => {
  it("of a session that an answer came to late is still that session's", async () => {
    const taken: string[] = [];
    const sink = (session: string, _: string, line: string) =>
      taken.push(`${session} ${(JSON.parse(line) as { n: number }).n}`);
    const config = { logLevel: "silent", sessionLogLevel: "debug", logFormat: "json", dev: false } as const;
    const log = createLog(config, { sink });
    const answers = sessions.map(() => Promise.withResolvers<void>());
    const all = sessions.map((session, n) =>
      inSession(session, async () => {
        await answers[n]!.promise;
        log.debug({ n }, "answered");
      }),
    );
    // all answered by one, as a batch's worker does
    inSession("another", () => answers.toReversed().forEach(({ resolve }) => void resolve()));
    await Promise.all(all);
    expect(taken).toEqual(["cave-1 2", "pond-1 1", "field-1 0"]);
  });
});
