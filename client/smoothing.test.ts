/** What others are drawn like: smooth whatever the network does to their poses, and true once they stand still. */
import { describe, expect, it } from "vitest";
import type { Pose } from "../schema/geometry.ts";
import { randomOf } from "../web/shared/seed.ts";
import { ServerClock } from "./clock.ts";
import { Track } from "./smoothing.ts";

const tickMs = 50;
const turn = 2 * Math.PI;
const pose = (x: number, y = 0, z = 0, angle = 0): Pose => ({ x, y, z, angle });

type Network = {
  /** From the server's tick to here, in ms. Frames keep their order, as over a WebSocket. */
  latency: (tick: number) => number;
  /** Whether the frame of this tick holds the mover; a frame holds it only where it has changed since. */
  holds?: (tick: number) => boolean;
};
type Drawn = Pose & { now: number };

/**
 * Someone moves along `path` (server time in ms from 0); their poses come over `network`, and are drawn `hz` times a
 * second as WorldView does it.
 */
function draw(path: (ms: number) => Pose, network: Network, { ms = 20_000, hz = 60 } = {}): Drawn[] {
  const clock = new ServerClock();
  const track = new Track(tickMs);
  const arrivals: { at: number; time: number; pose: Pose | undefined }[] = [];
  let sent: string | undefined;
  for (let tick = 0, latest = 0; tick * tickMs < ms; tick++) {
    const time = tick * tickMs;
    const here = path(time);
    const isSent = JSON.stringify(here) !== sent && (network.holds?.(tick) ?? true);
    if (isSent) sent = JSON.stringify(here);
    latest = Math.max(latest, time + network.latency(tick));
    arrivals.push({ at: latest, time, pose: isSent ? here : undefined });
  }
  const drawn: Drawn[] = [];
  for (let now = 500; now < ms; now += 1000 / hz) {
    while (arrivals[0] && arrivals[0].at <= now) {
      const frame = arrivals.shift()!;
      const at = clock.sample(frame.time, frame.at);
      if (frame.pose) track.push(at, frame.pose);
    }
    const shown = track.sample(now, clock.at(now), clock.jitterMs);
    if (shown) drawn.push({ ...shown, now });
  }
  return drawn;
}

const speed = 0.3;
const walk = (ms: number) => pose(ms * speed);
/** Steps between draws, in units, once the first second is over. */
const stepsOf = (drawn: Drawn[]) => drawn.slice(1).flatMap(({ x, now }, i) => (now > 2000 ? [x - drawn[i]!.x] : []));

/** Networks by name; each call makes one with random numbers of its own. */
const networks: Record<string, () => Network> = {
  "without jitter": () => ({ latency: () => 30 }),
  "with 20 ms of jitter": () => {
    const random = randomOf(1);
    return { latency: () => 30 + random() * 20 };
  },
  "with 50 ms of jitter": () => {
    const random = randomOf(2);
    return { latency: () => 30 + random() * 50 };
  },
  "where now and then a frame is 120 ms late": () => {
    const random = randomOf(3);
    return { latency: () => 30 + (random() < 0.05 ? 120 : random() * 5) };
  },
  "that stands still for half a second now and then": () => ({ latency: (tick) => (tick % 80 === 79 ? 530 : 30) }),
};
/** How often a mover in a large world is sent. */
const rates: Record<string, () => Pick<Network, "holds">> = {
  "every tick": () => ({}),
  "every other tick or so": () => {
    const random = randomOf(4);
    return { holds: () => random() < 0.5 };
  },
  "every 6th tick": () => ({ holds: (tick) => tick % 6 === 0 }),
  "every 2nd to 20th tick": () => {
    const random = randomOf(5);
    return { holds: () => random() < 0.15 };
  },
  "every tick, then far away": () => ({ holds: (tick) => tick < 100 || tick % 8 === 0 }),
  "rarely, then every tick": () => ({ holds: (tick) => tick > 200 || tick % 30 === 0 }),
};

