/** Inputs that come early, late, together or too often. */
import { describe, expect, it } from "vitest";
import { Pace } from "./pace.ts";

/** Has so many inputs come before each step, and gives what became of them. */
function run(arrivals: readonly number[]) {
  const pace = new Pace();
  let waiting = 0;
  return arrivals.map((came) => {
    waiting += came;
    const { skip, take } = pace.next(waiting);
    waiting -= skip + take;
    return { skip, take, waiting };
  });
}
const sum = (steps: readonly { skip: number; take: number }[], what: "skip" | "take") =>
  steps.reduce((all, step) => all + step[what], 0);

describe("[WO7] the pace of inputs", () => {
  it("is one a step, and makes up for steps without", () => {
    expect(run([1, 1, 0, 0, 3, 1]).map(({ take }) => take)).toEqual([1, 1, 0, 0, 3, 1]);
  });

  it("leaves none out where the server or the network is uneven", () => {
    const steps = run(Array.from({ length: 300 }, (_, i) => (i % 6 === 0 ? 6 : 0)));
    expect([sum(steps, "take"), sum(steps, "skip")]).toEqual([300 - steps.at(-1)!.waiting, 0]);
  });

  it("makes nobody faster who sends more", () => {
    const steps = run(Array(300).fill(3));
    expect(sum(steps, "take")).toBe(300);
    expect(Math.max(...steps.map(({ waiting }) => waiting))).toBeLessThan(20);
  });

  it("gives no more where those that waited are gone with their connection", () => {
    const pace = new Pace();
    for (let step = 0; step < 29; step++) pace.next(20);
    expect(pace.next(0)).toEqual({ skip: 0, take: 0 });
  });

  it("makes nobody jump who was silent: so many steps at once, and no more", () => {
    const steps = run([...Array(100).fill(0), 60, ...Array(100).fill(1)]);
    expect(steps[100]!.take).toBe(8);
    expect(steps.slice(-20).every(({ take, skip, waiting }) => take === 1 && skip === 0 && waiting <= 2)).toBe(true);
  });
});
