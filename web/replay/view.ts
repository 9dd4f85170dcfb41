/**
 * The picture of a replay and where one looks: at someone who is followed, where one dragged to, or where everyone is in
 * view (lookout.ts).
 */
import type { Person } from "hereabouts/client";
import type { Capsule, CapsuleEvent } from "../../schema/capsule.ts";
import { type Point, type Terrain, terrainOf } from "../shared/terrain.ts";
import { Picture } from "../world/picture.ts";
import { drawRadio } from "../world/radioSet.ts";
import type { Shown } from "../world/scene.ts";
import type { Stage } from "../world/stage.ts";
import { Cast } from "./cast.ts";
import { keepInView } from "./lookout.ts";
import type { Playback } from "./playback.ts";

/** What was between is not made up for if it was longer than this: one went there. */
const leapMs = 2000;
/** How near a click must come to someone, in units. */
const reach = 26;

export class View implements Shown {
  readonly slug: string;
  readonly isReady = true;
  readonly cast: Cast;
  /** Where one dragged to. */
  place: Point | undefined;
  readonly #stage: Stage;
  readonly #emotes: readonly Extract<CapsuleEvent, { type: "emote" }>[];
  readonly #playback: Playback;
  readonly #terrain: Terrain;
  readonly #picture: Picture;
  #shownT = 0;
  #last: Point | undefined;

  constructor(stage: Stage, capsule: Capsule, playback: Playback) {
    this.slug = capsule.header.slug;
    this.#stage = stage;
    this.#emotes = capsule.events.filter((event) => event.type === "emote");
    this.#playback = playback;
    this.#terrain = terrainOf(this.slug);
    this.cast = new Cast(capsule);
    this.cast.show(0);
    this.#picture = new Picture(stage, this.cast, this.#terrain);
  }

  get followed(): Person | undefined {
    return this.cast.people.get(this.cast.followed ?? "");
  }

  get focus(): Point {
    const { followed } = this;
    if (followed?.placed) this.#last = { x: followed.x, y: followed.y };
    else if (this.place) this.#last = this.place;
    else this.#last = this.#everyone();
    return this.#last ?? this.#terrain.paths[0]?.[0] ?? { x: 0, y: 0 };
  }

  /** Follows someone, or nobody: then one goes on looking where one looks. */
  follow(id: string | undefined): void {
    this.place = id === undefined ? this.focus : undefined;
    this.cast.followed = id;
    this.cast.show(this.#playback.t);
  }

  /** Looks so far beside where one looked. */
  drag(dx: number, dy: number): void {
    const { x, y } = this.focus;
    this.cast.followed = undefined;
    this.place = { x: x + dx, y: y + dy };
  }

  /** Who is drawn at a place. */
  at({ x, y }: Point): Person | undefined {
    const near = [...this.cast.people.values()].filter((person) => person.placed);
    return near.find((person) => Math.hypot(person.x - x, person.y - reach / 2 - y) < reach);
  }

  update(seconds: number): void {
    this.#playback.advance(seconds);
    const { t } = this.#playback;
    this.cast.show(t);
    this.#picture.update(seconds, undefined);
    if (t < this.#shownT || t - this.#shownT > leapMs) this.#picture.clearEmotes();
    else this.#showEmotes(this.#shownT, t);
    this.#shownT = t;
  }

  draw(seconds: number): void {
    this.#picture.draw(seconds, {
      goal: undefined,
      nearLamp: undefined,
      drawRadio: (place) => drawRadio(this.#stage, place, false, false),
      bubbleOf: (person) => person.bubble,
    });
  }

  refresh(): void {
    this.#picture.refresh();
  }

  leave(): void {}

  #showEmotes(after: number, upTo: number): void {
    for (const { t, id, emote } of this.#emotes) {
      const person = t > after && t <= upTo ? this.cast.people.get(id) : undefined;
      if (person) this.#picture.emote(person, emote);
    }
  }

  /** At first from their middle. */
  #everyone(): Point | undefined {
    const placed = [...this.cast.people.values()].filter((person) => person.placed);
    if (placed.length === 0) return this.#last;
    const sum = placed.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
    const middle = { x: sum.x / placed.length, y: sum.y / placed.length };
    return keepInView(this.#last ?? middle, placed, this.#stage.camera.reach);
  }
}