describe("[MV6] a straight walk", () => {
  const all = Object.entries(networks).flatMap(([name, network]) =>
    Object.entries(rates).flatMap(([rate, holds]) => [60, 144].map((hz) => ({ name, rate, hz, network, holds }))),
  );

  it.each(all)("over a network $name, sent $rate, drawn at $hz Hz, never goes back and never jumps", (one) => {
    const steps = stepsOf(draw(walk, { ...one.network(), ...one.holds() }, { hz: one.hz }));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(-1e-6);
    expect(Math.max(...steps)).toBeLessThanOrEqual(((1000 * speed) / one.hz) * 2.01);
  });

  it("over a good network is drawn as even as it is", () => {
    for (const step of stepsOf(draw(walk, { latency: () => 30 }))) expect(step).toBeCloseTo((1000 * speed) / 60, 1);
  });

  it("with 50 ms of jitter is still drawn at nearly its own speed", () => {
    const even = (1000 * speed) / 60;
    for (const step of stepsOf(draw(walk, networks["with 50 ms of jitter"]!()))) {
      expect(step).toBeGreaterThan(even / 2);
      expect(step).toBeLessThan(even * 2);
    }
  });

  it("is drawn no more than 100 ms late over a good network, frame and all", () => {
    for (const { x, now } of draw(walk, { latency: () => 30 })) expect(now - x / speed).toBeLessThan(100);
  });

  it.each([
    ["was told again where they stand", pose(0)],
    ["only turned", pose(0, 0, 0, 1)],
  ])("is drawn no later where one %s before", (_, second) => {
    const track = new Track(tickMs);
    track.push(0, pose(0));
    track.push(300, second);
    let lateMs = 0;
    for (let now = 300; now < 2000; now += 10) {
      if (now >= 1500 && now % tickMs === 0) track.push(now, walk(now - 1450));
      lateMs = now - 1450 - track.sample(now, now, 0)!.x / speed;
    }
    expect(lateMs).toBeLessThan(100);
  });

  it("that was sent rarely is up to date soon after it comes near", () => {
    const drawn = draw(walk, { latency: () => 30, ...rates["rarely, then every tick"]!() });
    const last = drawn.at(-1)!;
    expect(last.now - last.x / speed).toBeLessThan(120);
  });
});

describe("[MV6] walking with pauses", () => {
  /** Walks for a second, rests for `rest` ms, and so on; always onwards. */
  const withRests = (rest: number) => (ms: number) => {
    const round = 1000 + rest;
    return pose((Math.floor(ms / round) * 1000 + Math.min(1000, ms % round)) * speed);
  };

  it.each([100, 150, 200, 333, 700, 1500, 4000])(
    "of %i ms never goes back, never jumps, and stops where they stopped",
    (rest) => {
      for (const network of Object.values(networks)) {
        const drawn = draw(withRests(rest), network());
        const steps = stepsOf(drawn);
        expect(Math.min(...steps)).toBeGreaterThanOrEqual(-1e-6);
        expect(Math.max(...steps)).toBeLessThanOrEqual(((1000 * speed) / 60) * 2.5);
      }
    },
  );

  it("is never drawn past the newest pose", () => {
    const path = withRests(700);
    for (const { x, now } of draw(path, { latency: () => 30 })) expect(x).toBeLessThanOrEqual(path(now).x + 1e-6);
  });

  it("is drawn where they stopped, soon and exactly", () => {
    const stop = (ms: number) => pose(Math.min(ms, 5000) * speed);
    const drawn = draw(stop, { latency: () => 30 }, { ms: 8000 });
    for (const { x, now } of drawn) if (now > 5150) expect(x).toBe(5000 * speed);
  });

  it("in another direction goes there without overshooting", () => {
    const back = (ms: number) => pose(ms < 5000 ? ms * speed : (10_000 - ms) * speed);
    const drawn = draw(back, networks["with 20 ms of jitter"]!(), { ms: 9000 });
    expect(Math.max(...drawn.map(({ x }) => x))).toBeLessThanOrEqual(5000 * speed);
    const turned = drawn.findIndex(({ now }) => now > 5300);
    for (let i = turned; i < drawn.length; i++) expect(drawn[i]!.x).toBeLessThanOrEqual(drawn[i - 1]!.x + 1e-6);
  });
});

