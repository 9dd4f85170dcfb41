/** Who joins at once, who waits, who is refused: on a clock and an event loop that the test turns. */
import { describe, expect, it } from "vitest";
import type { HereaboutsError } from "../../schema/errors.ts";
import { Admission } from "./admission.ts";

function setUp(bounds: { atOnce: number; lagMs: number }) {
  let now = 1000;
  let look: (() => void) | undefined;
  const admission = new Admission({
    ...bounds,
    now: () => now,
    every(_ms, each) {
      look = each;
      return () => (look = undefined);
    },
  });
  return {
    admission,
    get isLooking() {
      return look !== undefined;
    },
    /** The event loop stands still for so long. */
    stand(ms: number): void {
      now += ms;
    },
    /** It comes round, this long after it was last looked at. */
    turn(ms = 10) {
      now += ms;
      look?.();
    },
    /** What has become of one who asks, as it changes. `end` gives up what has begun or waits. */
    ask(isHere = false) {
      const asked = { isIn: false, error: undefined as HereaboutsError | undefined, end: () => {} };
      asked.end = admission.enter({
        isHere,
        begin() {
          asked.isIn = true;
        },
        refuse(error) {
          asked.error = error;
        },
      });
      return asked;
    },
  };
}

describe("[SV6] admission", () => {
  it("lets so many join at once however late the event loop is, and the next as each seat is taken", () => {
    const { admission, ask, stand } = setUp({ atOnce: 2, lagMs: 50 });
    stand(10_000);
    const all = [ask(), ask(), ask(), ask()];
    expect(all.map(({ isIn }) => isIn)).toEqual([true, true, false, false]);
    admission.give("a");
    all[0]!.end();
    all[1]!.end();
    expect(all.map(({ isIn }) => isIn)).toEqual([true, true, true, false]);
    admission.settle("a");
    expect(all.map(({ isIn }) => isIn)).toEqual([true, true, true, true]);
    expect(admission).toMatchObject({ underWay: 2, waiting: 0 });
  });

  it("lets more begin each time that the event loop comes round in time, and none while it is late", () => {
    const { ask, turn } = setUp({ atOnce: 2, lagMs: 50 });
    const all = Array.from({ length: 9 }, () => ask());
    const inNow = () => all.filter(({ isIn }) => isIn).length;
    expect(inNow()).toBe(2);
    turn(10);
    expect(inNow()).toBe(4);
    turn(59);
    expect(inNow()).toBe(6);
    turn(60);
    expect(inNow()).toBe(6);
    turn(10);
    expect(inNow()).toBe(8);
  });

  it("sees that the event loop is late before it has come round", () => {
    const { ask, turn, stand } = setUp({ atOnce: 1, lagMs: 50 });
    ask();
    turn();
    stand(60);
    const late = ask();
    expect(late.isIn).toBe(false);
  });

  it("never has more under way than it may where no lag is allowed", () => {
    const { admission, ask, turn } = setUp({ atOnce: 3, lagMs: 0 });
    for (let i = 0; i < 50; i++) ask();
    for (let i = 0; i < 20; i++) {
      turn();
      expect(admission.underWay).toBe(3);
    }
  });

  it("gives the place of one who has gone away to others, in the line and before", () => {
    const { admission, ask } = setUp({ atOnce: 1, lagMs: 0 });
    const [first, second, third] = [ask(), ask(), ask()];
    second.end();
    expect(admission).toMatchObject({ underWay: 1, waiting: 1 });
    first.end();
    first.end();
    expect([second.isIn, third.isIn]).toEqual([false, true]);
    expect(admission).toMatchObject({ underWay: 1, waiting: 0 });
  });

  it("lets those who are here already go before newcomers who came earlier", () => {
    const { ask } = setUp({ atOnce: 1, lagMs: 0 });
    const first = ask();
    const newcomer = ask();
    const back = ask(true);
    first.end();
    expect([newcomer, back].map(({ isIn }) => isIn)).toEqual([false, true]);
  });

  it("refuses at once who finds the line full, each with a time of their own, at the pace at which others begin", () => {
    const { admission, ask } = setUp({ atOnce: 1, lagMs: 0 });
    const all = Array.from({ length: 1 + 250 + 100 }, () => ask());
    expect(admission.waiting).toBe(250);
    const again = all.flatMap(({ error }) => error?.retryAfterMs ?? []);
    expect(again).toHaveLength(100);
    expect(again[0]).toBe(1004);
    expect(again[99]).toBe(1400);
    expect(all[350]!.error).toMatchObject({ code: "BUSY" });
    expect(ask(true).isIn).toBe(false);
    expect(admission.waiting).toBe(251);
  });

  it("has nobody wait for longer than a second, nor come again later than after 20", () => {
    const { admission, ask, turn } = setUp({ atOnce: 1, lagMs: 0 });
    const [, second] = [ask(), ask()];
    for (let i = 0; i < 99; i++) turn();
    expect(second.error).toBeUndefined();
    turn();
    expect(second.error).toMatchObject({ code: "BUSY" });
    const many = Array.from({ length: 20_000 }, () => ask());
    expect(admission.waiting).toBe(250);
    const again = many.flatMap(({ error }) => error?.retryAfterMs ?? []);
    expect(Math.max(...again)).toBeLessThanOrEqual(20_000);
    expect(Math.min(...again.slice(6000))).toBeGreaterThan(9_000);
  });

  it("counts a seat no longer that nobody comes for, and looks at nothing when nobody joins", () => {
    const admitted = setUp({ atOnce: 1, lagMs: 0 });
    const { admission, ask, turn } = admitted;
    const first = ask();
    admission.give("never taken");
    first.end();
    for (let i = 0; i < 199; i++) turn();
    expect(admission.underWay).toBe(1);
    expect(admitted.isLooking).toBe(true);
    turn();
    expect(admission.underWay).toBe(0);
    expect(admitted.isLooking).toBe(false);
    const next = ask();
    expect(next.isIn).toBe(true);
    expect(admitted.isLooking).toBe(true);
  });
});
