/** What is asked of a room arrives in order and once, however the connection comes and goes. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HereaboutsError } from "../schema/errors.ts";
import { Outbox } from "./outbox.ts";

type Asked = { type: string; message: unknown; answer: (value: unknown) => void; fail: (error: unknown) => void };

let isOpen: boolean;
let asked: Asked[];
let outbox: Outbox;

const create = (isSerial = false) =>
  new Outbox({
    ask: (type, message) => new Promise((answer, fail) => void asked.push({ type, message, answer, fail })),
    isOpen: () => isOpen,
    isSerial,
  });
beforeEach(() => {
  isOpen = true;
  asked = [];
  outbox = create();
});
afterEach(() => outbox.close());

/** What Colyseus's SDK rejects with when a connection ends. */
const lost = () => new Error("connection closed before a response was received.");
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const messages = () => asked.map(({ message }) => message);
const set = (n: number) => outbox.request("prop.set", n, { repeatable: true });
const say = (n: number) => outbox.request("say", n, { repeatable: false });
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("[SD2] a request", () => {
  it("goes at once while the seat is open, and is answered with what the room says", async () => {
    const answer = say(1);
    expect(messages()).toEqual([1]);
    asked[0]!.answer({ id: 7 });
    expect(await answer).toEqual({ id: 7 });
  });

  it("waits while it is not, and goes in order, once, when it is again", async () => {
    isOpen = false;
    const answers = [say(1), set(2), say(3)];
    expect(asked).toEqual([]);
    isOpen = true;
    outbox.flush();
    await settle();
    expect(messages()).toEqual([1, 2, 3]);
    for (const one of asked) one.answer(one.message);
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
  });

  it("that was refused is rejected with the reason, and not asked again", async () => {
    const answer = set(1);
    const refusal = new HereaboutsError("PROP_OWNED", "key").toRefusal("prop.set");
    asked[0]!.fail(Object.assign(new Error("rejected"), { reason: refusal }));
    await expect(answer).rejects.toMatchObject({ code: "PROP_OWNED", details: "key" });
    isOpen = false;
    isOpen = true;
    outbox.flush();
    expect(asked).toHaveLength(1);
  });
});

describe("[SD2] a request that was under way when the connection ended", () => {
  it("is asked again if that does no harm, before all that was asked after it", async () => {
    const answers = [set(1), set(2)];
    isOpen = false;
    const later = set(3);
    for (const one of asked) one.fail(lost());
    await settle();
    expect(asked).toHaveLength(2);
    isOpen = true;
    outbox.flush();
    await settle();
    expect(messages()).toEqual([1, 2, 1, 2, 3]);
    for (const one of asked.slice(2)) one.answer("done");
    expect(await Promise.all([...answers, later])).toEqual(["done", "done", "done"]);
  });

  it("is rejected if it might be done twice, saying that it may have arrived or not", async () => {
    const answer = say(1);
    isOpen = false;
    asked[0]!.fail(lost());
    await expect(answer).rejects.toMatchObject({ code: "UNREACHABLE", message: expect.stringContaining("say") });
    isOpen = true;
    outbox.flush();
    expect(asked).toHaveLength(1);
  });

  it("is asked again where its connection ends only after another one was opened, and its answer then counts no more", async () => {
    const answer = set(1);
    isOpen = false;
    set(5).catch(() => {});
    isOpen = true;
    outbox.flush();
    expect(messages()).toEqual([1, 1, 5]);
    asked[0]!.fail(lost());
    await settle();
    expect(messages()).toEqual([1, 1, 5]);
    asked.splice(2);
    asked[1]!.answer("done");
    expect(await answer).toBe("done");
    const next = say(2);
    await settle();
    expect(messages()).toEqual([1, 1, 2]);
    asked[2]!.answer("too");
    expect(await next).toBe("too");
  });

  it("arrives once, in order, whatever happens when", async () => {
    const step = fc.constantFrom("set", "set", "say", "close", "open", "answer", "answer", "late");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (steps) => {
        isOpen = true;
        const taken: number[] = [];
        const underWay: (Asked & { n: number })[] = [];
        const stale: (Asked & { n: number })[] = [];
        const settled: string[] = [];
        const own = new Outbox({
          ask: (type, message) =>
            new Promise((answer, fail) => void underWay.push({ type, message, answer, fail, n: message as number })),
          isOpen: () => isOpen,
        });
        const answerNext = () => {
          const next = underWay.shift();
          if (!next) return;
          taken.push(next.n);
          next.answer(next.n);
        };
        let n = 0;
        for (const one of steps) {
          if (one === "set" || one === "say") {
            const number = n++;
            own.request(one, number, { repeatable: one === "set" }).then(
              () => void settled.push(`${number} done`),
              () => void settled.push(`${number} rejected`),
            );
          } else if (one === "close" && isOpen) {
            isOpen = false;
            stale.push(...underWay.splice(0));
          } else if (one === "open" && !isOpen) {
            isOpen = true;
            own.flush();
          } else if (one === "late") {
            stale.shift()?.fail(lost());
          } else if (one === "answer" && isOpen) answerNext();
          await settle();
        }
        stale.push(...underWay.splice(0));
        isOpen = true;
        own.flush();
        for (const old of stale.splice(0)) old.fail(lost());
        for (let i = 0; i < 200; i++) {
          answerNext();
          await settle();
        }
        expect(settled).toHaveLength(n);
        expect(taken).toEqual([...taken].sort((a, b) => a - b));
        expect(new Set(taken).size).toBe(taken.length);
        own.close();
      }),
      { numRuns: 150 },
    );
  });
});

