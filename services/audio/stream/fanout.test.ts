/** Who only taps a session's sound gets the segments that listeners get, and counts for nothing. */
import { expect, it } from "vitest";
import { Fanout, type PlacedSegment } from "./fanout.ts";
import { KeepingSink } from "./testing/render.ts";

it("gives a tap each segment as it is made, and tells nobody of it", () => {
  let changes = 0;
  const fanout = new Fanout({ titleAt: () => "", onAir: () => 0, onChange: () => changes++ });
  const segment = (start: number): PlacedSegment => ({ start, frames: 10, bytes: new Uint8Array([start]) });
  const tapped: number[] = [];
  const stop = fanout.tap(({ bytes }) => tapped.push(...bytes));
  expect([fanout.size, changes]).toEqual([0, 0]);
  fanout.push(segment(0));
  const sink = new KeepingSink();
  fanout.join({ sink, icy: true }, 0);
  fanout.push(segment(10));
  fanout.clear();
  fanout.push(segment(20));
  stop();
  fanout.push(segment(30));
  expect(tapped).toEqual([0, 10, 20]);
  expect(sink.state).toBe("ended");
});
