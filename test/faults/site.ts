/**
 * What runs: Redis, processes that share it, each by a link of its own that can be cut, and one front before them all.
 * Does to them what a schedule says, and ends all that it started.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { now, pause } from "../../loadtest/lib/clock.ts";
import { type RedisServer, startRedis } from "../../services/chatlog/testing/redisServer.ts";
import { startProxy, type TcpProxy } from "../../services/cluster/testing/proxy.ts";
import { type Front, startFront } from "../lib/front.ts";
import { linkMusic, makeMusic } from "../lib/music.ts";
import { freePorts } from "../lib/ports.ts";
import { type Launched, startTestServer, type TestServer } from "../lib/server.ts";
import type { Wipe } from "./history.ts";
import type { Cut, Fault } from "./schedule.ts";

export const operatorPassword = "operators-of-the-faults";
/** Before a process that did not come up is started again. */
const againMs = 300;

const cutLink: Record<Cut, (link: TcpProxy) => unknown> = {
  refuse: (link) => link.cut(),
  drop: (link) => link.rob(),
  hang: (link) => link.hold(),
};

export type Note = (what: string, at?: number) => void;

type Member = {
  readonly index: number;
  readonly port: number;
  readonly link: TcpProxy;
  readonly dataDir: string;
  /** Undefined while it is down. */
  server: TestServer | undefined;
  isStopped: boolean;
};

export class Site {
  readonly #redis: RedisServer;
  readonly #members: Member[];
  readonly #front: Front;
  readonly #note: Note;
  readonly #started: { index: number; server: Launched }[] = [];
  readonly wipes: Wipe[] = [];
  /** What ended otherwise than it should have. */
  readonly failures: string[] = [];
  #harms = 0;
  #harmedAt = 0;
  #isClosed = false;

  private constructor(redis: RedisServer, members: Member[], front: Front, note: Note) {
    this.#redis = redis;
    this.#members = members;
    this.#front = front;
    this.#note = note;
  }

