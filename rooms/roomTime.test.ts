/** A room's time, by beats that the test gives: what is done when, and what is not done where nothing happens. */
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { describe, expect, it, vi } from "vitest";
import { RoomTime } from "./roomTime.ts";
import type { Ticker } from "./ticker.ts";

const Notes = schema({ text: t.string() }, "Notes");

class NotesRoom extends Room {
  override state = new Notes();
}

function start(room: Room = new NotesRoom()) {
  const steps = new Set<() => void>();
  const ticker = {
    every(_ms: number, step: () => void) {
      steps.add(step);
      return () => void steps.delete(step);
    },
  } as unknown as Ticker;
  const report = vi.fn();
  const time = new RoomTime({ report }, ticker);
  (room as unknown as { __init(): void }).__init();
  const sent = vi.spyOn(room, "broadcastPatch").mockImplementation(() => {
    time.hasPatched();
    (room as unknown as { _serializer: { encoder: { discardChanges(): void } } })._serializer.encoder.discardChanges();
    return true;
  });
  const beat = () => {
    for (const step of steps) step();
  };
  const end = () => {
    time.end();
    room.clock.stop();
    room.setTimestep(undefined as never);
    (room as unknown as { _autoDisposeTimeout: NodeJS.Timeout })._autoDisposeTimeout?.unref();
  };
  return { room: room as NotesRoom, time, report, sent, steps, beat, end };
}

describe("[MV2] a room's time", () => {
  it("goes by the ticker alone: Colyseus has no timer of its own for it", () => {
    const intervals = vi.spyOn(globalThis, "setInterval");
    const { room, time, end } = start();
    intervals.mockClear();
    time.keep(room);
    expect(intervals.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1]);
    expect(room.patchRate).toBeNull();
    intervals.mockRestore();
    end();
  });

  it("winds the clock before each step, and sends a patch where there is news in it", () => {
    const { room, time, sent, beat, end } = start();
    const tick = vi.spyOn(room.clock, "tick");
    const step = vi.fn();
    time.keep(room, 50, step);
    beat();
    sent.mockClear();
    beat();
    beat();
    expect([tick.mock.calls.length, step.mock.calls.length, sent.mock.calls.length]).toEqual([3, 3, 0]);
    room.state.text = "news";
    beat();
    beat();
    expect(sent).toHaveBeenCalledOnce();
    end();
  });

  it("sends one that somebody waits for, news or none, and lets nobody wait for a room that has ended", async () => {
    const { room, time, sent, beat, end } = start();
    time.keep(room);
    beat();
    sent.mockClear();
    const patched = time.patched();
    beat();
    await patched;
    expect(sent).toHaveBeenCalledOnce();
    const never = time.patched();
    end();
    await never;
  });

  it("asks a room at each patch that has something to do before it", () => {
    const room = new NotesRoom();
    room.onBeforePatch = () => {};
    const { time, sent, beat, end } = start(room);
    time.keep(room);
    beat();
    beat();
    expect(sent).toHaveBeenCalledTimes(2);
    end();
  });

  it("sends patches with the steps where both come as often, also after one that throws, else by themselves", () => {
    for (const [stepMs, beats] of [
      [50, 1],
      [20, 2],
    ] as const) {
      const { room, time, report, sent, steps, beat, end } = start();
      const error = new Error("boom");
      time.keep(room, stepMs, () => {
        throw error;
      });
      expect(steps.size).toBe(beats);
      room.state.text = "news";
      beat();
      expect(sent).toHaveBeenCalledOnce();
      expect(report.mock.calls).toEqual([[error, "step"]]);
      end();
    }
  });

  it("reports what throws, goes on with the rest, and ends with the room", () => {
    const { time, report, steps, beat, end } = start();
    const error = new Error("boom");
    const other = vi.fn();
    time.every(50, "here", () => {
      throw error;
    });
    time.every(50, "there", other);
    beat();
    beat();
    expect(report.mock.calls).toEqual([
      [error, "here"],
      [error, "here"],
    ]);
    expect(other).toHaveBeenCalledTimes(2);
    end();
    expect(steps.size).toBe(0);
  });

  it("begins nothing for a room that ended while it was made", () => {
    const { room, time, steps, end } = start();
    end();
    const intervals = vi.spyOn(globalThis, "setInterval");
    time.keep(room);
    expect([steps.size, intervals.mock.calls.length]).toEqual([0, 0]);
    intervals.mockRestore();
  });
});
