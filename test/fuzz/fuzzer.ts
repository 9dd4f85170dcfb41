/**
 * A process that throws bad input at a server, evenly over a time, and reports what came of it. It is one of its own so
 * that those who watch the server's other people are not late because of it.
 */
import type { Credentials } from "../lib/junkHttp.ts";
import { Random } from "../lib/random.ts";
import { Asking } from "./asking.ts";
import { newReport } from "./report.ts";
import { Seats } from "./seats.ts";
import { Sockets } from "./sockets.ts";

/** `ms`: over how long the cases are spread. */
export type FuzzTask = { url: string; seed: number; cases: number; ms: number; credentials: Credentials };

const tickMs = 10;
/** Each kind up to which part of all cases, after the one before it. The rest are frames. */
const upTo = [
  { kind: "oversize", part: 0.001 },
  { kind: "webSocket", part: 0.005 },
  { kind: "order", part: 0.025 },
  { kind: "join", part: 0.055 },
  { kind: "listen", part: 0.085 },
  { kind: "upload", part: 0.115 },
  { kind: "socket", part: 0.175 },
  { kind: "request", part: 0.295 },
] as const;

class Fuzzer {
  readonly report = newReport();
  readonly #task: FuzzTask;
  readonly #random: Random;
  readonly #seats: Seats;
  readonly #asking: Asking;
  readonly #sockets: Sockets;

  constructor(task: FuzzTask) {
    const { url, seed, credentials } = task;
    this.#task = task;
    this.#random = new Random(seed);
    this.#seats = new Seats(url, credentials.tokens, this.#random, this.report);
    this.#asking = new Asking(url, credentials, this.#random, this.report);
    this.#sockets = new Sockets(url, this.#random, this.report);
  }

  async run(): Promise<void> {
    const { cases, ms } = this.#task;
    await this.#seats.take();
    const start = performance.now();
    for (let done = 0; done < cases && !this.#seats.isOver; ) {
      const due = Math.min(cases, Math.ceil((cases * (performance.now() - start)) / ms));
      while (done < due)
        if (this.#once()) done++;
        else break;
      await new Promise((resolve) => setTimeout(resolve, tickMs));
    }
    await Promise.all([this.#asking.end(), this.#sockets.ended()]);
    await this.#seats.end();
  }

  /** One bad input. False if too much of its kind is under way. */
  #once(): boolean {
    const chance = this.#random.next();
    const chosen = upTo.find(({ part }) => chance < part)?.kind;
    if (chosen === undefined) return this.#seats.frame();
    if (chosen === "oversize") return this.#seats.oversize();
    if (this.#asking.isFull || this.#sockets.isFull || this.#seats.all.length === 0) return false;
    switch (chosen) {
      case "webSocket":
        this.#sockets.webSocket();
        break;
      case "socket":
        this.#sockets.http(this.#seats.all[0]!.client.reservation.roomId);
        break;
      case "order":
        this.#asking.order(this.#seats.disturbed);
        break;
      case "join":
        this.#asking.join();
        break;
      case "listen":
        this.#asking.listen();
        break;
      case "upload":
        this.#asking.upload(this.#random.pick(this.#seats.all));
        break;
      case "request":
        this.#asking.request();
    }
    return true;
  }
}

process.once("disconnect", () => process.kill(process.pid, "SIGKILL")); // nobody waits for the report any more
const fuzzer = new Fuzzer(JSON.parse(process.argv[2]!) as FuzzTask);
await fuzzer.run();
// the native library of its data channels may keep a process that exits by itself
process.send!(fuzzer.report, () => process.kill(process.pid, "SIGKILL"));
