/** People of the SDK who walk in one world with datagrams, and what is to hold of them. */
import { RTCPeerConnection } from "node-datachannel/polyfill";
import { connect, type Hereabouts, type World } from "../../client/index.ts";
import { sleep } from "./pace.ts";

export interface Walker {
  readonly here: Hereabouts;
  readonly world: World;
  /** What its connection went through after it had joined. */
  readonly troubles: string[];
}

/** Joins so many people, a few at a time. Gather them in `all`, which `leave` ends. */
export async function join(url: string, slug: string, count: number, all: Walker[]): Promise<Walker[]> {
  const joined: Walker[] = [];
  while (joined.length < count) {
    const some = Array.from({ length: Math.min(8, count - joined.length) }, async () => {
      const here = await connect(url, { storage: null, datagrams: RTCPeerConnection });
      const world = await here.world(slug);
      const troubles: string[] = [];
      world.on("connection", ({ state }) => troubles.push(state));
      world.on("closed", () => troubles.push("closed"));
      world.on("correction", ({ x, y }) => troubles.push(`corrected to ${x} ${y}`));
      world.on("refused", ({ code }) => troubles.push(code));
      return { here, world, troubles };
    });
    const more = await Promise.all(some);
    joined.push(...more);
    all.push(...more);
  }
  return joined;
}

export async function leave(all: Walker[]): Promise<void> {
  await Promise.all(all.splice(0).map(({ here }) => here.close()));
}

export const on = (carrier: "datagram" | "websocket", walkers: readonly Walker[]): boolean =>
  walkers.every(({ world }) => world.link.carrier === carrier);

/** Resolves with how long it took until `condition` held, in ms. Throws if it did not within `withinMs`. */
export async function until(condition: () => unknown, what: string, withinMs = 10_000): Promise<number> {
  const begun = performance.now();
  while (!(await condition())) {
    if (performance.now() - begun > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(5);
  }
  return performance.now() - begun;
}

const stepMs = 33;
const unitsPerMs = 0.05;

/**
 * Walks all of them to the right, at the same pace and each in a line of its own, until stopped; watches meanwhile how far
 * everyone is drawn at everyone else. `wentBack`: how often that was less than it had been.
 */
export function walk(walkers: readonly Walker[]) {
  const begun = performance.now();
  const drawn = new Map<string, number>();
  const lagsMs: number[] = [];
  let wentBack = 0;
  const at = () => (performance.now() - begun) * unitsPerMs - 480;
  const timer = setInterval(() => {
    for (const [i, { world }] of walkers.entries()) world.moveTo({ x: at(), y: i * 10 - 300 });
    const now = at();
    for (const { world, here } of walkers) {
      for (const { id, isMe, x } of world.people.values()) {
        if (isMe) continue;
        const pair = `${here.identity.id} ${id}`;
        if (x < (drawn.get(pair) ?? Number.NEGATIVE_INFINITY)) wentBack++;
        if (drawn.has(pair) || x < now) drawn.set(pair, x);
        lagsMs.push((now - x) / unitsPerMs);
      }
    }
  }, stepMs);
  return {
    lagsMs,
    get wentBack() {
      return wentBack;
    },
    forget() {
      lagsMs.length = 0;
    },
    stop: () => clearInterval(timer),
  };
}

/** By how much the place where anyone sees anyone differs at most from where that person is. */
export function worstError(walkers: readonly Walker[]): number {
  const places = new Map(walkers.map(({ here, world }) => [here.identity.id, world.me!]));
  let worst = 0;
  for (const { world } of walkers) {
    for (const [id, me] of places) {
      const seen = world.people.get(id);
      worst = Math.max(worst, seen ? Math.hypot(seen.x - me.x, seen.y - me.y) : Number.POSITIVE_INFINITY);
    }
  }
  return worst;
}
