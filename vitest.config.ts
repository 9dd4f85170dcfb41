/**
 * Unit tests stand beside their files; `test/` holds what crosses them and starts servers or browsers, one after the other.
 * Those that wait most of their time, for other processes and pages, and time nothing: three files at once.
 */
import { defineConfig } from "vitest/config";

const exclude = ["node_modules/**", "web/dist/**"];
const several = [
  "services/cluster/redisCluster.test.ts",
  "test/{audio.processes,chatsElsewhere,cluster,cluster.faults,faults,kill,operations.processes,processes,proxies,redis}.test.ts",
  "test/{access,artifacts,audio.manage,audio.room,audio.sdk,auth,datagrams.rooms,docs.blocks,docs.commands,fork,guides,http,metrics,monitor,operations}.test.ts",
  "test/{newcomer,package,sdk,services,start,testing,travel,travel.processes,uploads}.test.ts",
  "test/fuzz/readers.test.ts",
  "test/browser.{accessibility,devtools,monitor,onward,pieces,radio,react,replay}.test.ts",
];
const patient = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } };

export default defineConfig({
  test: {
    pool: "forks",
    chaiConfig: { truncateThreshold: 1000 },
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
