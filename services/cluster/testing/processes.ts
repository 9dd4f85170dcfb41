/** Several processes of `process.ts`, each with a proxy of its own before one Redis, to be killed, stalled and cut off. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Home } from "../cluster.ts";
import type { Order, Report, Stand, State } from "./process.ts";
import { startProxy, type TcpProxy } from "./proxy.ts";

type Asked = Order extends infer One ? (One extends { call: number } ? Omit<One, "call"> : never) : never;

export interface Process {
  readonly id: string;
  readonly proxy: TcpProxy;
  /** Rejects with the code of its error. `ms` of the last call, as the process measured it. */
  ask<Answer>(order: Asked): Promise<Answer>;
  claim(...keys: string[]): Promise<Home[]>;
  state(): Promise<State>;
  lastMs(): number;
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
}

export class Processes {
  readonly all: Process[] = [];
  #redisPort: number;
  #children: ChildProcess[] = [];

  constructor(redisPort: number) {
    this.#redisPort = redisPort;
  }

  async start(id: string): Promise<Process> {
    const proxy = await startProxy(this.#redisPort);
    const child = fork(join(import.meta.dirname, "process.ts"), [id, `redis://127.0.0.1:${proxy.port}`]);
    this.#children.push(child);
    const calls = new Map<number, (report: Report) => void>();
    let count = 0;
    let ms = 0;
    child.on("message", (report: Report) => {
      ms = report.ms;
      calls.get(report.call)?.(report);
    });
    await once(child, "message");
    const ask = <Answer>(order: Asked) =>
      new Promise<Answer>((resolve, reject) => {
        const call = ++count;
        calls.set(call, ({ answer, error }) => (error ? reject(new Error(error)) : resolve(answer as Answer)));
        child.send({ ...order, call });
      });
    const process: Process = {
      id,
      proxy,
      ask,
      claim: (...keys) => ask({ do: "claim", keys, value: `room of ${id}` }),
      state: () => ask({ do: "state" }),
      lastMs: () => ms,
      signal: (signal) => void child.kill(signal),
    };
    this.all.push(process);
    return process;
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
    await Promise.all(this.all.map(({ proxy }) => proxy.close()));
  }
}

/** Pairs of times in which two fences of one key stood at once. All clocks are those of one machine. */
export function overlaps(states: readonly State[]): [Stand, Stand][] {
  const stands = states.flatMap((state) => state.stands);
  return stands.flatMap((one, i) =>
    stands
      .slice(i + 1)
      .filter((other) => other.key === one.key && other.fence !== one.fence)
      .filter((other) => other.from <= one.to && one.from <= other.to)
      .map((other): [Stand, Stand] => [one, other]),
  );
}
