/**
 * World saves in Redis, for many processes. While a world is open its process writes all that changed, with one script a
 * batch and never one a move; what it has loaded or written it knows by memory. While Redis is away the newest of each is
 * held, and written when it is back; when Redis comes back empty, everything that is known is written again.
 */
import type { Redis } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Pose } from "../../schema/geometry.ts";
import type { Channel } from "../cluster/cluster.ts";
import { answerOf } from "../redisAnswer.ts";
import { scripts } from "./redisScripts.ts";
import type { KeptProp, WorldSave, WorldSaves } from "./saves.ts";

export interface RedisSavesOptions {
  redis: Redis;
  onError: (error: unknown) => void;
  /** Tells other processes whom to forget. */
  channel?: Pick<Channel, "publish" | "listen">;
  prefix?: string;
  /** What changes within this time is written together. */
  gatherMs?: number;
  /** How long the props of a world outlive its process, and how often that is renewed. */
  liveMs?: number;
  now?: () => number;
}

/** One world that is open here, or was and has something to write. */
type World = {
  readonly slug: string;
  readonly fence: number;
  readonly onForgotten: () => void;
  /** Where people were, as far as it is known: the newest when the world was opened, and all since. */
  readonly known: Map<string, Pose>;
  /** Whether nobody has a pose who is not known. */
  isComplete: boolean;
  /** To be written. */
  poses: Map<string, Pose>;
  props: Map<string, KeptProp | undefined>;
  state: "open" | "ending" | "movingOn" | "stale";
  writing: Promise<void>;
};

const keepMs = 90 * 24 * 3600 * 1000;
const loadedPoses = 1000;
const knownPoses = 5000;
const againMs = 1000;

type Script = (...args: (string | number)[]) => Promise<unknown>;
type Opened = [saved: string[], live: string[], people: string[], poses: (string | null)[], count: number];

