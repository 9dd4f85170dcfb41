/** Server time from the times that frames carry. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServerClock } from "./clock.ts";

/** Feeds a clock with frames of every 50 ms that travel for `latency(i)` ms; the browser's clock is `apart` ahead. */
function run(
  clock: ServerClock,
  count: number,
  latency: (i: number) => number,
  { start = 1000, apart = 500_000 } = {},
) {
  for (let i = 0; i < count; i++) {
    const time = start + i * 50;
    clock.sample(time % 2 ** 32, time + latency(i) + apart);
  }
  return { end: start + (count - 1) * 50 };
}

describe("[MV6] server time", () => {
  it("is 0 before the first frame, and then that of the frame", () => {
    const clock = new ServerClock();
    expect(clock.at(5000)).toBe(0);
    clock.sample(123_456, 5000);
    expect(clock.at(5000)).toBe(123_456);
    expect(clock.at(5010)).toBe(123_466);
  });

  it("is that of the fastest frames, whatever the others take", () => {
    const clock = new ServerClock();
    const { end } = run(clock, 200, (i) => (i % 10 === 5 ? 30 : 30 + ((i * 37) % 90)));
    expect(Math.abs(clock.at(end + 30 + 500_000) - end)).toBeLessThan(2);
  });

  it("follows at once when frames come sooner", () => {
    const clock = new ServerClock();
    run(clock, 50, () => 200);
    clock.sample(10_000, 10_000 + 20 + 500_000);
    expect(clock.at(10_000 + 20 + 500_000)).toBe(10_000);
  });

  it("gives way slowly when all come later, until it is right again", () => {
    const clock = new ServerClock();
    const latency = (i: number) => (i < 100 ? 30 : 130);
    run(clock, 110, latency);
    const now = 1000 + 109 * 50 + 130 + 500_000;
    expect(clock.at(now) - (1000 + 109 * 50)).toBeGreaterThan(95);
    const later = new ServerClock();
    const { end } = run(later, 2000, latency);
    expect(Math.abs(later.at(end + 130 + 500_000) - end)).toBeLessThan(1);
  });

  it("runs on between frames, and goes back by no more than it may drift", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 150, noNaN: true }), { minLength: 20, maxLength: 100 }),
        (delays) => {
          const clock = new ServerClock();
          let arrived = 0;
          let last = 0;
          for (const [i, delay] of delays.entries()) {
            const time = 1000 + i * 50;
            const arrival = Math.max(arrived, time + delay);
            if (i > 0) expect(clock.at(arrival)).toBeGreaterThanOrEqual(last - 1e-6);
            clock.sample(time, arrival);
            expect(clock.at(arrival)).toBeGreaterThanOrEqual(last - 0.5);
            last = clock.at(arrival);
            arrived = arrival;
          }
        },
      ),
    );
  });

  it("goes on where the 32 bits of a frame's time begin anew", () => {
    const clock = new ServerClock();
    const start = 2 ** 32 - 500;
    let last = clock.sample(start, 0);
    for (let i = 1; i < 50; i++) {
      const at = clock.sample((start + i * 50) % 2 ** 32, i * 50);
      expect(at - last).toBe(50);
      last = at;
    }
    expect(clock.at(49 * 50)).toBeCloseTo(start + 49 * 50);
  });

  it("takes frames that come in another order for what they are", () => {
    const clock = new ServerClock();
    expect(clock.sample(1000, 30)).toBe(1000);
    expect(clock.sample(1100, 130)).toBe(1100);
    expect(clock.sample(1050, 140)).toBe(1050);
    expect(clock.sample(1150, 180)).toBe(1150);
    expect(clock.at(180)).toBeCloseTo(1150, 0);
  });

  it("places a time of before or after the newest frame on the same scale, and learns nothing from it", () => {
    const clock = new ServerClock();
    const start = 2 ** 32 - 100;
    const first = clock.sample(start, 30);
    const newest = clock.sample((start + 150) % 2 ** 32, 180);
    const [at, { jitterMs }] = [clock.at(200), clock];
    expect(newest - first).toBe(150);
    for (const apart of [0, -50, -150, -5000, 50]) {
      expect(clock.place((start + 150 + apart) % 2 ** 32) - newest).toBe(apart);
    }
    expect([clock.at(200), clock.jitterMs]).toEqual([at, jitterMs]);
    expect(clock.sample((start + 200) % 2 ** 32, 230) - newest).toBe(50);
  });

  it("begins anew with a new connection", () => {
    const clock = new ServerClock();
    run(clock, 50, (i) => (i % 2) * 80);
    clock.reset();
    expect(clock.at(1e6)).toBe(0);
    expect(clock.jitterMs).toBe(0);
    clock.sample(7, 1e6);
    expect(clock.at(1e6)).toBe(7);
  });
});

describe("[MV6] jitter", () => {
  it("is nothing where all frames take as long", () => {
    const clock = new ServerClock();
    run(clock, 100, () => 42);
    expect(clock.jitterMs).toBeLessThan(0.5);
  });

  it("is how much later than the fastest frames come on average", () => {
    const clock = new ServerClock();
    run(clock, 500, (i) => 30 + (i % 5) * 10);
    expect(clock.jitterMs).toBeGreaterThan(15);
    expect(clock.jitterMs).toBeLessThan(25);
  });
});
