/** Who is told to have been the limit. */
import { describe, expect, it } from "vitest";
import { judge } from "./judged.ts";

const failed = { exitCode: 1, complaints: ["FAILED: p99 is 400, not < 300"] };

describe("[LT5] what failed", () => {
  it("is the server's where it used its core, or the machine had more to give", () => {
    const why = "p99 is 400, not < 300";
    expect(judge({ ...failed, figures: { cpu: 98, machine: 99 } })).toEqual({ outcome: "fails", why });
    expect(judge({ ...failed, figures: { cpu: 40, machine: 60 } })).toEqual({ outcome: "fails", why });
  });

  it("is not, where others kept all cores from it", () => {
    const { outcome, why } = judge({ ...failed, figures: { cpu: 40, machine: 99, others: 60 } });
    expect(outcome).toBe("unknown");
    expect(why).toBe(
      "p99 is 400, not < 300; but all cores were busy while the server used 40 % of one, and others 60 %",
    );
  });

  it("is not, where the load generator gave up, even if limits were broken too", () => {
    const complaints = [...failed.complaints, "WARNING: late by 40 ms"];
    const { outcome, why } = judge({ figures: { cpu: 98 }, exitCode: 2, complaints });
    expect(outcome).toBe("unknown");
    expect(why).toContain("late by 40 ms");
  });

  it("is the server's where nobody came in, of a load of worlds too", () => {
    expect(judge({ figures: {}, exitCode: 1, complaints: ["refused"] }).outcome).toBe("fails");
    expect(judge({ ...failed, figures: { "world.cpu": 40, "world.machine": 99 } }).outcome).toBe("unknown");
  });
});
