/** Listeners end within 10 ms of each other, wherever they start and however uneven their networks are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { correctionFor, lagMs, learnShift, ServerTime } from "./align.ts";

/** A listener `behindMs` behind what is on air, whose browser shifts by `shiftMs` at each nudge, after so many corrections. */
function align(behindMs: number, shiftMs: number, corrections: number, jitter: () => number): number {
  let behind = behindMs;
  let learned = 0;
  for (let i = 0; i < corrections; i++) {
    const correction = correctionFor(behind + jitter(), learned);
    if (correction.type === "hold") behind += correction.ms;
    if (correction.type === "rejoin") behind = 400;
    if (correction.type !== "nudge") continue;
    behind += shiftMs - (correction.rate - 1) * correction.ms;
    learned = learnShift(learned, behind + jitter());
  }
  return behind;
}

describe("alignment", () => {
  it("[AU6] brings any two listeners within 10 ms of each other, with 1.5 ms of jitter and whatever nudges shift", () => {
    const start = fc.double({ min: 0, max: 20_000, noNaN: true });
    const shift = fc.double({ min: -30, max: 30, noNaN: true });
    const jitter = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 40, maxLength: 40 });
    const someone = fc.tuple(start, shift, jitter).map(([behind, shiftMs, values]) => {
      return align(behind, shiftMs, 12, () => values.pop() ?? 0);
    });
    fc.assert(
      fc.property(someone, someone, (first, second) => {
        expect(Math.abs(first - second)).toBeLessThan(10);
      }),
    );
  });

  it("[AU6] never plays more than 3 % faster or slower, and as recorded once there", () => {
    for (let behind = 0; behind < 4000; behind += 7) {
      const correction = correctionFor(behind);
      if (correction.type === "nudge") expect(Math.abs(correction.rate - 1)).toBeLessThan(0.0301);
    }
    expect(correctionFor(lagMs + 2)).toEqual({ type: "none" });
    expect(correctionFor(lagMs - 700)).toEqual({ type: "hold", ms: 700 });
    expect(correctionFor(lagMs + 700)).toEqual({ type: "rejoin" });
    expect(correctionFor(-3_600_000)).toEqual({ type: "rejoin" });
  });

  it("[AU6] takes the server's clock from the answer that came fastest", () => {
    const time = new ServerTime();
    expect(time.at(0)).toBeUndefined();
    time.sample(0, 10_200, 300);
    time.sample(1000, 11_005, 1010);
    time.sample(2000, 12_190, 2200);
    expect(time.at(3000)).toBe(13_000);
  });

  it("[AU6] is off by half the shortest round trip at most", () => {
    const trips = fc.array(fc.tuple(fc.nat(300), fc.nat(300)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(trips, (pairs) => {
        const time = new ServerTime();
        pairs.forEach(([out, back], i) => {
          const sentAt = i * 1000;
          time.sample(sentAt, sentAt + out + 5000, sentAt + out + back);
        });
        const shortest = Math.min(...pairs.map(([out, back]) => out + back));
        expect(Math.abs(time.at(0)! - 5000)).toBeLessThanOrEqual(shortest / 2 + 1);
      }),
    );
  });
});
