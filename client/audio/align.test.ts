/** Listeners end within 10 ms of each other, wherever they start and however uneven their networks are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { correctionFor, lagMs, ServerTime } from "./align.ts";

/** A listener `behindMs` behind what is on air, corrected four times a second for so long. */
function align(behindMs: number, seconds: number, jitter: () => number): number {
  let behind = behindMs;
  for (let i = 0; i < seconds * 4; i++) {
    const correction = correctionFor(behind + jitter());
    if (correction.type === "hold") behind += correction.ms;
    else if (correction.type === "rejoin") behind = 400;
    else behind -= (correction.rate - 1) * 250;
  }
  return behind;
}

describe("alignment", () => {
  it("[AU6] brings any two listeners within 10 ms of each other in 20 s, with 1.5 ms of jitter", () => {
    const starts = fc.double({ min: 0, max: 20_000, noNaN: true });
    const jitters = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 80, maxLength: 80 });
    fc.assert(
      fc.property(starts, starts, jitters, jitters, (first, second, a, b) => {
        const of = (values: number[]) => () => values.pop() ?? 0;
        const distance = align(first, 20, of([...a])) - align(second, 20, of([...b]));
        expect(Math.abs(distance)).toBeLessThan(10);
      }),
    );
  });

  it("[AU6] never plays more than 3 % faster or slower, and exactly as recorded once there", () => {
    for (let behind = 0; behind < 4000; behind += 7) {
      const correction = correctionFor(behind);
      if (correction.type === "rate") expect(Math.abs(correction.rate - 1)).toBeLessThan(0.0301);
    }
    expect(correctionFor(lagMs)).toEqual({ type: "rate", rate: 1 });
    expect(correctionFor(lagMs - 700)).toEqual({ type: "hold", ms: 700 });
    expect(correctionFor(lagMs + 700)).toEqual({ type: "rejoin" });
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
