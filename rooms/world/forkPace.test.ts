/** How often worlds are copied, on a given clock. */
import { beforeEach, expect, it } from "vitest";
import { createForkPace } from "./forkPace.ts";

let time = 0;
let check: ReturnType<typeof createForkPace>;
beforeEach(() => {
  check = createForkPace(() => time);
});

const tooFast = (retryAfterMs: number) => expect.objectContaining({ code: "TOO_FAST", retryAfterMs }) as Error;

it("[SE6] each person has five at once and one each 5 s", () => {
  for (let i = 0; i < 5; i++) check("ada");
  expect(() => check("ada")).toThrow(tooFast(5000));
  check("bea");
  time += 5000;
  check("ada");
  expect(() => check("ada")).toThrow(tooFast(5000));
});

it("[SE6] all have fifty at once and two a second, and whoever had to wait for others pays once", () => {
  for (let i = 0; i < 50; i++) check(`guest ${i}`);
  for (let i = 0; i < 10; i++) expect(() => check("ada")).toThrow(tooFast(500));
  for (let i = 0; i < 5; i++) {
    time += 500;
    check("ada");
  }
});
