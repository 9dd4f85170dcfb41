/** Unit tests stand beside their files; `test/` holds what crosses them and starts servers or browsers. */
import { defineConfig } from "vitest/config";

const exclude = ["node_modules/**", "web/dist/**"];

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        test: {
          name: "unit",
          include: ["{schema,services,rooms,routes,client,pieces,web,loadtest}/**/*.test.ts", "*.test.ts"],
          exclude,
        },
      },
      {
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
