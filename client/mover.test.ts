/** One's own movement: immediate here, sent at most 30 times a second, corrected softly. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Pose } from "../schema/geometry.ts";
import { decodeMove, movePoses } from "../schema/moves.ts";
import { Mover } from "./mover.ts";

const pose = (x: number, y = 0, z = 0, angle = 0): Pose => ({ x, y, z, angle });
type Sent = { seq: number; xs: number[]; at: number; isReliable: boolean };

let sent: Sent[];
let isOpen: boolean;
let carrier: "datagram" | "websocket";
let mover: Mover;

beforeEach(() => {
  vi.useFakeTimers();
  vi.advanceTimersByTime(1000);
  sent = [];
  isOpen = true;
  carrier = "websocket";
  mover = new Mover((bytes, isReliable) => {
    if (!isOpen) return undefined;
    const poses = Array.from({ length: movePoses }, () => pose(0));
    const { seq, count } = decodeMove(bytes, poses);
    sent.push({ seq, xs: poses.slice(0, count).map(({ x }) => x), at: performance.now(), isReliable });
    return isReliable ? "websocket" : carrier;
  });
});
afterEach(() => {
  mover.close();
  vi.useRealTimers();
});

/** Moves on by one unit at each of `count` draws, `hz` of them a second. */
function walk(count: number, hz = 60, from = 0): void {
  for (let i = 1; i <= count; i++) {
    mover.moveTo(pose(from + i));
    vi.advanceTimersByTime(1000 / hz);
  }
}

describe("[MV6] own movement", () => {
  it("is where one says, at once", () => {
    expect(mover.hasPose).toBe(false);
    expect(mover.at(0)).toBeUndefined();
    mover.moveTo(pose(1, 2, 3, 4));
    expect(mover.hasPose).toBe(true);
    expect(mover.at(performance.now())).toEqual(pose(1, 2, 3, 4));
    isOpen = false;
    mover.moveTo(pose(9));
    expect(mover.at(performance.now())).toEqual(pose(9));
  });
});

describe("[MV1] what is sent", () => {
  it("goes at once, and then at most 30 times a second however often one moves", () => {
    walk(600, 120);
    expect(sent[0]!.at).toBe(1000);
    expect(sent.length).toBeGreaterThanOrEqual(140);
    expect(sent.length).toBeLessThanOrEqual(152);
    for (const [i, { at }] of sent.entries()) if (i > 0) expect(at - sent[i - 1]!.at).toBeGreaterThan(32); // timers have whole ms
  });

  it("ends with the pose where one came to rest, and then nothing is sent", () => {
    walk(100);
    vi.advanceTimersByTime(100);
    expect(sent.at(-1)?.xs[0]).toBe(100);
    const { length } = sent;
    for (let i = 0; i < 60; i++) {
      mover.moveTo(pose(100));
      vi.advanceTimersByTime(16);
    }
    expect(sent).toHaveLength(length);
  });

  it("carries the two poses that were sent before, newest first", () => {
    for (const x of [1, 2, 3, 4]) {
      mover.moveTo(pose(x));
      vi.advanceTimersByTime(50);
    }
    expect(sent.map(({ xs }) => xs)).toEqual([[1], [2, 1], [3, 2, 1], [4, 3, 2]]);
  });

  it("has numbers from 1, one more each time, that wrap", () => {
    mover.open();
    for (let i = 1; i <= 65_540; i++) {
      mover.moveTo(pose(i));
      vi.advanceTimersByTime(34);
      if (sent.length > 10) sent.shift();
      if (i === 1) expect(sent[0]!.seq).toBe(1);
    }
    expect(sent.map(({ seq }) => seq)).toEqual([65_531, 65_532, 65_533, 65_534, 65_535, 0, 1, 2, 3, 4]);
    mover.acknowledge(4, performance.now());
    expect(mover.roundTripMs).toBe(34);
  });

  it("waits while it cannot be sent: the newest goes when the seat is open again", () => {
    isOpen = false;
    walk(10);
    expect(sent).toEqual([]);
    isOpen = true;
    mover.open();
    vi.advanceTimersByTime(100);
    expect(sent.map(({ seq, xs }) => [seq, xs])).toEqual([[1, [10]]]);
  });

  it("begins anew on a new seat, with the pose one has, also if one stands still", () => {
    walk(30);
    vi.advanceTimersByTime(100);
    sent.length = 0;
    mover.open();
    vi.advanceTimersByTime(100);
    expect(sent.map(({ seq, xs }) => [seq, xs])).toEqual([[1, [30]]]);
  });

  it("is nothing while one has not moved, and nothing after the end", () => {
    mover.open();
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([]);
    mover.moveTo(pose(1));
    mover.moveTo(pose(2));
    mover.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
  });
});

