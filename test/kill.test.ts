/**
 * [CH2] [SD2] Twenty people write while their server is killed with -9 and started again, many times: nothing that was
 * acknowledged is lost, doubled or out of order, and everyone comes back by themselves. KILLS asks for more kills.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Chat, connect, type Hereabouts, HereaboutsError } from "../client/index.ts";
import { startTestServer } from "./lib/server.ts";

const kills = Number(process.env["KILLS"] ?? 20);
const writers = 20;
const everyMs = 100;
const upMs = [300, 1500] as const;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Writes a numbered line every so often until it is told to stop. `answers`: what was acknowledged, in order. Where the
 * server is away for so long that the SDK's queue is full, it says so at once, and that line is not `written`.
 */
function write(chat: Chat, name: string) {
  const answers: { text: string; seq: number }[] = [];
  const written = new Set<string>();
  const failures: unknown[] = [];
  const isFull = (error: unknown) => error instanceof HereaboutsError && error.details.includes("waiting already");
  let isOver = false;
  const under: Promise<void>[] = [];
  const done = (async () => {
    for (let n = 0; !isOver; n++) {
      const text = `${name} ${n}`;
      written.add(text);
      under.push(
        chat.say(text).then(
          ({ seq }) => void answers.push({ text, seq }),
          (error) => void (isFull(error) ? written.delete(text) : failures.push(error)),
        ),
      );
      await pause(everyMs);
    }
    await Promise.all(under);
  })();
  return { answers, written, failures, stop: () => done, over: () => (isOver = true) };
}

it(`${kills} kills under ${writers} writers lose, double and reorder nothing`, {
  timeout: 120_000 + kills * 6000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-kill-"));
  // all that is said is kept, however long it goes on
  const env = { MESSAGES_PER_SECOND: "60", CHAT_KEEP: "10000000" };
  let server = await startTestServer({ env, dataDir });
  const { url, port } = server;
  const people: Hereabouts[] = await Promise.all(
    Array.from({ length: writers }, (_, i) => connect(url, { name: `w${i}`, storage: null })),
  );
  const chats = await Promise.all(people.map((here) => here.chat("survivors")));
  const seen = chats.map(() => [] as number[]);
  for (const [i, chat] of chats.entries()) chat.on("say", ({ line }) => seen[i]!.push(line.seq));
  const jobs = chats.map((chat, i) => write(chat, `w${i}`));

  for (let kill = 0; kill < kills; kill++) {
    await pause(upMs[0] + Math.random() * (upMs[1] - upMs[0]));
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    server = await startTestServer({ env: { ...env, PORT: String(port) }, dataDir });
  }
  await pause(1000);
  for (const job of jobs) job.over();
  await Promise.all(jobs.map((job) => job.stop()));

  expect(jobs.flatMap(({ failures }) => failures)).toEqual([]);
  const witness = await (await connect(url, { storage: null })).chat("survivors");
  while (witness.hasOlder) await witness.history();
  const kept = witness.lines.map(({ text }) => text);
  expect(witness.lines.map(({ seq }) => seq)).toEqual(Array.from({ length: kept.length }, (_, i) => i + 1));
  expect(new Set(kept).size, "each once").toBe(kept.length);
  jobs.forEach(({ answers, written }, i) => {
    const acknowledged = answers.map(({ text }) => text);
    expect(acknowledged, "each answered once, in order").toEqual([...written]);
    expect(
      kept.filter((text) => text.startsWith(`w${i} `)),
      "each stored once, in order",
    ).toEqual(acknowledged);
    for (const { text, seq } of answers) expect(kept[seq - 1]).toBe(text);
  });
  const end = performance.now() + 10_000;
  while (seen.some((own) => own.length < kept.length) && performance.now() < end) await pause(50);
  for (const own of seen) expect(own, "each shown once, in order, to everyone").toEqual(kept.map((_, n) => n + 1));
  await Promise.all(people.map((here) => here.close()));
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
