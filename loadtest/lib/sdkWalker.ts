/** Someone in a world with the SDK, as a page has it: decodes and smooths what a page would, and follows frames like a light client. */
import type { Hereabouts, World } from "../../client/index.ts";
import { movementType } from "../../schema/frames.ts";
import type { WorldState } from "../../schema/world.ts";
import type { LightClientOptions } from "./lightClient.ts";
import { MovementReader } from "./movementReader.ts";
import { comeWithSdk } from "./sdkPerson.ts";
import type { Bench } from "./view.ts";

export type SdkWalkerOptions = Omit<LightClientOptions, "weather">;

export class SdkWalker {
  readonly #here: Hereabouts;
  readonly #world: World;
  readonly #bench: Bench;
  #isLeaving = false;
  lost: string | undefined;

  private constructor(here: Hereabouts, world: World, bench: Bench) {
    this.#here = here;
    this.#world = world;
    this.#bench = bench;
    world.on("connection", ({ state }) => {
      if (!this.#isLeaving && state !== "open") this.lost ??= `the SDK's connection was ${state}`;
    });
    world.on("refused", ({ code }) => {
      const { refused } = bench.tally;
      refused[code] = (refused[code] ?? 0) + 1;
    });
  }

  /** `onFacts` is called with the state now and at each change of it. */
  static async join(options: SdkWalkerOptions, onFacts?: (state: WorldState) => void): Promise<SdkWalker> {
    const { url, slug, guest, view, bench, facts, connections } = options;
    const here = await comeWithSdk(url, guest, bench, connections ?? false);
    const world = await here.world(slug);
    const { room } = world;
    const reader = new MovementReader(view, bench, facts);
    room.onMessage(movementType as never, ((bytes: Uint8Array) => reader.take(bytes)) as never);
    if (onFacts) {
      onFacts(room.state);
      room.onStateChange((state) => onFacts(state));
    }
    return new SdkWalker(here, world, bench);
  }

  /** Of its datagrams. */
  get link() {
    const { carrier, channel } = this.#world.link;
    return { ...channel, carrier };
  }

  move(x: number, y: number): void {
    this.#bench.tally.moves++;
    this.#world.moveTo({ x, y });
  }

  /** The SDK sees to it by itself that its last move arrives. */
  confirm(): void {}

  roster(): Set<string> {
    return new Set(this.#world.people.keys());
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#here.close();
  }
}
