/**
 * Worker threads that answer commands: each command goes to all of them and resolves with all answers, in order. What a
 * thread cannot run (a native library that ends the process with it) runs in a process instead, which shares no memory.
 */
import { fork } from "node:child_process";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { UsageError } from "./usage.ts";

type Call = { call: number; command: string; input: unknown };
/** Errors lose their class between threads: whether the user is to blame goes along. */
type Answer = { call: number; output: unknown; error?: undefined } | { call: number; error: Error; isUsage: boolean };

/** A thread or a process. */
type Worked = { post(call: Call): void; end(): unknown };

/** A process was ended from outside, or by a native library that it runs: no error of what runs in it. */
export class EndedBySignal extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`a process of the load generator ended: ${signal}`);
  }
}

const processArgument = "--as-a-process";

/** Inside a thread or a process: what the one who started it gave it. */
export const given: unknown =
  process.argv[2] === processArgument ? await new Promise((resolve) => process.once("message", resolve)) : workerData;

export class Threads {
  readonly #workers: Worked[];
  readonly #waiting = new Map<Worked, Map<number, { resolve(output: unknown): void; reject(error: Error): void }>>();
  readonly #ended = new Map<Worked, Error>();
  readonly #failing = new AbortController();
  /** Aborted once one has ended: what is asked then rejects, and nothing more is worth waiting for. */
  readonly failed: AbortSignal = this.#failing.signal;
  #calls = 0;

  /** One thread of `file`, or one process, for each of `data`, which is what it is `given`. */
  constructor(file: URL, data: readonly unknown[], { inProcesses = false }: { inProcesses?: boolean } = {}) {
    this.#workers = data.map((one) => {
      const worker: Worked = inProcesses ? this.#startProcess(file, one) : this.#startThread(file, one);
      this.#waiting.set(worker, new Map());
      return worker;
    });
  }

  #startThread(file: URL, data: unknown): Worked {
    const thread = new Worker(file, { workerData: data });
    const worker: Worked = { post: (call) => thread.postMessage(call), end: () => thread.terminate() };
    thread.on("message", (answer: Answer) => this.#settle(worker, answer));
    thread.on("error", (error) => this.#fail(worker, error instanceof Error ? error : new Error(String(error))));
    thread.on("exit", () => this.#fail(worker, new Error("a thread of the load generator ended")));
    return worker;
  }

  #startProcess(file: URL, data: unknown): Worked {
    const child = fork(file, [processArgument], { serialization: "advanced" });
    const isReady = new Promise<void>((resolve) => child.once("message", () => resolve()));
    child.send(data as object);
    const worker: Worked = {
      // one that has ended is told of by its exit
      post: (call) => void isReady.then(() => child.send(call, () => {})),
      end: () => child.kill("SIGKILL"),
    };
    void isReady.then(() => child.on("message", (answer) => this.#settle(worker, answer as Answer)));
    child.on("exit", (code, signal) =>
      this.#fail(
        worker,
        signal ? new EndedBySignal(signal) : new Error(`a process of the load generator ended: ${code}`),
      ),
    );
    return worker;
  }

  /** Rejects if any thread fails. */
  all<T>(command: string, input?: unknown): Promise<T[]> {
    const call = ++this.#calls;
    return Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<T>((resolve, reject) => {
            const ended = this.#ended.get(worker);
            if (ended) return reject(ended);
            this.#waiting.get(worker)!.set(call, { resolve: (output) => resolve(output as T), reject });
            worker.post({ call, command, input });
          }),
      ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  #settle(worker: Worked, answer: Answer): void {
    const waiting = this.#waiting.get(worker)!.get(answer.call);
    this.#waiting.get(worker)!.delete(answer.call);
    if (answer.error) waiting?.reject(answer.isUsage ? new UsageError(answer.error.message) : answer.error);
    else waiting?.resolve(answer.output);
  }

  #fail(worker: Worked, error: Error): void {
    this.#ended.set(worker, error);
    for (const { reject } of this.#waiting.get(worker)!.values()) reject(error);
    this.#waiting.get(worker)!.clear();
    this.#failing.abort();
  }
}

/** Inside a thread or a process: answers commands by name. A handler's error rejects the call that asked. */
export function answerCommands(handlers: Record<string, (input: never) => unknown>): void {
  const tell = (answer: Answer) => (parentPort ? parentPort.postMessage(answer) : process.send!(answer));
  const take = async ({ call, command, input }: Call) => {
    try {
      tell({ call, output: await handlers[command]!(input as never) });
    } catch (error) {
      tell({ call, error: error as Error, isUsage: error instanceof UsageError });
    }
  };
  if (parentPort) parentPort.on("message", take);
  else process.on("message", take).send!("ready");
}
