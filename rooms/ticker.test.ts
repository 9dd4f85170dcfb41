/** One timer for many rooms, by a clock that the test turns. */
import { describe, expect, it } from "vitest";
import { type Clock, Ticker } from "./ticker.ts";

/** Time that goes on only as far as it is told to, and while steps take it. */
function timeByHand() {
  let now = 0;
  const timers = new Set<{ at: number; work: () => void }>();
  const soon: (() => void)[] = [];
  const clock: Clock = {
    now: () => now,
    after(ms, work) {
      const timer = { at: now + ms, work };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    soon: (work) => void soon.push(work),
  };
  return {
    clock,
    timers,
    soon,
    /** What a step does that takes so long. */
    take(ms: number): void {
      now += ms;
    },
    runSoon(): void {
      for (const work of soon.splice(0)) work();
    },
    /** Until `at`, as the event loop does: what is soon before what is due. */
    until(at: number): void {
      for (;;) {
        while (soon.length > 0) this.runSoon();
        const next = [...timers].toSorted((one, other) => one.at - other.at)[0];
        if (!next || next.at > at) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.work();
      }
      now = Math.max(now, at);
    },
  };
}

function start() {
  const time = timeByHand();
  return { time, ticker: new Ticker(time.clock), steps: [] as string[] };
}

describe("[MV2] the ticker", () => {
  it("has one timer for all rooms of a rate, and calls them in the order in which they began", () => {
    const { time, ticker, steps } = start();
    for (const room of ["a", "b", "c"]) ticker.every(50, () => steps.push(room));
    expect(time.timers.size).toBe(1);
    time.until(100);
    expect(steps.join("")).toBe("abcabc");
  });

  it("keeps the rate, however long the steps take", () => {
    const { time, ticker, steps } = start();
    ticker.every(50, () => {
      steps.push("a");
      time.take(20);
    });
    time.until(10_000);
    expect(steps).toHaveLength(200);
  });

  it("goes on with the others, and with the next beat, where a step throws", () => {
    const { time, ticker, steps } = start();
    ticker.every(50, () => {
      steps.push("a");
      throw new Error("boom");
    });
    ticker.every(50, () => steps.push("b"));
    expect(() => time.until(50)).toThrow("boom");
    expect(() => time.until(100)).toThrow("boom");
    time.until(100);
    expect(steps.join("")).toBe("abab");
  });

  it("makes up for nothing that a process missed while it stood still", () => {
    const { time, ticker, steps } = start();
    ticker.every(50, () => steps.push("a"));
    time.until(50);
    time.take(5000);
    time.until(5050);
    expect(steps.length).toBeLessThanOrEqual(2);
    time.until(5250);
    expect(steps.length).toBeGreaterThanOrEqual(4);
    expect(steps.length).toBeLessThanOrEqual(6);
  });

  it("lets sockets be read between rooms that take long, and misses none of them", () => {
    const { time, ticker, steps } = start();
    for (const room of "abcdef") {
      ticker.every(50, () => {
        steps.push(room);
        time.take(3);
      });
    }
    const [timer] = time.timers;
    time.take(50);
    time.timers.delete(timer!);
    timer!.work();
    expect(steps.join("")).toBe("abcd");
    time.runSoon();
    expect(steps.join("")).toBe("abcdef");
  });

  it("leaves a beat out that comes while the one before is not through", () => {
    const { time, ticker, steps } = start();
    for (const room of ["a", "b"]) {
      ticker.every(50, () => {
        steps.push(room);
        time.take(60);
      });
    }
    time.until(2000);
    const [a, b] = ["a", "b"].map((room) => steps.filter((one) => one === room).length);
    expect(Math.abs(a! - b!)).toBeLessThanOrEqual(1);
    expect(a).toBeLessThan(20);
  });

  it("calls nobody who has left, even in the midst of a beat, and has no timer without anyone", () => {
    const { time, ticker, steps } = start();
    const leaveB = { now: () => {} };
    const leaveA = ticker.every(50, () => {
      steps.push("a");
      leaveB.now();
    });
    leaveB.now = ticker.every(50, () => steps.push("b"));
    time.until(50);
    expect(steps.join("")).toBe("a");
    leaveA();
    leaveA();
    expect(time.timers.size).toBe(0);
    ticker.every(50, () => steps.push("c"));
    time.until(150);
    expect(steps.join("")).toBe("acc");
  });

  it("has each rate go by itself", () => {
    const { time, ticker, steps } = start();
    ticker.every(50, () => steps.push("a"));
    ticker.every(100, () => steps.push("b"));
    time.until(200);
    expect(steps.filter((one) => one === "b")).toHaveLength(2);
    expect(steps.filter((one) => one === "a")).toHaveLength(4);
  });
});