  /** Resolves when all processes are ready. `dir`: keeps their data and, at the end, their logs. */
  static async start(processes: number, dir: string, note: Note): Promise<Site> {
    await makeMusic();
    const redis = await startRedis();
    const members: Member[] = [];
    for (let index = 0; index < processes; index++) {
      const dataDir = mkdtempSync(join(dir, `process-${index}-`));
      linkMusic(dataDir);
      const link = await startProxy(redis.port);
      members.push({ index, port: await freePorts(1), link, dataDir, server: undefined, isStopped: false });
    }
    const site = new Site(redis, members, await startFront(members.map(({ port }) => port)), note);
    try {
      await Promise.all(members.map((member) => site.#boot(member)));
    } catch (error) {
      await site.close();
      throw error;
    }
    return site;
  }

  get url(): string {
    return this.#front.url;
  }

  /** Those that answer. */
  get up(): { name: string; url: string }[] {
    return this.#members.flatMap(({ index, server, isStopped }) =>
      server && !isStopped ? [{ name: `process ${index}`, url: server.url }] : [],
    );
  }

  get isWhole(): boolean {
    return this.up.length === this.#members.length;
  }

  /** Whether a fault goes on. A process that is away while others are there to take over is none. */
  get isHarmed(): boolean {
    return this.#harms > 0;
  }

  /** When the last fault was over. */
  get harmedAt(): number {
    return this.#harmedAt;
  }

  /** Resolves when what the fault broke runs again. */
  async apply(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case "kill":
      case "drain":
        return this.#end(fault.kind, this.#members[fault.process]!, fault.forMs);
      case "stop":
        return this.#stop(this.#members[fault.process]!, fault.forMs);
      case "partition":
        return this.#harm(async () => {
          const { link } = this.#members[fault.process]!;
          await cutLink[fault.cut](link);
          await pause(fault.forMs);
          await link.heal();
        });
      case "redis-stop":
        return this.#harm(async () => {
          this.#redis.stall();
          await pause(fault.forMs);
          this.#redis.resume();
        });
      case "redis-restart":
      case "redis-empty":
        return this.#harm(() => this.#restartRedis(fault.kind === "redis-empty", fault.forMs));
      default:
        fault satisfies never;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#front.close();
    await Promise.all(this.#started.map(({ server }) => server.stop(0)));
    for (const { link, dataDir } of this.#members) {
      await link.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
    await this.#redis.stop();
  }

  /** Writes what the processes said into a folder, with the clock that everything has. */
  keepLogs(dir: string): void {
    const offset = now() - performance.now();
    for (const { index, server } of this.#started) {
      const text = server.lines.map(({ at, text }) => `${Math.round(at + offset)} ${text}\n`).join("");
      writeFileSync(join(dir, `process-${index}-pid-${server.pid}.log`), text);
    }
  }

  async #harm(work: () => Promise<void>): Promise<void> {
    this.#harms++;
    try {
      await work();
    } finally {
      this.#harms--;
      this.#harmedAt = now();
    }
  }

  async #end(kind: "kill" | "drain", member: Member, forMs: number): Promise<void> {
    const { server, index } = member;
    if (!server) return this.#note(`process ${index} is down already`);
    const others = this.#members.filter((other) => other !== member && other.server);
    const goAway = async () => {
      const from = now();
      member.server = undefined;
      process.kill(server.pid, kind === "kill" ? "SIGKILL" : "SIGTERM");
      const { code, signal } = await server.exited;
      if (kind === "kill") return;
      this.#note(`process ${index} drained in ${Math.round(now() - from)} ms: ${code ?? signal}`);
      if (code !== 0) this.failures.push(`process ${index} was drained and ended with ${code ?? signal}`);
    };
    const comeBack = async () => {
      await pause(forMs);
      await this.#boot(member);
    };
    if (others.length === 0) return this.#harm(() => goAway().then(comeBack));
    await this.#harm(goAway);
    await comeBack();
  }

  async #stop(member: Member, forMs: number): Promise<void> {
    const { server, index } = member;
    if (!server) return this.#note(`process ${index} is down already`);
    await this.#harm(async () => {
      member.isStopped = true;
      process.kill(server.pid, "SIGSTOP");
      await pause(forMs);
      process.kill(server.pid, "SIGCONT");
      member.isStopped = false;
    });
  }

  async #restartRedis(isEmpty: boolean, forMs: number): Promise<void> {
    const from = now();
    await this.#redis.kill();
    await pause(forMs);
    await this.#redis.restart({ empty: isEmpty });
    if (isEmpty) this.wipes.push({ from, to: now() });
  }

  /** As a process manager: until it is up. */
  async #boot(member: Member): Promise<void> {
    const { index, port, dataDir, link } = member;
    const env = {
      PORT: String(port),
      PUBLIC_ADDRESS: `127.0.0.1:${port}`,
      REDIS_URL: `redis://127.0.0.1:${link.port}`,
      AUTH_SECRET: "the secret of all processes of the faults",
      MONITOR_PASSWORD: operatorPassword,
      DATAGRAMS: "off",
    };
    const from = now();
    for (;;) {
      try {
        const server = await startTestServer({ env, dataDir });
        this.#started.push({ index, server });
        if (this.#isClosed) return void (await server.stop(0));
        this.#note(`process ${index} is up after ${Math.round(now() - from)} ms`);
        member.server = server;
        void server.exited.then(({ code, signal }) => {
          if (member.server !== server || this.#isClosed) return;
          member.server = undefined;
          this.failures.push(`process ${index} ended by itself: ${code ?? signal}`);
          void this.#boot(member);
        });
        return;
      } catch (error) {
        this.#note(`process ${index} did not come up: ${(error as Error).message.slice(0, 300)}`);
        if (this.#isClosed || now() - from > 30_000) throw error;
        await pause(againMs);
      }
    }
  }
}
