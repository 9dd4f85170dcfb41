/** How the servers of one machine differ, and how soon one that ended is started again. */
import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { argumentsOf, pauseAfter } from "./processes.ts";

const several = { PROCESSES: "3", REDIS_URL: "redis://127.0.0.1:6379" };
const configOf = (env: Record<string, string>, number: number, args: string[] = []) =>
  readConfig({ ...several, ...env }, [...args, ...argumentsOf(readConfig({ ...several, ...env }, args).config, number)])
    .config;

describe("[OP5] each of several servers", () => {
  it("is one process with a port of its own, and shares that of all", () => {
    expect(configOf({}, 1)).toMatchObject({ processes: 1, sharedPort: 2567, port: 2568, udpPort: 0, peerUrl: "" });
    expect(configOf({}, 3, ["--port", "3000"])).toMatchObject({ processes: 1, sharedPort: 3000, port: 3003 });
  });

  it("has every port that is set counted up by its number", () => {
    const env = { UDP_PORT: "9000", PUBLIC_UDP_PORT: "32000", PEER_URL: "http://10.0.0.4:2567" };
    expect(configOf(env, 2)).toMatchObject({ udpPort: 9002, publicUdpPort: 32002, peerUrl: "http://10.0.0.4:2569" });
    expect(configOf({ PEER_URL: "http://10.0.0.4" }, 1).peerUrl).toBe("http://10.0.0.4:2568");
  });

  it("is started again after 0.5 s, then after pauses that double up to 10 s", () => {
    expect([0, 1, 2, 3, 4, 5, 50].map(pauseAfter)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });
});
