/** What components share, with components, connections and time that the test turns by hand. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import { Shared, type Stage } from "./shared.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Something to share: each opening waits until the test settles it. */
function crank() {
  const log: string[] = [];
  const openings: PromiseWithResolvers<string>[] = [];
  let change = (_error?: HereaboutsError) => {};
  const shared = new Shared<string, Stage<string>>({
    open() {
      log.push("open");
      const opening = Promise.withResolvers<string>();
      openings.push(opening);
      return opening.promise;
    },
    async close(value) {
      log.push(`close ${value}`);
    },
    watch(_value, changed) {
      change = changed;
      return () => {};
    },
    show: (stage) => ({ ...stage }),
  });
  return {
    shared,
    log,
    change: (error?: HereaboutsError) => change(error),
    waiting: () => openings.length > 0,
    async settle(value: string | HereaboutsError) {
      await pass(0);
      const opening = openings.shift()!;
      if (typeof value === "string") opening.resolve(value);
      else {
        log.push("failed");
        opening.reject(value);
      }
      await pass(0);
    },
  };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("what components share", () => {
  it("[SD5] opens once for all, and closes after the last one went", async () => {
    const { shared, log, settle } = crank();
    const [one, other] = [shared.subscribe(() => {}), shared.subscribe(() => {})];
    await settle("a");
    one();
    await pass(1000);
    expect([log, shared.getSnapshot().value]).toEqual([["open"], "a"]);
    other();
    await pass(1000);
    expect(log).toEqual(["open", "close a"]);
  });

  it("[SD5] is neither closed nor opened by StrictMode, nor by one component after another", async () => {
    const { shared, log, settle } = crank();
    shared.subscribe(() => {})();
    const off = shared.subscribe(() => {});
    await settle("a");
    off();
    await pass(50);
    shared.subscribe(() => {});
    await pass(1000);
    expect(log).toEqual(["open"]);
  });

  it("[SD5] leaves what came too late, and opens anew only after that", async () => {
    const { shared, log, settle } = crank();
    shared.subscribe(() => {})();
    await pass(200);
    shared.subscribe(() => {});
    await pass(0);
    expect(log).toEqual(["open"]);
    await settle("late");
    expect(log).toEqual(["open", "close late", "open"]);
    await settle("a");
    expect(shared.getSnapshot()).toMatchObject({ status: "open", value: "a" });
  });

  it("[SD5] shows the same object until something changes, and tells changes of one moment once", async () => {
    const { shared, settle, change } = crank();
    let told = 0;
    shared.subscribe(() => told++);
    await settle("a");
    const before = [shared.getSnapshot(), told] as const;
    expect(shared.getSnapshot()).toBe(before[0]);
    for (let i = 0; i < 5; i++) change();
    await pass(0);
    expect(told).toBe(before[1] + 1);
    expect(shared.getSnapshot()).not.toBe(before[0]);
    change(new HereaboutsError("KICKED"));
    expect(shared.getSnapshot()).toMatchObject({ status: "open", error: { code: "KICKED" } });
  });

  it("[SD5] shows why it failed, and tries again when asked to", async () => {
    const { shared, log, settle } = crank();
    shared.subscribe(() => {});
    await settle(new HereaboutsError("UNREACHABLE"));
    expect(shared.getSnapshot()).toMatchObject({ status: "failed", error: { code: "UNREACHABLE" } });
    shared.retry();
    expect(shared.getSnapshot()).toMatchObject({ status: "connecting", error: undefined });
    await settle("a");
    expect([shared.getSnapshot().status, log]).toEqual(["open", ["open", "failed", "open"]]);
  });

  it("[SD5] is open once at most, however components come and go, and not at all when all are gone", async () => {
    const steps = fc.array(fc.constantFrom("come", "go", "settle", "fail", "pass", "retry"), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { shared, log, settle, waiting } = crank();
        const offs: (() => void)[] = [];
        for (const step of all) {
          if (step === "come") offs.push(shared.subscribe(() => {}));
          if (step === "go") offs.shift()?.();
          if (step === "retry") shared.retry();
          if (step === "pass") await pass(120);
          await pass(0);
          if (step === "settle" && waiting()) await settle("a");
          if (step === "fail" && waiting()) await settle(new HereaboutsError("UNREACHABLE"));
        }
        for (const off of offs) off();
        await pass(1000);
        while (waiting()) await settle("a");
        let isOpen = 0;
        for (const one of log) {
          isOpen += one === "open" ? 1 : -1;
          expect(isOpen).toBeLessThanOrEqual(1);
        }
        expect(isOpen).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it("[SD5] is held open by what stands on it, which fails with it", async () => {
    const { shared, log, settle } = crank();
    const { ready, release } = shared.hold();
    const failing = expect(ready).rejects.toMatchObject({ code: "UNREACHABLE" });
    await settle(new HereaboutsError("UNREACHABLE"));
    await failing;
    const again = shared.hold();
    await settle("a");
    expect(await again.ready).toBe("a");
    release();
    again.release();
    await pass(1000);
    expect(log).toEqual(["open", "failed", "open", "close a"]);
  });
});
