/** When a client is asked whether it still reads, and when it is given up: time and answers are the test's. */
import { expect, it } from "vitest";
import { lookMs, Pings } from "./pings.ts";

const patienceMs = 4500;

/** Looks once more, after `ms`. */
function looker() {
  const pings = new Pings(patienceMs);
  let now = 0;
  const look = (ms = lookMs) => {
    now += ms;
    return pings.look(now);
  };
  return { pings, look, now: () => now };
}

it("[WO5] pings once a second", () => {
  const { pings, look, now } = looker();
  const sent: number[] = [];
  while (now() < 5000) {
    const due = look();
    expect(due).not.toBe("silent");
    if (due === "ping") sent.push(now());
    pings.answered();
  }
  expect(sent).toEqual([250, 1250, 2250, 3250, 4250]);
});

it.each([0, 1, 2, 3])("[WO5] gives up who stops reading within 5 s, %i looks after its last answer", (later) => {
  const { pings, look, now } = looker();
  while (look() !== "ping");
  pings.answered();
  for (let i = 0; i < later; i++) look();
  const stoppedAt = now();
  while (look() !== "silent");
  expect(now() - stoppedAt).toBeGreaterThan(patienceMs - 1000);
  expect(now() - stoppedAt).toBeLessThan(5000);
});

it("[WO5] keeps one who answers each ping late, however late", () => {
  const { pings, look, now } = looker();
  let lateMs = 0;
  const due: number[] = [];
  while (now() < 60_000) {
    const next = look();
    expect(next).not.toBe("silent");
    // half a second later with each answer
    if (next === "ping") {
      lateMs += 500;
      due.push(now() + lateMs);
    }
    if (due[0]! <= now()) {
      due.shift();
      pings.answered();
    }
  }
});

it.each([1, 2, 3, 60])("[WO5] gives up as soon in a room of %i steps a second, and keeps who answers", (stepHz) => {
  const { pings, look, now } = looker();
  const everyMs = Math.max(lookMs, 1000 / stepHz);
  let pinged = 0;
  while (now() < 60_000) {
    const due = look(everyMs);
    expect(due).not.toBe("silent");
    // who is far away
    if (pinged > 0 && now() - pinged >= 400) pings.answered();
    if (due === "ping") pinged = now();
  }
  pings.answered();
  const stoppedAt = now();
  while (look(everyMs) !== "silent");
  expect(now() - stoppedAt).toBeLessThanOrEqual(5000);
});

it("[WO5] blames nobody for the time in which its own process stood still, nor for a timer that catches up", () => {
  const { pings, look } = looker();
  while (look() !== "ping");
  expect(look(60_000)).not.toBe("silent");
  for (let i = 0; i < 240; i++) expect(look(5)).not.toBe("silent");
  pings.answered();
  expect(look()).toBeUndefined();
});