describe("[MV6] turning", () => {
  it("goes the short way round, evenly", () => {
    const drawn = draw((ms) => pose(0, 0, 0, (ms / 1000) % turn), { latency: () => 30 });
    for (let i = 1; i < drawn.length; i++) {
      if (drawn[i]!.now < 2000) continue;
      const change = drawn[i]!.angle - drawn[i - 1]!.angle;
      const short = ((((change + Math.PI) % turn) + turn) % turn) - Math.PI;
      expect(short).toBeCloseTo(1 / 60, 2);
    }
  });
});

describe("a track", () => {
  it("has no pose before the first, and then that one", () => {
    const track = new Track(tickMs);
    expect(track.isEmpty).toBe(true);
    expect(track.sample(1000, 1000, 0)).toBeUndefined();
    track.push(1000, pose(5, 6, 7, 1));
    for (const now of [0, 1000, 1e9]) expect(track.sample(now, now, 0)).toMatchObject(pose(5, 6, 7, 1));
    expect(track.newest).toMatchObject({ x: 5 });
  });

  it("drops what is older than the newest, or as old", () => {
    const track = new Track(tickMs);
    track.push(1000, pose(5));
    track.push(900, pose(1));
    track.push(1000, pose(2));
    expect(track.newest?.x).toBe(5);
    expect(track.sample(1e6, 1e6, 0)?.x).toBe(5);
  });

  it("does not keep the pose it was given", () => {
    const track = new Track(tickMs);
    const given = pose(5);
    track.push(1000, given);
    given.x = 9;
    expect(track.sample(1e6, 1e6, 0)?.x).toBe(5);
  });

  it("knows nothing any more once it is cleared", () => {
    const track = new Track(tickMs);
    for (let i = 0; i < 10; i++) track.push(i * 300, pose(i * 90));
    track.sample(3000, 3000, 40);
    track.clear();
    expect(track.isEmpty).toBe(true);
    expect(track.sample(3000, 3000, 0)).toBeUndefined();
    expect(track.delay(0)).toBeCloseTo(tickMs * 1.25);
    track.push(10, pose(7));
    expect(track.sample(20, 20, 0)).toMatchObject(pose(7));
  });

  it("stays where it was after a new connection, whose time is another, and glides on from there", () => {
    const track = new Track(tickMs);
    for (let i = 0; i < 20; i++) {
      track.push(1e6 + i * tickMs, pose(i));
      track.sample(1e6 + i * tickMs + 30, 1e6 + i * tickMs + 30, 0);
    }
    track.restart();
    expect(track.isEmpty).toBe(false);
    for (const now of [0, 500, 1e9]) expect(track.sample(now, now, 0)?.x).toBe(19);
    track.push(100, pose(25));
    const drawn = Array.from({ length: 40 }, (_, i) => track.sample(100 + i * 5, 100 + i * 5, 0)!.x);
    expect(drawn[0]).toBe(19);
    expect(drawn.at(-1)).toBe(25);
    for (let i = 1; i < drawn.length; i++) expect(drawn[i]! - drawn[i - 1]!).toBeLessThanOrEqual(1.5);
    expect(drawn.every((x) => Number.isFinite(x))).toBe(true);
  });

  it("holds few poses, however long nobody looks", () => {
    const track = new Track(tickMs);
    for (let i = 0; i < 5000; i++) track.push(i * tickMs, pose(i));
    expect(track.sample(5000 * tickMs, 5000 * tickMs, 0)!.x).toBeGreaterThan(4990);
  });

  it("is drawn further in the past where poses come rarely or late", () => {
    const [even, rare] = [new Track(tickMs), new Track(tickMs)];
    for (let i = 0; i < 50; i++) {
      even.push(i * tickMs, pose(i));
      rare.push(i * 300, pose(i));
    }
    expect(even.delay(0)).toBeLessThan(80);
    expect(even.delay(20) - even.delay(0)).toBeCloseTo(40);
    expect(rare.delay(0)).toBeGreaterThan(300);
    expect(even.delay(1e6)).toBeLessThanOrEqual(even.delay(0) + 150);
  });
});
