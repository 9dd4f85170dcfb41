/**
 * Icecast with one stream of music at 128 kbit/s, as the baseline for listeners: the Debian package `icecast2`, in a
 * process of its own that is fed in real time, with the same burst of 4 s.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMp3Encoder } from "wasm-media-encoders";
import { canPin, stopChild } from "./child.ts";
import { now, pause } from "./clock.ts";
import { freePort } from "./freePort.ts";
import type { Usage } from "./prometheus.ts";
import { cannotKill, type Target } from "./target.ts";
import { UsageError } from "./usage.ts";

const sampleHz = 44_100;
const kbps = 128;
const songSeconds = 20;
const feedMs = 250;
const startMs = 10_000;
const password = "source";

/** `stream` is where listeners get it. */
export async function startIcecast(core: number | undefined): Promise<Target & { stream: string }> {
  const song = await makeSong();
  const folder = mkdtempSync(join(tmpdir(), "hereabouts-icecast-"));
  chmodSync(folder, 0o777);
  mkdirSync(join(folder, "web"));
  const port = await freePort();
  const config = join(folder, "icecast.xml");
  writeFileSync(config, configOf(folder, port));
  const command = core !== undefined && canPin ? ["taskset", "-c", String(core)] : [];
  const [program = "", ...args] = [...command, "icecast2", "-c", config];
  const child = spawn(program, args, { stdio: "ignore" });
  const failed = new Promise<never>((_, reject) =>
    child.once("error", () => reject(new UsageError("icecast2 is not installed: apt-get install icecast2."))),
  );
  const source = await Promise.race([failed, connectSource(port)]);
  const stopFeeding = feed(source, song);
  return {
    url: `http://127.0.0.1:${port}`,
    stream: `http://127.0.0.1:${port}/radio.mp3`,
    pid: child.pid,
    usage: async () => usageOf(child),
    killCarrier: cannotKill,
    async stop() {
      stopFeeding();
      source.destroy();
      await stopChild(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A chord that swells: what it sounds like costs Icecast nothing. */
async function makeSong(): Promise<Uint8Array> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: sampleHz, channels: 2, bitrate: kbps });
  const channel = Float32Array.from({ length: songSeconds * sampleHz }, (_, at) => {
    const turn = (2 * Math.PI * at) / sampleHz;
    return 0.2 * (Math.sin(220 * turn) + Math.sin(277 * turn) + Math.sin(330 * turn)) * Math.sin(turn / 2) ** 2;
  });
  return Buffer.concat([encoder.encode([channel, channel]).slice(), encoder.finalize().slice()]);
}

async function connectSource(port: number): Promise<Socket> {
  const deadline = now() + startMs;
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const answer = await new Promise<string>((resolve) => {
      socket.once("error", () => resolve(""));
      socket.once("data", (bytes) => resolve(bytes.toString()));
      const login = Buffer.from(`source:${password}`).toString("base64");
      socket.write(`SOURCE /radio.mp3 HTTP/1.0\r\nAuthorization: Basic ${login}\r\nContent-Type: audio/mpeg\r\n\r\n`);
    });
    if (answer.includes(" 200 ")) return socket;
    socket.destroy();
    if (now() > deadline) throw new UsageError("icecast2 did not take its stream.");
    await pause(100);
  }
}

/** Sends the song over and over, at the pace at which it is heard. */
function feed(socket: Socket, song: Uint8Array): () => void {
  const from = now();
  let sent = 0;
  socket.on("error", () => {});
  const timer = setInterval(() => {
    const due = Math.floor(((now() - from) / 1000) * ((kbps * 1000) / 8));
    while (sent < due) {
      const at = sent % song.length;
      const piece = song.subarray(at, Math.min(song.length, at + due - sent));
      socket.write(piece);
      sent += piece.length;
    }
  }, feedMs);
  return () => clearInterval(timer);
}

/** By the kernel: Icecast does not tell. */
function usageOf({ pid }: ChildProcess): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"]));
    const [user, system] = [Number(stat[11]), Number(stat[12])];
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    return {
      cpuSeconds: (user + system) / ticksPerSecond,
      rssBytes: pages * Number(execFileSync("getconf", ["PAGESIZE"])),
    };
  } catch {
    return undefined;
  }
}

/** It refuses to run as root: then it is told whom to become. */
function configOf(folder: string, port: number): string {
  const owner = process.getuid?.() === 0 ? "<changeowner><user>nobody</user><group>nogroup</group></changeowner>" : "";
  return `<icecast>
  <limits>
    <clients>8000</clients><sources>2</sources><queue-size>524288</queue-size><client-timeout>30</client-timeout>
    <header-timeout>15</header-timeout><source-timeout>10</source-timeout>
    <burst-on-connect>1</burst-on-connect><burst-size>${(4 * kbps * 1000) / 8}</burst-size>
  </limits>
  <authentication>
    <source-password>${password}</source-password><admin-user>admin</admin-user><admin-password>${password}</admin-password>
  </authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <fileserve>0</fileserve>
  <paths>
    <basedir>${folder}</basedir><logdir>${folder}</logdir><webroot>${folder}/web</webroot><adminroot>${folder}/web</adminroot>
  </paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>1</loglevel></logging>
  <security><chroot>0</chroot>${owner}</security>
</icecast>
`;
}
