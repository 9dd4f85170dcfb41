/** What is counted of Redis: commands by kind, and by what was done meanwhile. */
import { expect, it } from "vitest";
import { callsOf, perEach } from "./redisUse.ts";

it("reads calls by name", () => {
  const info = "# Commandstats\r\ncmdstat_ping:calls=3,usec=4\r\ncmdstat_config|get:calls=1,usec=9\r\n";
  expect([...callsOf(info)]).toEqual([
    ["ping", 3],
    ["config|get", 1],
  ]);
});

it("leaves out what comes anyway", () => {
  const idle = { calls: new Map([["set", 10]]), cpuMs: 5, ms: 1000 };
  const calls = new Map([
    ["set", 20],
    ["xadd", 50],
  ]);
  expect(perEach({ calls, cpuMs: 110, ms: 2000 }, idle, 50)).toEqual({ calls: new Map([["xadd", 1]]), cpuMs: 2 });
});
