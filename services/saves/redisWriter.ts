/**
 * Writes the saves of open worlds to Redis: what changed within a moment together, a world's batches one after the other.
 * What could not be written is held, the newest of each, and tried again; when Redis has forgotten, all is written anew.
 */
import type { Redis } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";
import { apart } from "../context.ts";
import { answerOf } from "../redisAnswer.ts";
import { scripts } from "./redisScripts.ts";
import { toArgs, type World } from "./redisWorld.ts";

export interface WriterOptions {
  redis: Redis;
  prefix: string;
  onError: (error: unknown) => void;
  gatherMs: number;
  liveMs: number;
  now: () => number;
}

type Script = (...args: (string | number)[]) => Promise<unknown>;

const keepMs = 90 * 24 * 3600 * 1000;
const againMs = 1000;

export class Writer {
  readonly worlds: Set<World> = new Set();
  readonly erased: Set<string> = new Set();
  readonly #options: WriterOptions;
  readonly #renewing: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    const { redis, liveMs } = options;
    for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(`saves_${name}`, { numberOfKeys: 1, lua });
    this.#renewing = setInterval(this.#renew, liveMs / 3).unref();
    redis.on("ready", this.#renew);
  }

  /** Runs a script in a world. Rejects with UNAVAILABLE. */
  run(name: keyof typeof scripts, { slug, fence }: Pick<World, "slug" | "fence">, ...args: (string | number)[]) {
    const { redis, prefix, now } = this.#options;
    const script = (redis as unknown as Record<string, Script>)[`saves_${name}`]!.bind(redis);
    return answerOf(script(prefix, slug, fence, Math.trunc(now()), ...args));
  }

  /** Something is to be written soon. */
  gather(afterMs: number = this.#options.gatherMs): void {
    const write = () => {
      this.#soon = undefined;
      this.flush().catch((error: unknown) => {
        this.#options.onError(error);
        this.gather(againMs);
      });
    };
    // of all worlds
    this.#soon ??= apart(() => setTimeout(write, afterMs)).unref();
  }

  /** Writes what is to be written, of those worlds. Rejects where that fails. */
  async flush(which: (world: World) => boolean = isDirty): Promise<void> {
    const results = await Promise.allSettled([...this.worlds].filter(which).map((world) => this.#inTurn(world)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }

  async close(): Promise<void> {
    this.#options.redis.off("ready", this.#renew);
    clearInterval(this.#renewing);
    clearTimeout(this.#soon);
    await this.flush().catch(this.#options.onError);
  }

  /** Keeps what lives with a world alive, and finds out whether Redis has forgotten. */
  readonly #renew = (): void => {
    this.flush(() => true).catch((error: unknown) => {
      this.#options.onError(error);
      this.gather(againMs);
    });
  };

  #inTurn(world: World): Promise<void> {
    const write = () => this.#write(world);
    const end = () => void world.writes--;
    world.writes++;
    world.writing = world.writing.then(write, write);
    world.writing.then(end, end);
    return world.writing;
  }

  async #write(world: World, how = howOf(world)): Promise<void> {
    const { poses, props, state } = world;
    if (state === "stale") return;
    world.poses = new Map();
    world.props = new Map();
    let answer: unknown;
    try {
      answer = await this.run("write", world, keepMs, this.#options.liveMs, how, ...toArgs(poses, props));
    } catch (error) {
      const held = [...poses].filter(([person]) => !this.erased.has(person));
      world.poses = new Map([...held, ...world.poses]);
      world.props = new Map([...props, ...world.props]);
      throw error;
    }
    if (answer === null) {
      world.state = "stale";
      this.worlds.delete(world);
      this.#options.onError(new HereaboutsError("MOVED", `world:${world.slug}.`));
    } else if (answer === 0) {
      await this.#writeWhole(world);
    } else if (how === "whole") {
      if (world.state === "forgotten") world.state = "open";
    } else if (isOver(state)) {
      this.worlds.delete(world);
    }
  }

  /** All that came before is forgotten. */
  async #writeWhole(world: World): Promise<void> {
    if (world.state === "open") world.state = "forgotten";
    world.poses = new Map([...world.known, ...world.poses]);
    world.onForgotten();
    await this.#write(world, "whole");
    if (isOver(world.state)) await this.#write(world);
  }
}

function howOf({ state }: World): "" | "whole" | "end" {
  return state === "ending" ? "end" : state === "forgotten" ? "whole" : "";
}

function isOver(state: World["state"]): boolean {
  return state === "ending" || state === "movingOn";
}

/** What is being written counts: it may be found then that more has to be. */
function isDirty({ poses, props, state, writes }: World): boolean {
  return poses.size > 0 || props.size > 0 || state !== "open" || writes > 0;
}
