/**
 * How fast the chat logs are, beside a bare synchronous insert and commit per message, and how long each blocks the
 * event loop: `node services/chatlog/bench.ts [seconds per case]`. Writers wait for an answer before they say the next.
 * Absolute times depend on the disk and on what else runs: the raw sync is measured too, and the ratios count.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { createRedisChatLog } from "./redis.ts";
import { createSqliteChatLog } from "./sqlite.ts";
import { person, said } from "./testing/people.ts";
import { hasRedis, noRedis, startRedis } from "./testing/redisServer.ts";

type Figures = { perSecond: number; p50: number; p99: number; blockedMs: number; busy: number; cpuUs: number };
type Append = (writer: number, text: string) => Promise<unknown>;
type Subject = { name: string; append: Append; close(): Promise<void> };

const seconds = Number(process.argv[2] ?? 1.5);
const rounds = 3;
const writerCounts = [1, 20, 200];
const dir = mkdtempSync(join(tmpdir(), "hereabouts-bench-"));

const rank = (sorted: number[], part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
const median = (values: number[]) =>
  rank(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** Stores nothing: what the machine and the measuring themselves cost at this moment. */
const nothing = (): Subject => ({
  name: "nothing stored",
  append: () => new Promise<void>((resolve) => setTimeout(resolve, 1)),
  close: async () => {},
});

/** One row and one commit per message, on the thread that the rooms run on, in turn as messages come in. */
function bare(): Subject {
  const db = new DatabaseSync(join(dir, "bare.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE lines (seq INTEGER PRIMARY KEY, author TEXT, text TEXT, at INTEGER)");
  const insert = db.prepare("INSERT INTO lines (author, text, at) VALUES (?, ?, ?)");
  const waiting: (() => void)[] = [];
  // one a turn, so that the loop is blocked by one commit at a time and not by all that wait
  const next = () => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(next);
  };
  return {
    name: "bare insert + commit",
    append: (writer, text) =>
      new Promise<void>((resolve) => {
        if (waiting.length === 0) setImmediate(next);
        waiting.push(() => {
          insert.run(`w${writer}`, text, Date.now());
          resolve();
        });
      }),
    close: async () => db.close(),
  };
}

function sqlite(): Subject {
  const log = createSqliteChatLog({ dataDir: dir, onError: (error) => console.error(error) });
  const append: Append = (writer, text) => log.append("bench", said(person(`w${writer}`), text));
  return { name: "SQLite", append, close: log.close };
}

async function redis(): Promise<Subject> {
  const server = await startRedis();
  const log = createRedisChatLog({ redis: server.connect(), onWarning: console.warn });
  return {
    name: "Redis",
    append: (writer, text) => log.append("bench", said(person(`w${writer}`), text)),
    async close() {
      await log.close();
      await server.stop();
    },
  };
}

async function measure({ append }: Subject, writers: number): Promise<Figures> {
  const took: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = performance.eventLoopUtilization();
  const cpu = process.threadCpuUsage();
  const start = performance.now();
  delay.enable();
  const write = async (writer: number) => {
    for (let i = 0; performance.now() - start < seconds * 1000; i++) {
      const begun = performance.now();
      await append(writer, `message ${i} of ${writer}: as long as people's lines are on average`);
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  delay.disable();
  const elapsed = performance.now() - start;
  const used = process.threadCpuUsage(cpu);
  took.sort((a, b) => a - b);
  return {
    cpuUs: (used.user + used.system) / took.length,
    perSecond: (took.length / elapsed) * 1000,
    p50: rank(took, 0.5),
    p99: rank(took, 0.99),
    blockedMs: Math.max(0, delay.max / 1e6 - 1),
    busy: performance.eventLoopUtilization(before).utilization,
  };
}

/** The floor: what one write and one sync of this disk take. */
function rawSync(): string {
  const file = openSync(join(dir, "raw"), "w");
  const took: number[] = [];
  for (let i = 0; i < 300; i++) {
    const begun = performance.now();
    writeSync(file, Buffer.alloc(4096), 0, 4096, i * 4096);
    fdatasyncSync(file);
    took.push(performance.now() - begun);
  }
  closeSync(file);
  took.sort((a, b) => a - b);
  return `one write and fdatasync: p50 ${rank(took, 0.5).toFixed(3)} ms, p99 ${rank(took, 0.99).toFixed(3)} ms`;
}

console.log(rawSync());
if (!hasRedis) console.warn(noRedis);
const subjects = [nothing(), bare(), sqlite(), ...(hasRedis ? [await redis()] : [])];
for (const subject of subjects) await measure(subject, 20);
const rows = [];
for (const writers of writerCounts) {
  // in turn, so that a noisy moment does not fall on one of them alone
  const all = new Map<Subject, Figures[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) all.get(subject)!.push(await measure(subject, writers));
  }
  for (const [{ name }, figures] of all) {
    const of = (key: keyof Figures) => figures.map((one) => one[key]);
    const [low, high] = [Math.min(...of("perSecond")), Math.max(...of("perSecond"))];
    rows.push({
      store: name,
      writers,
      "appends/s": Math.round(median(of("perSecond"))),
      "(least to most)": `${Math.round(low)} to ${Math.round(high)}`,
      "p50 ms": Number(median(of("p50")).toFixed(3)),
      "p99 ms": Number(median(of("p99")).toFixed(3)),
      "loop blocked at most, ms": Number(Math.max(...of("blockedMs")).toFixed(2)),
      "main thread CPU, us each": Number(median(of("cpuUs")).toFixed(1)),
      "main thread busy": `${Math.round(median(of("busy")) * 100)} %`,
    });
  }
}
for (const subject of subjects) await subject.close();
rmSync(dir, { recursive: true });
console.table(rows);
console.log(`median of ${rounds} rounds of ${seconds} s; the blocked time is the worst of all rounds`);
