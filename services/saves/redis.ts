/**
 * World saves in Redis, for many processes. While a world is open its process writes what has changed, with one script a
 * batch and never one a move; what it has loaded or written it knows by memory. While Redis is away the newest of each is
 * held, and written when it is back; when Redis comes back empty, everything that is known is written again.
 */
import type { Redis } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Pose } from "../../schema/geometry.ts";
import type { Channel } from "../cluster/cluster.ts";
import { answerOf } from "../redisAnswer.ts";
import { isSamePose, know, toPose, toProps, type World } from "./redisWorld.ts";
import { Writer } from "./redisWriter.ts";
import type { KeptProp, WorldSave, WorldSaves } from "./saves.ts";

export interface RedisSavesOptions {
  redis: Redis;
  onError: (error: unknown) => void;
  /** Tells other processes whom to forget. */
  channel?: Pick<Channel, "publish" | "listen">;
  prefix?: string;
  /** What changes within this time is written together. */
  gatherMs?: number;
  /** How long the props of a world outlive its process; renewed three times within it. */
  liveMs?: number;
  now?: () => number;
}

const loadedPoses = 1000;

type Opened = [saved: string[], live: string[], people: string[], poses: (string | null)[], count: number];

export function createRedisSaves(options: RedisSavesOptions): WorldSaves {
  const { redis, onError, channel, prefix = "hereabouts:world:", gatherMs = 50, liveMs = 60_000 } = options;
  const writer = new Writer({ redis, prefix, onError, gatherMs, liveMs, now: options.now ?? Date.now });
  const { worlds, erased } = writer;

  const eraseHere = async (person: string): Promise<void> => {
    erased.add(person);
    for (const { poses, known } of worlds) {
      poses.delete(person);
      known.delete(person);
    }
    // a batch that is on its way may have them
    await Promise.allSettled([...worlds].map(({ writing }) => writing));
    for (const slug of await answerOf(redis.smembers(`${prefix}slugs`))) {
      await answerOf(redis.multi().hdel(`${prefix}poses:${slug}`, person).zrem(`${prefix}seen:${slug}`, person).exec());
    }
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
      const before = world.known.get(person);
      if (erased.has(person) || (before && isSamePose(before, pose))) return;
      know(world, person, { ...pose });
      world.poses.set(person, { ...pose });
      writer.gather();
    },
    saveProp(prop) {
      world.props.set(prop.key, { ...prop });
      writer.gather();
    },
    dropProp(key) {
      world.props.set(key, undefined);
      writer.gather();
    },
    end({ movesOn = false } = {}) {
      // a new room may have begun to go on with it here before the old one ended
      const isOpenAgain = [...worlds].some((other) => other !== world && other.slug === world.slug);
      if (world.state !== "stale") world.state = movesOn || isOpenAgain ? "movingOn" : "ending";
      writer.gather(0);
    },
  });

  return {
    async open(slug, { fence = 0, onForgotten = () => {} } = {}) {
      // what an earlier room of this world left to be written comes first
      await writer.flush((world) => world.slug === slug);
      const answer = (await writer.run("open", { slug, fence }, loadedPoses, liveMs)) as Opened | null;
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
        writes: 0,
      };
      worlds.add(world);
      return toSave(world, [...toProps(saved, true), ...toProps(live, false)]);
    },
    async erase(person) {
      await channel?.publish(person);
      await eraseHere(person);
    },
    flush: () => writer.flush(),
    async close() {
      unlisten?.();
      await writer.close();
    },
  };
}
