/** Worker threads that answer commands: each command goes to all of them and resolves with all answers, in order. */
import { parentPort, Worker } from "node:worker_threads";
import { UsageError } from "./usage.ts";

type Call = { call: number; command: string; input: unknown };
/** Errors lose their class between threads: whether the user is to blame goes along. */
type Answer = { call: number; output: unknown; error?: undefined } | { call: number; error: Error; isUsage: boolean };

export class Threads {
  readonly #workers: Worker[];
  readonly #waiting = new Map<Worker, Map<number, { resolve(output: unknown): void; reject(error: Error): void }>>();
  #calls = 0;

  /** One thread of `file` for each of `data`, which it finds as its workerData. */
  constructor(file: URL, data: readonly unknown[]) {
    this.#workers = data.map((workerData) => {
      const worker = new Worker(file, { workerData });
      this.#waiting.set(worker, new Map());
      worker.on("message", (answer: Answer) => this.#settle(worker, answer));
      worker.on("error", (error) => this.#fail(worker, error instanceof Error ? error : new Error(String(error))));
      worker.on("exit", () => this.#fail(worker, new Error("a thread of the load generator ended")));
      return worker;
    });
  }

  /** Rejects if any thread fails. */
  all<T>(command: string, input?: unknown): Promise<T[]> {
    const call = ++this.#calls;
    return Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<T>((resolve, reject) => {
            this.#waiting.get(worker)!.set(call, { resolve: (output) => resolve(output as T), reject });
            worker.postMessage({ call, command, input } satisfies Call);
          }),
      ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #settle(worker: Worker, answer: Answer): void {
    const waiting = this.#waiting.get(worker)!.get(answer.call);
    this.#waiting.get(worker)!.delete(answer.call);
    if (answer.error) waiting?.reject(answer.isUsage ? new UsageError(answer.error.message) : answer.error);
    else waiting?.resolve(answer.output);
  }

  #fail(worker: Worker, error: Error): void {
    for (const { reject } of this.#waiting.get(worker)!.values()) reject(error);
    this.#waiting.get(worker)!.clear();
  }
}

/** Inside a thread: answers commands by name. A handler's error rejects the call that asked. */
export function answerCommands(handlers: Record<string, (input: never) => unknown>): void {
  parentPort!.on("message", async ({ call, command, input }: Call) => {
    try {
      const output = await handlers[command]!(input as never);
      parentPort!.postMessage({ call, output } satisfies Answer);
    } catch (error) {
      parentPort!.postMessage({ call, error: error as Error, isUsage: error instanceof UsageError } satisfies Answer);
    }
  });
}
