/**
 * `npm run bench -- capsule --people 50 --seconds 600`: how large the recording of a world is, and what it costs beside
 * sending the frames. No server and no sockets: the room's own parts, with a clock that goes as fast as they do, and people
 * who wander, say something now and then, and in the second row stand still for half of the time. Every pose of the first
 * recording is read back and compared. Exit code 1 if one differs, or ten minutes of 50 people would be over 5 MB.
 */
import { createView, Frames, type FrameTarget } from "../rooms/world/frames.ts";
import { Poses } from "../rooms/world/poses.ts";
import { Recorder } from "../rooms/world/recorder.ts";
import { readCapsule } from "../schema/capsule.ts";
import { defaultBounds, fromSteps, type Pose } from "../schema/geometry.ts";
import { AvatarState, PersonState, WorldState } from "../schema/world.ts";
import { randomOf } from "../web/shared/seed.ts";
import { parseOptions, whole } from "./lib/options.ts";
import { figure, formatTable } from "./lib/table.ts";

const options = {
  people: whole(50, 1, 2000, "people", "who are in one world"),
  seconds: whole(600, 1, 7200, "s", "of the world's own time"),
  rounds: whole(3, 1, 100, "rounds", "with and without recording"),
};

const tickHz = 20;
const tickMs = 1000 / tickHz;
/** Units a second, and how far from the middle. */
const speed = 220;
const reach = 500;
const sayEverySeconds = 30;
const targetBytes = 5e6;
/** That many people and seconds the target is for. */
const target = { people: 50, seconds: 600 };

type Load = { people: number; seconds: number; restShare: number };
type Run = { bytes: number; cpuMs: number; frameBytes: number; file: Uint8Array<ArrayBuffer>; poses: Noted[] };
/** Where everyone was at a tick, by the clock of frames. */
type Noted = { t: number; at: Pose[] };

export async function benchCapsule(args: string[], signal: AbortSignal): Promise<number> {
  const { rounds, ...load } = parseOptions(args, options);
  const rows: (string | number)[][] = [
    ["who", "recorded, MB", "bytes/s each", "one client is sent, MB", "CPU of frames, ms/s", "of recording, ms/s"],
  ];
  let isWell = true;
  for (const restShare of [0, 0.5]) {
    const pairs: { without: Run; recorded: Run }[] = [];
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      const inTurn = round % 2 ? [true, false] : [false, true];
      const runs = new Map<boolean, Run>();
      for (const isRecorded of inTurn) runs.set(isRecorded, await run({ ...load, restShare }, isRecorded, round === 0));
      pairs.push({ without: runs.get(false)!, recorded: runs.get(true)! });
    }
    const [first] = pairs;
    if (!first) break;
    const { bytes, file, poses, frameBytes } = first.recorded;
    isWell &&= await isSame(file, poses);
    const each = bytes / load.people / load.seconds;
    isWell &&= each * target.people * target.seconds <= targetBytes;
    const more = pairs.map(({ without, recorded }) => (recorded.cpuMs - without.cpuMs) / load.seconds);
    const without = pairs.map((pair) => pair.without.cpuMs / load.seconds);
    const sizes = [figure(bytes / 1e6, 2), figure(each, 1), figure(frameBytes / 1e6, 1)];
    rows.push([
      restShare ? "half of the time at rest" : "on their way all the time",
      ...sizes,
      span(without),
      span(more),
    ]);
  }
  console.log(formatTable(rows));
  console.log(
    `\n${load.people} people, ${load.seconds} s. CPU per second of the world, all threads: middle of ${rounds} rounds (min..max).`,
  );
  console.log(isWell ? "Every pose was read back as it was." : "FAILED: a pose differs, or it is too large.");
  return isWell ? 0 : 1;
}

function span(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [middle, min, max] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)].map((value) => figure(value, 2));
  return `${middle} (${min}..${max})`;
}

