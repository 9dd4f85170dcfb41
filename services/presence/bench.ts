/**
 * How soon a change of presence is seen on another process (PR6), over a real Redis: `node services/presence/bench.ts
 * [people] [changes per second] [seconds]`. Two threads take the place of two processes. What the same Redis takes for a
 * bare message of the same size, over the same connections in the same run, is measured too: the difference is ours.
 */
import { setTimeout as pause } from "node:timers/promises";
import { isMainThread, parentPort, threadId, Worker, workerData } from "node:worker_threads";
import { Redis } from "ioredis";
import { startRedis } from "../chatlog/testing/redisServer.ts";
import { createAlone } from "../cluster/alone.ts";
import type { Channel, Cluster } from "../cluster/cluster.ts";
import { createPresence } from "./presence.ts";

const room = "chat:bench";
const bareEveryMs = 20;
const now = () => performance.timeOrigin + performance.now();

/** The least of a cluster: everybody is heard, nobody dies. */
function connectTo(port: number) {
  const commands = new Redis({ host: "127.0.0.1", port });
  const subscriber = new Redis({ host: "127.0.0.1", port });
  const sent = { messages: 0, bytes: 0 };
  const channel = (name: string): Channel => ({
    async publish(message) {
      sent.messages++;
      sent.bytes += message.length;
      await commands.publish(name, `${threadId} ${message}`);
    },
    listen(listener) {
      void subscriber.subscribe(name);
      subscriber.on("message", (topic: string, text: string) => {
        const end = text.indexOf(" ");
        const from = text.slice(0, end);
        if (topic === name && from !== String(threadId)) listener(text.slice(end + 1), from);
      });
      return () => {};
    },
  });
  const members = () =>
    ["0", "1"].map((id) => ({ id, peerUrl: "", address: "", seats: 0, rooms: 0, isDraining: false }));
  const id = String(threadId);
  const cluster: Cluster = { ...createAlone(() => id), id, isAlone: false, members, channel };
  return { cluster, channel, sent, close: () => [commands, subscriber].map((redis) => redis.disconnect()) };
}

const identityOf = (i: number, name: string) => {
  const handle = `guest-${i.toString(36).padStart(8, "0")}`;
  return { person: `person-${i}`, handle, name, kind: "human", role: "member", guest: true } as const;
};

/** The process that sees: how old each change is, told by the name that it gives. */
function see(port: number): void {
  const { cluster, channel, close } = connectTo(port);
  const presence = createPresence({ graceMs: 10_000, ghostMs: 5000, cluster });
  const seen: number[] = [];
  const bare: number[] = [];
  presence.watch(room, (changes) => {
    for (const change of changes) if (change.type === "update") seen.push(now() - Number(change.entry.identity.name));
  });
  channel("bare").listen((text) => bare.push(now() - Number(text.slice(0, text.indexOf(" ")))));
  parentPort!.on("message", (what) => {
    if (what === "count") parentPort!.postMessage(presence.counts(room).people);
    else if (what === "begin") seen.splice(0);
    else {
      parentPort!.postMessage({ seen, bare });
      presence.close();
      close();
      parentPort!.close();
    }
  });
}

async function main(): Promise<void> {
  const [people = 2000, perSecond = 1000, seconds = 10] = process.argv.slice(2).map(Number);
  const redis = await startRedis();
  const { cluster, channel, sent, close } = connectTo(redis.port);
  const presence = createPresence({ graceMs: 10_000, ghostMs: 5000, cluster });
  const worker = new Worker(new URL(import.meta.url), { workerData: redis.port });
  const answer = <T>(what: string) =>
    new Promise<T>((resolve) => {
      worker.once("message", resolve);
      worker.postMessage(what);
    });
  for (let i = 0; i < people; i++) {
    const who = { seat: `room ${i}`, room, identity: identityOf(i, ""), connection: `tab-${i}` } as const;
    presence.apply({ type: "join", ...who, attention: "visible", share: true, exclusive: false });
  }
  const began = now();
  while ((await answer<number>("count")) < people) await pause(5);
  const snapshotMs = now() - began;

  worker.postMessage("begin");
  Object.assign(sent, { messages: 0, bytes: 0 });
  const cpu = process.cpuUsage();
  const start = now();
  let changes = 0;
  let bare = 0;
  while (now() < start + seconds * 1000) {
    for (; changes < ((now() - start) * perSecond) / 1000; changes++) {
      const i = changes % people;
      const identity = identityOf(i, String(now()));
      presence.apply({ type: "identify", seat: `room ${i}`, identity, exclusive: false });
    }
    for (; bare < (now() - start) / bareEveryMs; bare++) {
      const size = Math.round(sent.bytes / Math.max(1, sent.messages));
      void channel("bare").publish(`${now()} `.padEnd(size, "x"));
    }
    await pause(1);
  }
  const { user, system } = process.cpuUsage(cpu);
  const messages = sent.messages - bare;
  await pause(500);
  const { seen, bare: bareSeen } = await answer<{ seen: number[]; bare: number[] }>("end");
  console.log(`${people} people, ${changes} changes in ${seconds} s, ${seen.length} seen on the other process`);
  console.table({ "change of presence": figuresOf(seen), "bare message": figuresOf(bareSeen) });
  console.log(`${messages} messages; ${people} people known after ${snapshotMs.toFixed(0)} ms`);
  console.log(`CPU of both threads and the generator: ${((user + system) / 1e4 / seconds).toFixed(1)} % of a core`);
  presence.close();
  close();
  await redis.stop();
}

function figuresOf(values: number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => Number((sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN).toFixed(1));
  return { "p50 ms": at(0.5), "p99 ms": at(0.99), "most ms": at(1) };
}

if (isMainThread) await main();
else see(workerData as number);
