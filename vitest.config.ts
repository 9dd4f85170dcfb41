/**
 * Unit tests stand beside their files; `test/` holds what crosses them and starts servers or browsers, one after the other.
 * Those with several processes wait most of their time, for what lasts seconds: two files at once.
 */
import { defineConfig } from "vitest/config";

const exclude = ["node_modules/**", "web/dist/**"];
const several = [
  "services/cluster/redisCluster.test.ts",
  "test/{audio.processes,chatsElsewhere,cluster,cluster.faults,faults,kill,processes,proxies,redis}.test.ts",
];
const patient = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        test: {
          name: "unit",
          include: ["{schema,services,rooms,routes,client,pieces,web,loadtest}/**/*.test.ts", "*.test.ts"],
          exclude: [...exclude, ...several],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "several",
          include: several,
          exclude,
          ...patient,
          maxWorkers: 2,
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