describe("[SD2] [CH2] a serial outbox", () => {
  const tooFast = (retryAfterMs: number) =>
    Object.assign(new Error("rejected"), { reason: new HereaboutsError("TOO_FAST", "", { retryAfterMs }).toRefusal() });

  beforeEach(() => {
    vi.useFakeTimers();
    outbox = create(true);
  });
  afterEach(() => void vi.useRealTimers());

  it("asks for the next when the last was answered or refused", async () => {
    const answers = [set(1), set(2), say(3)];
    expect(messages()).toEqual([1]);
    asked[0]!.answer("done");
    await settle();
    expect(messages()).toEqual([1, 2]);
    asked[1]!.fail(Object.assign(new Error("no"), { reason: new HereaboutsError("FORBIDDEN").toRefusal() }));
    await expect(answers[1]).rejects.toEqual(code("FORBIDDEN"));
    expect(messages()).toEqual([1, 2, 3]);
  });

  it("waits itself where it was too fast for a moment, and keeps the order", async () => {
    const first = say(1);
    const second = say(2);
    asked[0]!.fail(tooFast(300));
    await vi.advanceTimersByTimeAsync(299);
    expect(messages()).toEqual([1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(messages()).toEqual([1, 1]);
    asked[1]!.answer("one");
    expect(await first).toBe("one");
    asked[2]!.answer("two");
    expect(await second).toBe("two");
    expect(messages()).toEqual([1, 1, 2]);
  });

  it("tells where it was too fast for longer", async () => {
    const answer = say(1);
    asked[0]!.fail(tooFast(30_000));
    await expect(answer).rejects.toMatchObject({ code: "TOO_FAST", retryAfterMs: 30_000 });
  });

  it("begins with what was under way when it is open again", async () => {
    set(1).catch(() => {});
    set(2).catch(() => {});
    isOpen = false;
    asked[0]!.fail(lost());
    await settle();
    isOpen = true;
    outbox.flush();
    expect(messages()).toEqual([1, 1]);
    asked[1]!.answer("done");
    await settle();
    expect(messages()).toEqual([1, 1, 2]);
  });
});

describe("[SD2] an outbox whose seat is open but gives no answer", () => {
  afterEach(() => void vi.useRealTimers());

  it("asks again after a while, not at once and without end", async () => {
    vi.useFakeTimers();
    let asks = 0;
    outbox = new Outbox({
      ask: () => (++asks > 500 ? new Promise(() => {}) : Promise.reject(lost())),
      isOpen: () => true,
    });
    set(1).catch(() => {});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asks).toBeGreaterThan(5);
    expect(asks).toBeLessThan(50);
  });
});

describe("[SD2] the limits", () => {
  it("are 100 that wait: the next is refused at once, and those that wait are kept", async () => {
    isOpen = false;
    for (let i = 0; i < 100; i++) set(i).catch(() => {});
    await expect(set(100)).rejects.toEqual(code("UNREACHABLE"));
    isOpen = true;
    outbox.flush();
    await settle();
    expect(messages()).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it("are what a frame may have, in bytes: what is larger is never sent, since it would end the connection", {
    timeout: 500,
  }, async () => {
    const ask = (value: string) => outbox.request("prop.set", { key: "k", value }, { repeatable: true });
    ask("x".repeat(14_000)).catch(() => {});
    expect(asked).toHaveLength(1);
    await expect(ask("x".repeat(16_000))).rejects.toEqual(code("TOO_LARGE"));
    await expect(ask("語".repeat(6_000))).rejects.toEqual(code("TOO_LARGE"));
    expect(asked).toHaveLength(1);
  });
});

describe("[SD2] once it is closed", () => {
  it("what waits is rejected, and so is what comes", async () => {
    isOpen = false;
    const waiting = set(1);
    outbox.close();
    await expect(waiting).rejects.toEqual(code("CLOSED"));
    await expect(set(2)).rejects.toEqual(code("CLOSED"));
    expect(asked).toEqual([]);
  });

  it("what was under way is rejected when its connection ends", async () => {
    const answer = set(1);
    outbox.close();
    isOpen = false;
    asked[0]!.fail(lost());
    await expect(answer).rejects.toEqual(code("UNREACHABLE"));
    isOpen = true;
    outbox.flush();
    expect(asked).toHaveLength(1);
  });
});