async function run({ people, seconds, restShare }: Load, isRecorded: boolean, isNoted: boolean): Promise<Run> {
  const random = randomOf(1);
  const poses = new Poses(defaultBounds);
  const state = new WorldState();
  Object.assign(state, { slug: "field", tickHz });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let now = 0;
  const recorder = new Recorder({
    ...{ state, poses, session: "bench", now: () => now, date: () => 0 },
    open: () => ({
      path: "recordings/world.capsule",
      isFull: false,
      write: (chunk) => void chunks.push(chunk as Uint8Array<ArrayBuffer>),
      end: async () => {},
    }),
    onError(error) {
      throw error;
    },
  });
  let frameBytes = 0;
  const targets = Array.from({ length: people }, (_, i) => targetOf((bytes) => (frameBytes += i === 0 ? bytes : 0)));
  const ignore = () => {};
  const frames = new Frames(poses, {
    ...{ tickHz, smallBytes: 1100, largeBytes: 600, onSent: ignore, onDropped: ignore },
    onError(error) {
      throw error;
    },
  });
  const wanderers = Array.from({ length: people }, () => new Wanderer(random, restShare));
  const slots = wanderers.map((wanderer, i) => {
    const slot = join(state, poses, i);
    poses.set(slot, wanderer);
    return slot;
  });
  const noted: Noted[] = [];
  const before = process.cpuUsage();
  for (let tick = 0; tick < seconds * tickHz; tick++) {
    now += tickMs;
    wanderers.forEach((wanderer, i) => {
      if (wanderer.step(tickMs / 1000)) poses.set(slots[i]!, wanderer);
      const isSaying = isRecorded && random() < 1 / (sayEverySeconds * tickHz);
      if (isSaying)
        recorder.announced("say", { from: `person-${i}`, text: `I am ${i}, at ${tick}`, at: 0, sayMs: 4000 });
    });
    if (isRecorded) recorder.tick(now);
    if (isRecorded && isNoted) noted.push({ t: now, at: slots.map((slot) => poseOf(poses, slot)) });
    frames.send(targets, now);
    // packing goes on beside it
    if (tick % (10 * tickHz) === 0) await new Promise(setImmediate);
  }
  await recorder.close("closed");
  const { user, system } = process.cpuUsage(before);
  const file = new Uint8Array(await new Blob(chunks).arrayBuffer());
  return { bytes: file.length, cpuMs: (user + system) / 1000, frameBytes, file, poses: noted };
}

function targetOf(onBytes: (bytes: number) => void): FrameTarget {
  const send = (bytes: Buffer) => {
    onBytes(bytes.length);
    return "websocket" as const;
  };
  return { view: createView(), isLossy: () => false, isBehind: () => false, send, sendReliably: send };
}

function join(state: WorldState, poses: Poses, i: number): number {
  const [id, slot] = [`person-${i}`, poses.allocate(0)!];
  const texts = { handle: `guest-${i}`, name: "", kind: "human", status: "here", to: "", attention: "visible" };
  const avatar = new AvatarState({ color: "#c33", face: "", showing: "" });
  state.people.set(id, new PersonState({ id, slot, guest: true, connections: 1, since: 0, avatar, ...texts }));
  return slot;
}

const poseOf = ({ x, y, z, direction, geometry }: Poses, slot: number) =>
  fromSteps({ x: x[slot]!, y: y[slot]!, z: z[slot]!, direction: direction[slot]! }, geometry);

/** Someone who walks about, never quite straight on and never quite evenly, as hands and networks make it. */
class Wanderer implements Pose {
  x: number;
  y: number;
  z = 0;
  angle: number;
  readonly #random: () => number;
  readonly #restShare: number;
  #until = 0;
  #isResting = false;
  #now = 0;

  constructor(random: () => number, restShare: number) {
    this.#random = random;
    this.#restShare = restShare;
    this.x = (random() - 0.5) * 2 * reach;
    this.y = (random() - 0.5) * 2 * reach;
    this.angle = random() * 6.28;
  }

  /** Returns whether they moved. */
  step(seconds: number): boolean {
    this.#now += seconds;
    if (this.#now > this.#until) {
      this.#until = this.#now + 1 + this.#random() * 4;
      this.#isResting = this.#random() < this.#restShare;
      this.angle += (this.#random() - 0.5) * 4;
    }
    if (this.#isResting) return false;
    this.angle += (this.#random() - 0.5) * 0.2;
    const way = speed * seconds * (0.85 + this.#random() * 0.3);
    this.x += Math.cos(this.angle) * way;
    this.y += Math.sin(this.angle) * way;
    if (Math.hypot(this.x, this.y) > reach) this.angle = Math.atan2(-this.y, -this.x);
    return true;
  }
}

async function isSame(file: Uint8Array<ArrayBuffer>, poses: readonly Noted[]): Promise<boolean> {
  const { capsule, problem } = await readCapsule(file);
  if (problem || !capsule) return false;
  return poses.every(({ t, at }) => {
    const seen = new Map(capsule.at(t - capsule.header.clock).people.map(({ id, pose }) => [id, pose]));
    return at.every(({ x, y, angle }, i) => {
      const pose = seen.get(`person-${i}`);
      return pose?.x === x && pose.y === y && pose.angle === angle;
    });
  });
}
