/** The link to the chat log's worker, with a worker that the test cranks by hand. */
import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { BatchLink, type Carrier, type Reply } from "./batchLink.ts";

type Message = { type: "batch"; calls: string[] } | { type: "bye" };

class HandCranked extends EventEmitter implements Carrier<Message> {
  sent: Message[] = [];
  isHolding = true;
  isTerminated = false;
  postMessage = (message: Message) => void this.sent.push(message);
  ref(): void {
    this.isHolding = true;
  }
  unref(): void {
    this.isHolding = false;
  }
  terminate = () => {
    this.isTerminated = true;
    this.emit("exit");
  };
  reply = (reply: Reply) => this.emit("message", reply);
  /** Answers the batch that came last: each call with itself in capitals. */
  answer(): void {
    const message = this.sent.at(-1)!;
    if (message.type !== "batch") return;
    this.reply({ type: "answers", answers: message.calls.map((call) => ({ ok: true, value: call.toUpperCase() })) });
  }
  batches = () => this.sent.map((message) => (message.type === "batch" ? message.calls.join("") : "bye"));
}

let carriers: HandCranked[];
let errors: string[];
const worker = () => carriers.at(-1)!;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function open(options: { maxBatch?: number; maxPending?: number } = {}) {
  return new BatchLink<string, Message>({
    spawn() {
      carriers.push(new HandCranked());
      return worker();
    },
    batch: (calls) => ({ type: "batch", calls }),
    bye: { type: "bye" },
    onError: ({ message }) => errors.push(message),
    ...options,
  });
}

beforeEach(() => {
  carriers = [];
  errors = [];
  return () => vi.useRealTimers();
});

describe("the link to the worker", () => {
  it("sends together what one turn of the loop asks for, and what comes meanwhile with the next", async () => {
    const link = open();
    const first = ["a", "b", "c"].map((call) => link.send(call));
    expect(worker().sent).toEqual([]);
    await turn();
    const second = ["d", "e"].map((call) => link.send(call));
    await turn();
    expect(worker().batches()).toEqual(["abc"]);
    worker().answer();
    expect(await Promise.all(first)).toEqual(["A", "B", "C"]);
    await turn();
    expect(worker().batches()).toEqual(["abc", "de"]);
    worker().answer();
    expect(await Promise.all(second)).toEqual(["D", "E"]);
  });

  it("keeps batches to their most, and refuses what cannot be kept up with", async () => {
    const link = open({ maxBatch: 2, maxPending: 3 });
    const calls = ["a", "b", "c"].map((call) => link.send(call));
    await expect(link.send("d")).rejects.toThrow("behind");
    await turn();
    worker().answer();
    await turn();
    worker().answer();
    expect(await Promise.all(calls)).toEqual(["A", "B", "C"]);
    expect(worker().batches()).toEqual(["ab", "c"]);
  });

  it("rejects what was not stored, and tells it once per batch", async () => {
    const link = open();
    const calls = ["a", "b", "c"].map((call) => link.send(call));
    await turn();
    const full = { ok: false, error: "disk is full", isStorage: true } as const;
    const bug = { ok: false, error: "not a function", isStorage: false } as const;
    worker().reply({ type: "answers", answers: [full, { ok: true, value: 1 }, bug] });
    const refused = { code: "STORAGE_FAILED", details: "The chat log's storage: disk is full." };
    const [first, , last] = await Promise.allSettled(calls);
    expect(first).toMatchObject({ status: "rejected", reason: refused });
    expect(last).toEqual({ status: "rejected", reason: new Error("chat log: not a function") });
    expect(errors).toEqual(["chat log: disk is full"]);
  });

  it("holds the process only while something is asked", async () => {
    const link = open();
    expect(worker().isHolding).toBe(false);
    const call = link.send("a");
    await turn();
    expect(worker().isHolding).toBe(true);
    worker().answer();
    await call;
    expect(worker().isHolding).toBe(false);
  });

  it("rejects all that is unanswered when the worker ends, and starts another", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const link = open();
    const sent = link.send("a");
    await turn();
    const waiting = link.send("b");
    worker().emit("error", new Error("out of memory"));
    worker().emit("exit");
    await expect(sent).rejects.toThrow("worker ended");
    await expect(waiting).rejects.toMatchObject({ cause: new Error("out of memory") });
    expect(errors).toEqual(["The chat log's worker ended."]);
    const next = link.send("c");
    vi.advanceTimersByTime(0);
    expect(carriers).toHaveLength(2);
    await turn();
    worker().answer();
    expect(await next).toBe("C");
  });

  it("starts again with growing pauses while workers end unused", () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    open();
    worker().emit("exit");
    vi.advanceTimersByTime(0);
    for (const pauseMs of [100, 200, 400, 800, 1600, 3200, 5000, 5000]) {
      const before = carriers.length;
      worker().emit("exit");
      vi.advanceTimersByTime(pauseMs - 1);
      expect(carriers).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(carriers).toHaveLength(before + 1);
    }
  });

  it("ends after all was answered, and takes nothing more", async () => {
    const link = open();
    const call = link.send("a");
    const closed = link.close();
    await expect(link.send("b")).rejects.toThrow("closed");
    await turn();
    worker().answer();
    expect(await call).toBe("A");
    await turn();
    expect(worker().batches()).toEqual(["a", "bye"]);
    worker().emit("exit");
    await closed;
    expect(link.close()).toBe(link.close());
    expect([carriers.length, errors]).toEqual([1, []]);
  });

  it("ends a worker that does not end by itself", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const link = open();
    const closed = link.close();
    await turn();
    vi.advanceTimersByTime(5000);
    await closed;
    expect(worker().isTerminated).toBe(true);
  });

  it("can be closed while no worker runs", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const link = open();
    worker().emit("exit");
    await link.close();
    vi.advanceTimersByTime(10_000);
    expect(carriers).toHaveLength(1);
  });
});
