/**
 * A link to a worker that takes one batch at a time: what is asked for while a batch runs goes into the next. Answers
 * come in the order of the calls. If the worker ends, everything unanswered is rejected (STORAGE_FAILED) and a new worker is started, with
 * growing pauses if it keeps ending. Knows nothing of what is asked. A batch is of many, and belongs to none of them.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import { apart } from "../context.ts";

/** `isStorage`: the disk or what is on it is at fault, and not a mistake of ours. */
export type Answer = { ok: true; value: unknown } | { ok: false; error: string; isStorage: boolean };
export type Reply = { type: "answers"; answers: Answer[] } | { type: "trouble"; error: string };

/** What is needed of a `Worker`. */
export interface Carrier<Message> {
  postMessage(message: Message): void;
  on(event: "message", listener: (reply: Reply) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  /** A worker holds the process only while something waits for it. */
  ref(): void;
  unref(): void;
  terminate(): unknown;
}

export interface LinkOptions<Call, Message> {
  spawn(): Carrier<Message>;
  batch(calls: Call[]): Message;
  /** Asks the worker to end by itself. */
  bye: Message;
  onError(error: Error): void;
  maxBatch?: number;
  /** More unanswered calls than this are refused: the disk does not keep up. */
  maxPending?: number;
}

type Pending<Call> = { call: Call; resolve(value: unknown): void; reject(error: Error): void };
type State<Call> =
  | { is: "ready" }
  | { is: "busy"; batch: Pending<Call>[] }
  /** Between the end of a worker and the start of the next. */
  | { is: "down" }
  | { is: "closing"; ended(): void };

const restartMs = { first: 100, most: 5000 };
const closeMs = 5000;

export class BatchLink<Call, Message> {
  #options: Required<LinkOptions<Call, Message>>;
  #state: State<Call> = { is: "ready" };
  #queue: Pending<Call>[] = [];
  #carrier!: Carrier<Message>;
  #last: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;
  #isPlanned = false;
  #pauseMs = 0;

  constructor(options: LinkOptions<Call, Message>) {
    this.#options = { maxBatch: 500, maxPending: 20_000, ...options };
    this.#start();
  }

  send(call: Call): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error("The chat log is closed."));
    if (this.#queue.length >= this.#options.maxPending) {
      return Promise.reject(failed(`The chat log is behind: ${this.#queue.length} calls wait to be stored.`));
    }
    const answered = new Promise((resolve, reject) => this.#queue.push({ call, resolve, reject }));
    this.#last = answered;
    apart(() => this.#plan());
    return answered;
  }

  /** Waits until all that was sent so far is answered, one way or the other. */
  flush = (): Promise<void> =>
    this.#last.then(
      () => {},
      () => {},
    );

  close(): Promise<void> {
    this.#closed ??= this.flush().then(() => this.#end());
    return this.#closed;
  }

  #start(): void {
    const carrier = this.#options.spawn();
    let failure: unknown;
    carrier.on("message", (reply) => {
      if (reply.type === "answers") this.#answer(reply.answers);
      else this.#options.onError(new Error(`chat log: ${reply.error}`));
    });
    carrier.on("error", (error) => {
      failure = error;
    });
    carrier.on("exit", () => this.#ended(failure));
    carrier.unref();
    this.#carrier = carrier;
    this.#state = { is: "ready" };
    this.#plan();
  }

  /** After the events of this turn of the loop, so that what they ask for goes together. */
  #plan(): void {
    if (this.#isPlanned || this.#state.is !== "ready" || this.#queue.length === 0) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#state.is !== "ready") return;
    const batch = this.#queue.splice(0, this.#options.maxBatch);
    this.#state = { is: "busy", batch };
    this.#carrier.ref();
    this.#carrier.postMessage(this.#options.batch(batch.map(({ call }) => call)));
  }

  #answer(answers: Answer[]): void {
    if (this.#state.is !== "busy") return;
    const { batch } = this.#state;
    this.#state = { is: "ready" };
    this.#pauseMs = 0;
    this.#carrier.unref();
    this.#plan();
    const wrong = answers.find((answer) => !answer.ok);
    if (wrong) this.#options.onError(new Error(`chat log: ${wrong.error}`));
    for (const [i, { resolve, reject }] of batch.entries()) {
      const answer = answers[i]!;
      if (answer.ok) resolve(answer.value);
      else if (answer.isStorage) reject(failed(`The chat log's storage: ${answer.error}.`));
      else reject(new Error(`chat log: ${answer.error}`));
    }
  }

  #ended(failure: unknown): void {
    if (this.#state.is === "closing") {
      this.#state.ended();
      return;
    }
    const pending = this.#state.is === "busy" ? this.#state.batch : [];
    this.#state = { is: "down" };
    const lost = pending.concat(this.#queue.splice(0));
    const what = "The chat log's worker ended.";
    this.#options.onError(new Error(what, { cause: failure }));
    const reason = failed(what, failure);
    for (const { reject } of lost) reject(reason);
    setTimeout(() => this.#state.is === "down" && this.#start(), this.#pauseMs);
    this.#pauseMs = Math.min(restartMs.most, this.#pauseMs * 2 || restartMs.first);
  }

  #end(): Promise<void> {
    if (this.#state.is === "down") {
      this.#state = { is: "closing", ended: () => {} };
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const late = setTimeout(() => this.#carrier.terminate(), closeMs);
      const ended = () => {
        clearTimeout(late);
        resolve();
      };
      this.#state = { is: "closing", ended };
      this.#carrier.ref();
      this.#carrier.postMessage(this.#options.bye);
    });
  }
}

/** What a full or failing disk does is nobody's mistake: whoever asked is told, and may try again. */
function failed(details: string, cause?: unknown): HereaboutsError {
  return new HereaboutsError("STORAGE_FAILED", details, { cause });
}
