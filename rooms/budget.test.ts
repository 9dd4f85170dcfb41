/** Token buckets on a given clock: what an honest client is granted, and what a flood is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "../services/tokenBucket.ts";
import { Budget } from "./budget.ts";

const options = { movesPerSecond: 40, messagesPerSecond: 20, abuseRefusals: 100 };

describe("[WO5] a token bucket", () => {
  it("grants a burst at once, and then its rate", () => {
    const bucket = new TokenBucket(10, 2, 0);
    for (let i = 0; i < 20; i++) expect(bucket.take(0)).toBe(0);
    expect(bucket.take(0)).toBe(100);
    expect(bucket.take(99)).toBeGreaterThan(0);
    expect(bucket.take(100)).toBe(0);
    expect(bucket.take(100)).toBe(100);
  });

  it("saves up no more than its burst", () => {
    const bucket = new TokenBucket(10, 2, 0);
    let granted = 0;
    for (let i = 0; i < 100; i++) if (bucket.take(3_600_000) === 0) granted++;
    expect(granted).toBe(20);
  });

  it("grants one now and then, however low its rate", () => {
    const bucket = new TokenBucket(0.5, 1, 0);
    expect(bucket.take(0)).toBe(0);
    expect(bucket.take(0)).toBe(2000);
    expect(bucket.take(2000)).toBe(0);
  });

  it("always takes whoever waits as long as they were told", () => {
    const step = fc.tuple(fc.double({ min: 0, max: 500, noNaN: true }), fc.nat({ max: 30 }));
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3, 7, 10, 20, 40, 997),
        fc.double({ min: 0, max: 1e10, noNaN: true }),
        fc.array(step, { maxLength: 60 }),
        (perSecond, start, steps) => {
          let now = start;
          const bucket = new TokenBucket(perSecond, 2, now);
          for (const [ms, takes] of steps) {
            now += ms;
            for (let i = 0; i < takes; i++) {
              const wait = bucket.take(now);
              if (wait === 0) continue;
              expect(Number.isInteger(wait) && wait > 0).toBe(true);
              expect(wait).toBeLessThanOrEqual(Math.ceil(1000 / perSecond) + 1);
              now += wait;
              expect(bucket.take(now), `after ${wait} ms at ${perSecond}/s`).toBe(0);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes whoever waited where rounding leaves a hair less than a token", () => {
    const start = 5.684341886080803e-14;
    const bucket = new TokenBucket(1, 2, start);
    for (let i = 0; i < 2; i++) bucket.take(start);
    expect(bucket.take(start + bucket.take(start))).toBe(0);
  });

  it("grants no more than its burst and its rate over any time", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { maxLength: 300 }), (gaps) => {
        const bucket = new TokenBucket(20, 2, 0);
        let now = 0;
        let granted = 0;
        for (const gap of gaps) {
          now += gap;
          if (bucket.take(now) === 0) granted++;
        }
        expect(granted).toBeLessThanOrEqual(40 + (now / 1000) * 20 + 1e-6);
      }),
    );
  });
});

describe("[WO5] the budget of a connection", () => {
  it("counts moves and messages apart", () => {
    const budget = new Budget(options, 0);
    for (let i = 0; i < 40; i++) expect(budget.takeMove(0)).toBe(0);
    expect(budget.takeMove(0)).toBe(25);
    for (let i = 0; i < 40; i++) expect(budget.takeMessage(0)).toBe(0);
    expect(budget.takeMessage(0)).toBe(50);
  });

  it("never refuses 30 moves and 10 messages a second", () => {
    const budget = new Budget(options, 0);
    for (let ms = 0; ms < 60_000; ms += 100) {
      for (let i = 0; i < 3; i++) expect(budget.takeMove(ms)).toBe(0);
      expect(budget.takeMessage(ms)).toBe(0);
    }
  });

  it("is abused only by going on for long after being refused", () => {
    const budget = new Budget(options, 0);
    for (let i = 0; i < 100; i++) expect(budget.refuse(5000).abuse).toBe(false);
    expect(budget.refuse(5000).abuse).toBe(true);
  });

  it("forgives within 10 seconds: an honest client that is refused now and then is never cut", () => {
    const budget = new Budget(options, 0);
    for (let ms = 0; ms < 600_000; ms += 200) expect(budget.refuse(ms).abuse).toBe(false);
  });

  it("tells of refusals at most 10 times a second after the first 20", () => {
    const budget = new Budget({ ...options, abuseRefusals: 1e9 }, 0);
    let told = 0;
    for (let ms = 0; ms < 10_000; ms++) if (budget.refuse(ms).tell) told++;
    expect(told).toBeGreaterThanOrEqual(20 + 98);
    expect(told).toBeLessThanOrEqual(20 + 100);
  });
});

describe("[MV3] offers of datagrams", () => {
  it("are taken five at once, and then one a second", () => {
    const budget = new Budget(options, 0);
    for (let i = 0; i < 5; i++) expect(budget.takeOffer(0)).toBe(0);
    for (let i = 0; i < 100; i++) expect(budget.takeOffer(0)).toBe(1000);
    expect(budget.takeOffer(1000)).toBe(0);
  });
});
