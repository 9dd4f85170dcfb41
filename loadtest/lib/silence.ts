/** How long the others stood still on one's screen, though they walk: what a break in movement looks like. */
import type { World } from "../../client/index.ts";

export class Silence {
  readonly #world: Pick<World, "people">;
  readonly #seen = new Map<string, { x: number; y: number; at: number; longest: number }>();

  constructor(world: Pick<World, "people">) {
    this.#world = world;
  }

  /** Looks at everyone's pose at the time `at`, in ms. Who is gone stands still. */
  look(at: number): void {
    for (const { id, x, y, isMe } of this.#world.people.values()) {
      const seen = this.#seen.get(id);
      if (isMe) continue;
      if (!seen) this.#seen.set(id, { x, y, at, longest: 0 });
      else if (seen.x !== x || seen.y !== y) {
        Object.assign(seen, { x, y, at, longest: Math.max(seen.longest, at - seen.at) });
      }
    }
  }

  /** The longest pause of each of the others, the one that lasts at the time `at` included. */
  longest(at: number): number[] {
    return [...this.#seen.values()].map((seen) => Math.max(seen.longest, at - seen.at));
  }
}
