/** What is remembered of who spoke: for as long as slow mode or a repeated line needs it, and no longer. */
import { expect, it } from "vitest";
import type { ChatLog } from "../chatlog/chatlog.ts";
import { Moderation } from "./moderation.ts";

const minute = 60_000;

function start() {
  const clock = { now: 1_000_000 };
  const log = { note: async () => {}, restrict: async () => {} } as unknown as ChatLog;
  return { clock, moderation: new Moderation(log, "system", () => clock.now) };
}

it("[CH6] slow mode holds for each by themselves, however many speak between", async () => {
  const { clock, moderation } = start();
  await moderation.slow(30 * 60, "", "mo");
  moderation.said("ada", "1");
  clock.now += 20 * minute;
  moderation.said("bob", "1");
  expect(() => moderation.checkSay("ada", "2", false)).toThrow(expect.objectContaining({ code: "TOO_FAST" }));
  expect(() => moderation.checkSay("bob", "2", false)).toThrow(expect.objectContaining({ code: "TOO_FAST" }));
  clock.now += 10 * minute;
  moderation.checkSay("ada", "2", false);
});

it("[CH2] a line whose answer was lost may be said again for ten minutes, also by who was muted since", async () => {
  const { clock, moderation } = start();
  moderation.said("ada", "1");
  await moderation.restrict("mute", "ada", {}, "", "mo");
  clock.now += 9 * minute;
  moderation.said("bob", "1");
  moderation.checkSay("ada", "1", false);
  clock.now += 2 * minute;
  moderation.said("bob", "2");
  expect(() => moderation.checkSay("ada", "1", false)).toThrow(expect.objectContaining({ code: "MUTED" }));
});
