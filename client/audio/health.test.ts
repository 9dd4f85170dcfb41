/** AU9 on a clock of its own: each sign of life and of death at its time, and the remedy for each. */
import { describe, expect, it } from "vitest";
import { atRest, checkMs, next, type Remedy, type Sign } from "./health.ts";

/** A listener that plays from 0 on, checked every 2 s. */
class Listener {
  now = 0;
  position = 0;
  isMoving = true;
  health = atRest;
  remedies: [at: number, Remedy][] = [];

  constructor() {
    this.sign({ type: "start" });
    this.sign({ type: "events", is: "open" });
  }

  sign(sign: Sign): void {
    const { health, remedy } = next(this.health, sign, this.now);
    this.health = health;
    if (remedy !== "none") this.remedies.push([this.now, remedy]);
  }

  /** Time passes; `timeupdate` comes every 250 ms while sound plays. */
  pass(seconds: number): this {
    for (const end = this.now + seconds * 1000; this.now < end; ) {
      this.now += 250;
      if (this.isMoving) {
        this.position += 0.25;
        this.sign({ type: "timeupdate", position: this.position });
      }
      if (this.now % checkMs === 0) this.sign({ type: "check", position: this.position });
    }
    return this;
  }
}

const playing = (seconds = 4) => new Listener().pass(seconds);
const silent = (seconds = 4) => {
  const listener = playing(seconds);
  listener.isMoving = false;
  return listener;
};

describe("health", () => {
  it("[AU9] is healthy while currentTime moves, for a day", () => {
    const listener = playing();
    expect(listener.health.sound).toBe("healthy");
    listener.pass(86_400);
    expect(listener.health.sound).toBe("healthy");
    expect(listener.remedies).toEqual([]);
  });

  it("[AU9] is struggling after 8 s without sound and dead after 12 s, then restarts once", () => {
    const listener = silent();
    const seen = Array.from({ length: 7 }, () => listener.pass(2).health.sound);
    expect(seen).toEqual(["healthy", "healthy", "healthy", "struggling", "struggling", "dead", "dead"]);
    expect(listener.remedies).toEqual([[16_000, "restart"]]);
  });

  it("[AU9] is checked every 2 s: nothing between two checks makes it struggle", () => {
    const listener = silent(3);
    expect(listener.pass(8.75).health.sound).toBe("healthy");
    expect(listener.pass(0.25).health.sound).toBe("struggling");
  });

  it("[AU9] counts from the start where no sound ever came", () => {
    const listener = new Listener();
    listener.isMoving = false;
    expect(listener.pass(6).health.sound).toBe("starting");
    expect(listener.pass(2).health.sound).toBe("struggling");
    expect(listener.pass(4).health.sound).toBe("dead");
  });

  it("[AU9] is healthy again by itself where sound comes back", () => {
    const listener = silent();
    expect(listener.pass(10).health.sound).toBe("struggling");
    listener.isMoving = true;
    expect(listener.pass(0.25).health.sound).toBe("healthy");
    expect(listener.remedies).toEqual([]);
  });

  it.each(["ended", "error"] as const)("[AU9] is dead at once on `%s`", (type) => {
    const listener = playing();
    listener.sign({ type });
    expect(listener.health.sound).toBe("dead");
    expect(listener.remedies).toEqual([[4000, "restart"]]);
    listener.sign({ type });
    expect(listener.pass(20).remedies).toHaveLength(1);
  });

  it("[AU9] is unhealthy when stalled, healthy when data comes again, dead once the stall is heard", () => {
    const listener = playing();
    listener.sign({ type: "stalled" });
    expect(listener.health.sound).toBe("unhealthy");
    expect(listener.pass(4).health.sound).toBe("unhealthy");
    listener.sign({ type: "progress" });
    expect(listener.pass(0.25).health.sound).toBe("healthy");
    listener.sign({ type: "stalled" });
    listener.isMoving = false;
    expect(listener.pass(3.75).remedies).toEqual([[12_000, "restart"]]);
  });

  it("[AU9] believes currentTime, not events: a timeupdate that moves nothing is no sign of life", () => {
    const listener = silent();
    for (let i = 0; i < 48; i++) {
      listener.sign({ type: "timeupdate", position: listener.position });
      listener.pass(0.25);
    }
    expect(listener.health.sound).toBe("dead");
  });

  it("[AU9] believes currentTime also where no timeupdate comes, as in hidden tabs", () => {
    const listener = silent();
    for (let i = 0; i < 20; i++) {
      listener.position += 2;
      expect(listener.pass(2).health.sound).toBe("healthy");
    }
  });

  it("[AU9] is unhealthy while it buffers", () => {
    const listener = silent();
    listener.sign({ type: "waiting" });
    expect(listener.health.sound).toBe("unhealthy");
    expect(listener.pass(8).health.sound).toBe("struggling");
  });

  it("[AU9] does not die of a pause, however long, nor of anything the element says meanwhile", () => {
    const listener = silent();
    listener.sign({ type: "stop" });
    for (const type of ["waiting", "stalled", "error", "ended"] as const) listener.sign({ type });
    listener.pass(3600);
    expect(listener.health.sound).toBe("off");
    expect(listener.remedies).toEqual([]);
    listener.sign({ type: "start" });
    listener.position = 0;
    listener.isMoving = true;
    expect(listener.pass(2).health.sound).toBe("healthy");
  });

  it("[AU9] reconnects the events 2 s after they were lost, and again every 2 s, while the sound is healthy", () => {
    const listener = playing();
    listener.sign({ type: "events", is: "lost" });
    listener.pass(5);
    expect(listener.remedies).toEqual([
      [6000, "reconnect"],
      [8000, "reconnect"],
    ]);
    listener.sign({ type: "events", is: "open" });
    expect(listener.pass(20).remedies).toHaveLength(2);
  });

  it("[AU9] reconnects the events also while paused", () => {
    const listener = silent();
    listener.sign({ type: "stop" });
    listener.sign({ type: "events", is: "lost" });
    expect(listener.pass(2).remedies).toEqual([[6000, "reconnect"]]);
  });

  it("[AU9] restarts when both are lost", () => {
    const listener = silent();
    listener.sign({ type: "events", is: "lost" });
    listener.sign({ type: "waiting" });
    expect(listener.pass(2).remedies).toEqual([[6000, "restart"]]);
    const other = playing();
    other.sign({ type: "events", is: "lost" });
    other.sign({ type: "ended" });
    expect(other.remedies).toEqual([[4000, "restart"]]);
  });
});
