/**
 * Unit tests stand beside their files; `test/` holds what crosses them and starts servers or browsers, one after the other.
 * Those that wait most of their time, for other processes and pages, and time nothing: three files at once.
 */
import { defineConfig } from "vitest/config";
import type { Reporter, TestCase } from "vitest/node";

const exclude = ["node_modules/**", "web/dist/**"];
const several = [
  "services/cluster/redisCluster.test.ts",
  "test/{audio.processes,chatsElsewhere,cluster,cluster.faults,faults,kill,operations.processes,processes,proxies,redis}.test.ts",
  "test/{access,artifacts,audio.manage,audio.room,audio.sdk,auth,datagrams.rooms,docs.blocks,docs.commands,fork,guides,http,metrics,monitor,operations}.test.ts",
  "test/{newcomer,package,sdk,services,start,testing,travel,travel.processes,uploads}.test.ts",
  "test/fuzz/readers.test.ts",
  "test/browser.{accessibility,devtools,monitor,onward,pieces,radio,react,replay}.test.ts",
];
/** CI's machine may be slow for a moment: there what fails is tried once more, and the end of the report names it. */
const retry = process.env["CI"] ? 1 : 0;
const triedAgain: TestCase[] = [];
const tellTriedAgain: Reporter = {
  onTestCaseResult: (test) => void (test.diagnostic()?.flaky && triedAgain.push(test)),
  onTestRunEnd() {
    for (const test of triedAgain.splice(0)) {
      const why = test.result().errors?.[0]?.message;
      console.warn(`Held at the second try only: ${test.module.relativeModuleId} > ${test.fullName}: ${why}`);
    }
  },
};
const patient = { testTimeout: 60_000, hookTimeout: 60_000, retry, expect: { poll: { timeout: 10_000 } } };

export default defineConfig({
  test: {
    pool: "forks",
    reporters: ["default", tellTriedAgain],
    projects: [
      {
        test: {
          name: "unit",
          include: ["{schema,services,rooms,routes,client,pieces,web,loadtest}/**/*.test.ts", "*.test.ts"],
          exclude: [...exclude, ...several],
          testTimeout: 20_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "several",
          include: several,
          exclude,
          ...patient,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: [...exclude, ...several],
          ...patient,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