export function createRedisSaves(options: RedisSavesOptions): WorldSaves {
  const { redis, onError, channel, prefix = "hereabouts:world:", gatherMs = 50, liveMs = 60_000 } = options;
  const { now = Date.now } = options;
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(`saves_${name}`, { numberOfKeys: 1, lua });
  const run = (
    name: keyof typeof scripts,
    { slug, fence }: Pick<World, "slug" | "fence">,
    ...args: (string | number)[]
  ) =>
    answerOf(
      (redis as unknown as Record<string, Script>)[`saves_${name}`]!(prefix, slug, fence, Math.trunc(now()), ...args),
    );

  const worlds = new Set<World>();
  const erased = new Set<string>();
  let soon: NodeJS.Timeout | undefined;

  const isDirty = ({ poses, props, state }: World) => poses.size > 0 || props.size > 0 || state !== "open";

  const write = async (world: World): Promise<void> => {
    const { poses, props, state } = world;
    if (state === "stale") return;
    world.poses = new Map();
    world.props = new Map();
    const args = [...poses].flatMap(([person, pose]) => [person, toText(pose)]);
    for (const [key, prop] of props) {
      args.push(
        prop ? (prop.saved ? "saved" : "live") : "gone",
        key,
        prop ? JSON.stringify([prop.value, prop.owner]) : "",
      );
    }
    let answer: unknown;
    try {
      answer = await run("write", world, keepMs, liveMs, state === "ending" ? 1 : 0, poses.size, ...args);
    } catch (error) {
      world.poses = new Map([...poses, ...world.poses]);
      world.props = new Map([...props, ...world.props]);
      throw error;
    }
    if (answer === null) {
      world.state = "stale";
      worlds.delete(world);
      onError(new HereaboutsError("MOVED", `world:${world.slug}.`));
    } else if (state !== "open") {
      worlds.delete(world);
    } else if (answer === 0) {
      world.poses = new Map([...world.known, ...world.poses]);
      world.onForgotten();
      gather();
    }
  };
  /** One batch of a world after the other. */
  const writeInTurn = (world: World): Promise<void> => {
    world.writing = world.writing.then(
      () => write(world),
      () => write(world),
    );
    return world.writing;
  };
  const writeAll = async (which: (world: World) => boolean): Promise<void> => {
    const results = await Promise.allSettled([...worlds].filter(which).map(writeInTurn));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  };
  const gather = (afterMs = gatherMs) => {
    soon ??= setTimeout(() => {
      soon = undefined;
      writeAll(isDirty).catch((error: unknown) => {
        onError(error);
        gather(againMs);
      });
    }, afterMs).unref();
  };
  /** Also finds out whether Redis has forgotten. */
  const renew = () => void writeAll(() => true).catch(onError);
  const renewing = setInterval(renew, liveMs / 3).unref();
  redis.on("ready", renew);

  const eraseHere = async (person: string): Promise<void> => {
    erased.add(person);
    for (const { poses, known } of worlds) {
      poses.delete(person);
      known.delete(person);
    }
    // a batch that is on its way may have them
    await Promise.allSettled([...worlds].map(({ writing }) => writing));
    const slugs = await answerOf(redis.smembers(`${prefix}slugs`));
    await Promise.all(
      slugs.map(async (slug) => {
        await Promise.all([
          answerOf(redis.hdel(`${prefix}poses:${slug}`, person)),
          answerOf(redis.zrem(`${prefix}seen:${slug}`, person)),
        ]);
      }),
    );
  };
  const unlisten = channel?.listen((person) => void eraseHere(person).catch(onError));

  const toSave = (world: World, props: readonly KeptProp[]): WorldSave => ({
    keepsAll: true,
    props,
    async prepare(person) {
      if (world.isComplete || world.known.has(person)) return;
      const text = await answerOf(redis.hget(`${prefix}poses:${world.slug}`, person));
      if (text) know(world, person, toPose(text));
    },
    pose(person) {
      erased.delete(person);
      return world.known.get(person);
    },
    savePose(person, pose) {
      const known = world.known.get(person);
      if (erased.has(person) || (known && isSame(known, pose))) return;
      know(world, person, { ...pose });
      world.poses.set(person, { ...pose });
      gather();
    },
    saveProp(prop) {
      world.props.set(prop.key, { ...prop });
      gather();
    },
    dropProp(key) {
      world.props.set(key, undefined);
      gather();
    },
    end({ movesOn = false } = {}) {
      if (world.state === "open") world.state = movesOn ? "movingOn" : "ending";
      gather(0);
    },
  });

  return {
    async open(slug, { fence = 0, onForgotten = () => {} } = {}) {
      // what an earlier room of this world left to be written comes first
      await writeAll((world) => world.slug === slug);
      const answer = (await run("open", { slug, fence }, loadedPoses)) as Opened | null;
      if (!answer) throw new HereaboutsError("MOVED", `world:${slug}.`);
      const [saved, live, people, poses, count] = answer;
      const known = new Map<string, Pose>();
      for (const [i, person] of people.entries()) if (poses[i]) known.set(person, toPose(poses[i]));
      const world: World = {
        slug,
        fence,
        onForgotten,
        known,
        isComplete: count <= people.length,
        poses: new Map(),
        props: new Map(),
        state: "open",
        writing: Promise.resolve(),
      };
      worlds.add(world);
      return toSave(world, [...toProps(saved, true), ...toProps(live, false)]);
    },
    async erase(person) {
      await channel?.publish(person);
      await eraseHere(person);
    },
    flush: () => writeAll(isDirty),
    async close() {
      redis.off("ready", renew);
      unlisten?.();
      clearInterval(renewing);
      clearTimeout(soon);
      await writeAll(isDirty).catch(onError);
    },
  };
}

/** The newest last, so that the oldest go first. */
function know(world: World, person: string, pose: Pose): void {
  world.known.delete(person);
  world.known.set(person, pose);
  if (world.known.size <= knownPoses) return;
  world.known.delete(world.known.keys().next().value!);
  world.isComplete = false;
}

function toText({ x, y, z, angle }: Pose): string {
  return JSON.stringify([x, y, z, angle]);
}

function toPose(text: string): Pose {
  const [x, y, z, angle] = JSON.parse(text) as [number, number, number, number];
  return { x, y, z, angle };
}

function isSame(a: Readonly<Pose>, b: Readonly<Pose>): boolean {
  return a.x === b.x && a.y === b.y && a.z === b.z && a.angle === b.angle;
}

function toProps(flat: readonly string[], saved: boolean): KeptProp[] {
  const props: KeptProp[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const [value, owner] = JSON.parse(flat[i + 1]!) as [string, string];
    props.push({ key: flat[i]!, value, owner, saved });
  }
  return props;
}
