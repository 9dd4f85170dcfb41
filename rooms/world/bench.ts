/**
 * `node rooms/world/bench.ts 300`: what the frames of one client and tick cost, without a socket, in a world where so many
 * walk, beside one of 100 people, where everyone is sent everything. `node rooms/world/bench.ts 300 quality` tells what they
 * see instead: how many ticks old the poses of others are, of the five nearest, and by distance. `node rooms/world/bench.ts 300
 * 1600` walks so many ticks and prints nothing, for `perf stat`: what one length takes less another is free of the start.
 */
import { readBlocks } from "../../schema/blocks.ts";
import { readHeader } from "../../schema/frames.ts";
import { frameMargin } from "../colyseus.ts";
import { createView, Frames, type FrameTarget } from "./frames.ts";
import { Poses } from "./poses.ts";

const field = { minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64, step: 1 / 16 };
const [warmupTicks, ticks, rounds] = [300, 400, 5];

function crowdOf(people: number, onFrame: (viewer: number, frame: Buffer, tick: number) => void) {
  const poses = new Poses(field);
  const fail = (error: unknown) => {
    throw error;
  };
  const options = { tickHz: 20, smallBytes: 1100, largeBytes: 400, onSent() {}, onDropped() {}, onError: fail };
  const frames = new Frames(poses, options);
  // evenly, in no order: multiples of what is farthest from any fraction, in two dimensions
  const along = (i: number, part: number) => ((i * part) % 1) * 1000 - 500;
  const walkers = Array.from({ length: people }, (_, i) => {
    const walker = { slot: poses.allocate(0)!, x: along(i, 0.754877), y: along(i, 0.56984), heading: i };
    poses.set(walker.slot, { x: walker.x, y: walker.y, z: 0, angle: 0 });
    return walker;
  });
  const targets = walkers.map(({ slot }, viewer): FrameTarget => {
    const view = createView();
    view.slot = slot;
    return {
      view,
      isLossy: () => false,
      isBehind: () => false,
      send(frame) {
        onFrame(viewer, frame, poses.tick);
        return "websocket";
      },
      sendReliably() {},
    };
  });
  return {
    walkers,
    poses,
    walk(): void {
      for (const walker of walkers) {
        walker.heading += 0.1;
        walker.x += Math.cos(walker.heading);
        walker.y += Math.sin(walker.heading);
        poses.set(walker.slot, { x: walker.x, y: walker.y, z: 0, angle: 0 });
      }
    },
    send: () => frames.send(targets, poses.tick * 50),
  };
}

/** Walks on by so many ticks. Returns the microseconds of a frame. */
function walkerOf(people: number): (ticks: number) => number {
  const crowd = crowdOf(people, () => {});
  return (count) => {
    let ms = 0;
    for (let tick = 0; tick < count; tick++) {
      crowd.walk();
      const from = performance.now();
      crowd.send();
      ms += performance.now() - from;
    }
    return (ms / count / people) * 1000;
  };
}

/** Microseconds of a frame, of each round. */
function cost(people: number): number[] {
  const run = walkerOf(people);
  run(warmupTicks);
  return Array.from({ length: rounds }, () => run(ticks));
}

function quality(people: number): void {
  const heardAt = Array.from({ length: people }, () => new Int32Array(people));
  const crowd = crowdOf(people, (viewer, message, tick) => {
    const frame = message.subarray(frameMargin + 2);
    readBlocks(frame, readHeader(frame).end, crowd.poses.geometry, (slot) => (heardAt[viewer]![slot] = tick));
  });
  const ages: Record<string, number[]> = { "five nearest": [], "within 128 units": [], "within 256": [], all: [] };
  for (let tick = 0; tick < 160; tick++) {
    crowd.walk();
    crowd.send();
    if (tick < 60) continue;
    for (const [viewer, me] of crowd.walkers.entries()) {
      const others = crowd.walkers
        .filter((one) => one !== me)
        .map(({ slot, x, y }) => ({
          age: tick + 1 - heardAt[viewer]![slot]!,
          distance: Math.hypot(x - me.x, y - me.y),
        }))
        .sort((a, b) => a.distance - b.distance);
      ages["five nearest"]!.push(...others.slice(0, 5).map(({ age }) => age));
      for (const { age, distance } of others) {
        if (distance < 128) ages["within 128 units"]!.push(age);
        if (distance < 256) ages["within 256"]!.push(age);
        ages["all"]!.push(age);
      }
    }
  }
  for (const [whose, all] of Object.entries(ages)) {
    all.sort((a, b) => a - b);
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => all[Math.floor(all.length * part)]);
    const late = (all.filter((age) => age > 0).length / all.length) * 100;
    console.log(
      `${whose}: not in the newest frame ${late.toFixed(2)} %, age in ticks p50 ${p50} p90 ${p90} p99 ${p99}`,
    );
  }
}

const people = Number(process.argv[2] ?? 300);
const how = process.argv[3];
if (how === "quality") quality(people);
else if (how !== undefined) walkerOf(people)(Number(how));
else
  for (const count of [100, people]) {
    const all = cost(count);
    const text = all.map((us) => us.toFixed(2)).join(" ");
    console.log(`${count} people: ${Math.min(...all).toFixed(2)} us a frame (rounds: ${text})`);
  }
