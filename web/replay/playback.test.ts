/** The clock of a replay: it goes on while it plays, at its speed, and nowhere past its ends. */
import { describe, expect, it } from "vitest";
import { Playback } from "./playback.ts";

describe("[SE2] playback", () => {
  it("rests until it is played, and goes on at its speed", () => {
    const playback = new Playback(10_000);
    playback.advance(1);
    expect(playback.t).toBe(0);
    playback.toggle();
    playback.advance(1);
    playback.speed = 4;
    playback.advance(0.5);
    expect(playback.t).toBe(3000);
    playback.toggle();
    playback.advance(1);
    expect(playback.t).toBe(3000);
  });

  it("stops at its end, and plays from the beginning again", () => {
    const playback = new Playback(1000);
    playback.speed = 16;
    playback.toggle();
    playback.advance(1);
    expect({ t: playback.t, isPlaying: playback.isPlaying }).toEqual({ t: 1000, isPlaying: false });
    playback.toggle();
    expect({ t: playback.t, isPlaying: playback.isPlaying }).toEqual({ t: 0, isPlaying: true });
  });

  it("goes nowhere before its beginning or past its end", () => {
    const playback = new Playback(1000);
    playback.seek(-5);
    expect(playback.t).toBe(0);
    playback.seek(5000);
    expect(playback.t).toBe(1000);
  });
});