describe("[MV1] the last move, as a datagram that may be lost,", () => {
  beforeEach(() => {
    carrier = "datagram";
  });
  const reliable = () => sent.filter(({ isReliable }) => isReliable).map(({ seq, xs }) => [seq, xs]);

  it("is sent again reliably, once, with its number and the poses before it, if nobody acknowledges it", () => {
    walk(10, 20);
    mover.acknowledge(9, performance.now());
    vi.advanceTimersByTime(10_000);
    expect(reliable()).toEqual([[10, [10, 9, 8]]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not sent again if it was acknowledged, or went over the WebSocket, or while one walks on", () => {
    mover.moveTo(pose(1));
    vi.advanceTimersByTime(200);
    mover.acknowledge(1, performance.now());
    vi.advanceTimersByTime(1000);
    walk(100);
    mover.acknowledge(sent.at(-1)!.seq, performance.now());
    carrier = "websocket";
    mover.moveTo(pose(0));
    vi.advanceTimersByTime(10_000);
    expect(reliable()).toEqual([]);
  });

  it("is not sent again from a seat that is not there any more", () => {
    mover.moveTo(pose(1));
    isOpen = false;
    mover.open();
    vi.advanceTimersByTime(10_000);
    isOpen = true;
    mover.moveTo(pose(2));
    mover.close();
    vi.advanceTimersByTime(10_000);
    expect(reliable()).toEqual([]);
  });

  it("gives way to a correction: where the server says one is goes instead, until that is acknowledged", () => {
    for (const x of [1, 2, 3]) {
      mover.moveTo(pose(x));
      vi.advanceTimersByTime(50);
    }
    mover.acknowledge(1, performance.now());
    mover.correct(pose(0), performance.now());
    vi.advanceTimersByTime(50);
    expect(sent.at(-1)).toMatchObject({ seq: 4, xs: [0], isReliable: false });
    vi.advanceTimersByTime(10_000);
    expect(reliable()).toEqual([[4, [0]]]);
  });
});

describe("[MV2] acknowledgements", () => {
  it("tell the round trip, smoothed", () => {
    expect(mover.roundTripMs).toBeUndefined();
    for (let i = 1; i <= 40; i++) {
      mover.moveTo(pose(i));
      vi.advanceTimersByTime(70);
      mover.acknowledge(i, performance.now());
    }
    expect(mover.roundTripMs).toBeCloseTo(70);
    mover.moveTo(pose(99));
    vi.advanceTimersByTime(170);
    mover.acknowledge(41, performance.now());
    expect(mover.roundTripMs).toBeGreaterThan(70);
    expect(mover.roundTripMs).toBeLessThan(120);
  });

  it("of what was never sent, or a second time, tell nothing", () => {
    mover.acknowledge(0, 5000);
    mover.acknowledge(77, 5000);
    expect(mover.roundTripMs).toBeUndefined();
    mover.moveTo(pose(1));
    mover.acknowledge(1, performance.now() + 50);
    mover.acknowledge(1, performance.now() + 5000);
    expect(mover.roundTripMs).toBe(50);
  });

  it("of one seat are not taken for those of the next", () => {
    mover.moveTo(pose(1));
    isOpen = false;
    mover.open();
    mover.acknowledge(1, performance.now() + 60_000);
    expect(mover.roundTripMs).toBeUndefined();
  });
});

describe("[MV1] [MV6] corrections", () => {
  it("glide to where the server says, evenly and within a moment, and end there exactly", () => {
    mover.moveTo(pose(100, 50));
    const now = performance.now();
    mover.correct(pose(0, 10), now);
    expect(mover.at(now)).toMatchObject({ x: 100, y: 50 });
    let last = 100;
    for (let ms = 1; ms <= 200; ms++) {
      const { x } = mover.at(now + ms)!;
      expect(x).toBeLessThanOrEqual(last);
      expect(last - x).toBeLessThan(2);
      last = x;
    }
    expect(mover.at(now + 200)).toEqual(pose(0, 10));
  });

  it("go on while one walks, without a jump", () => {
    mover.moveTo(pose(100));
    let now = performance.now();
    mover.correct(pose(50), now);
    let last = mover.at(now)!.x;
    for (let i = 1; i <= 60; i++) {
      now += 5;
      mover.moveTo(pose(50 + i));
      const { x } = mover.at(now)!;
      expect(Math.abs(x - last)).toBeLessThan(4);
      last = x;
    }
    expect(last).toBe(110);
  });

  it("that come while one still glides begin where one is drawn", () => {
    mover.moveTo(pose(100));
    const now = performance.now();
    mover.correct(pose(0), now);
    const shown = mover.at(now + 60)!.x;
    mover.correct(pose(10), now + 60);
    expect(mover.at(now + 60)!.x).toBeCloseTo(shown);
    expect(mover.at(now + 300)).toEqual(pose(10));
  });

  it("place someone who has no place yet, without gliding from nowhere", () => {
    mover.correct(pose(7, 8), 100);
    expect(mover.at(100)).toEqual(pose(7, 8));
    expect(mover.hasPose).toBe(true);
  });

  it("are not sent back where all was acknowledged, and make void what was sent before", () => {
    mover.moveTo(pose(100));
    vi.advanceTimersByTime(50);
    mover.acknowledge(1, performance.now());
    mover.correct(pose(0), performance.now());
    vi.advanceTimersByTime(100);
    expect(sent).toHaveLength(1);
    mover.moveTo(pose(1));
    expect(sent.at(-1)?.xs).toEqual([1]);
  });

  it("are past where a later move was taken, and not where it is the same one or another seat's", () => {
    walk(10, 30);
    const now = performance.now();
    expect([2, 5, 5, 3, 2, 7].map((ack) => mover.acknowledge(ack, now))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
    mover.open();
    expect(mover.acknowledge(1, now)).toBe(true);
  });

  it("keep no hold on the pose they were given", () => {
    const given = pose(5);
    mover.correct(given, 0);
    given.x = 9;
    expect(mover.at(1000)).toEqual(pose(5));
  });
});
