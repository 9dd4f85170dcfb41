/**
 * What datagrams cost: CPU of the rooms' process and of the carrier's for each, memory and time for each peer, and
 * whether joins hold up the frames of others: `node services/datagram/carrier/bench.ts [peers] [seconds per case]`.
 * With `vanish [times]` instead: clients that connect and vanish, and what stays behind of them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { createSocket } from "node:dgram";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { silentLog } from "../../ops/log.ts";
import { type Carrier, type CarrierPeer, createCarrier } from "./carrier.ts";
import type { FromCrowd, ToCrowd } from "./testing/crowd.ts";

const [first = "300", second = ""] = process.argv.slice(2);
const tickHz = 20;
const frameBytes = 200;
const inputBytes = 60;

const peers = Number(first);
const secondsPerCase = Number(second || 5);

type Report = Extract<FromCrowd, { type: "report" }>;

class Crowd {
  readonly peers = new Set<CarrierPeer>();
  readonly openMs: number[] = [];
  /** How long the rooms' process waited for an answer. */
  readonly answerMs: number[] = [];
  readonly #process: ChildProcess = fork(new URL("./testing/crowd.ts", import.meta.url));
  #report: (report: Report) => void = () => {};

  constructor() {
    this.#process.on("message", async (message: FromCrowd) => {
      if (message.type === "open") this.openMs.push(message.ms);
      else if (message.type === "report") this.#report(message);
      else {
        const begun = performance.now();
        const { peer, answer } = await carrier.open(message.offer, {
          onMessage() {},
          onClose: () => this.peers.delete(peer),
        });
        this.answerMs.push(performance.now() - begun);
        this.peers.add(peer);
        this.say({ type: "answer", id: message.id, answer });
      }
    });
  }

  say(message: ToCrowd): void {
    this.#process.send(message);
  }

  report(): Promise<Report> {
    this.say({ type: "report" });
    return new Promise((resolve) => {
      this.#report = resolve;
    });
  }

  async join(count: number, perSecond: number): Promise<void> {
    const wanted = this.openMs.length + count;
    for (let i = 0; i < count; i++) {
      this.say({ type: "join", count: 1 });
      await sleep(1000 / perSecond);
    }
    for (let i = 0; this.openMs.length < wanted && i < 100; i++) await sleep(100);
  }

  kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    return new Promise((resolve) => this.#process.once("exit", () => resolve()));
  }
}

async function start(): Promise<Carrier> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  const config = { host: "127.0.0.1", datagrams: true, udpHost: "", udpPort: 0, publicIp: "", publicUdpPort: 0 };
  const carrier = createCarrier({ config: { ...config, datagramPeers: 2000 }, httpPort: port, log: silentLog });
  while (carrier.state !== "up") await sleep(20);
  await sleep(500); // the first beat brings the figures
  return carrier;
}

const rank = (values: number[], part: number) => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
const round = (value: number, digits = 1) => Number(value.toFixed(digits));

type Traffic = { isIn?: boolean; isOut?: boolean };

/** Ticks as rooms do and measures for a while; `during` runs meanwhile. */
async function measure(name: string, { isIn, isOut }: Traffic, during?: () => Promise<void>) {
  const frame = new Uint8Array(frameBytes);
  const late: number[] = [];
  let due = performance.now();
  let timer = setTimeout(function tick() {
    late.push(performance.now() - due);
    due += 1000 / tickHz;
    if (isOut) for (const peer of crowd.peers) peer.send(frame);
    timer = setTimeout(tick, Math.max(0, due - performance.now()));
  }, 0);
  crowd.say({ type: "send", hz: isIn ? tickHz : 0, bytes: inputBytes });
  await sleep(1000);
  late.length = 0;
  await crowd.report();
  const before = { stats: carrier.stats(), cpu: process.cpuUsage(), at: performance.now() };
  await Promise.all([sleep(secondsPerCase * 1000), during?.()]);
  const cpu = process.cpuUsage(before.cpu);
  const stats = carrier.stats();
  const seconds = (performance.now() - before.at) / 1000;
  const report = await crowd.report();
  clearTimeout(timer);
  crowd.say({ type: "send", hz: 0, bytes: 0 });
  const ins = stats.datagramsIn - before.stats.datagramsIn;
  const outs = stats.datagramsOut - before.stats.datagramsOut;
  const perSecond = (cpu.user + cpu.system) / seconds;
  if (name === "idle") idleUs = perSecond;
  const gaps = report.gapsMs.filter((gap) => gap > 0);
  return {
    case: name,
    peers: stats.peers,
    "in/s": Math.round(ins / seconds),
    "out/s": Math.round(outs / seconds),
    lost: outs > 0 ? `${round(100 * Math.max(0, 1 - report.received / outs))} %` : "-",
    "rooms, us each": round(((perSecond - idleUs) * seconds) / (ins + outs)),
    "rooms CPU": `${round(perSecond / 1e4)} %`,
    "carrier CPU": `${round(((stats.cpuSeconds - before.stats.cpuSeconds) / seconds) * 100)} %`,
    "clients CPU": `${round((report.cpuSeconds / seconds) * 100)} %`,
    "tick late p99, ms": round(rank(late, 0.99)),
    "worst gap p50": round(rank(gaps, 0.5)),
    "worst gap p99": round(rank(gaps, 0.99)),
  };
}

async function costs(): Promise<void> {
  const rssBefore = carrier.stats().rssBytes;
  const rows = [await measure("idle", {})];
  await crowd.join(peers, 100);
  await sleep(1000);
  const kiB = (carrier.stats().rssBytes - rssBefore) / 1024 / carrier.stats().peers;
  console.log(`${carrier.stats().peers} peers, ${round(kiB, 0)} KiB of the carrier each`);
  const setup = (values: number[]) => `p50 ${round(rank(values, 0.5))} ms, p99 ${round(rank(values, 0.99))} ms`;
  console.log(`100 joins a second: open after ${setup(crowd.openMs)}; answered after ${setup(crowd.answerMs)}`);
  rows.push(await measure("out", { isOut: true }));
  rows.push(await measure("in", { isIn: true }));
  rows.push(await measure("both", { isIn: true, isOut: true }));
  rows.push(await measure("both, 10 joins/s", { isIn: true, isOut: true }, () => crowd.join(secondsPerCase * 10, 10)));
  console.table(rows);
  console.log(
    `${tickHz} Hz, ${frameBytes} bytes out, ${inputBytes} in; dropped: ${JSON.stringify(carrier.stats().dropped)}`,
  );
  await crowd.kill();
}

/** What the carrier's process holds. Its descriptors tell of sockets and pipes left behind. */
function held() {
  const { pid, peers, rssBytes } = carrier.stats();
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  const threads = readdirSync(`/proc/${pid}/task`).length;
  return { peers, "RSS, MB": round(rssBytes / 1e6), descriptors, threads };
}

async function vanish(times: number): Promise<void> {
  const rows = [{ vanished: 0, ...held() }];
  for (let done = 0; done < times; done += 100) {
    await crowd.join(100, 100);
    await crowd.kill();
    while (carrier.stats().peers > 0) await sleep(500);
    crowd = new Crowd();
    await sleep(1500);
    rows.push({ vanished: done + 100, ...held() });
  }
  console.table(rows);
  await crowd.kill();
}

let idleUs = 0;
const carrier = await start();
let crowd = new Crowd();
await (first === "vanish" ? vanish(Number(second || 1000)) : costs());
await carrier.close();
