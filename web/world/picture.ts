/**
 * A world as it is drawn: the land, what stands on it and who, from back to front, then the words. Knows where everyone is
 * and not why: the page of a world draws its visits with it, the page of a recording what was recorded.
 */
import type { Person, World } from "hereabouts/client";
import type { Lamp, Point, Terrain } from "../shared/terrain.ts";
import { Emotes } from "./emotes.ts";
import { Gates } from "./gates.ts";
import { Ground } from "./ground.ts";
import { drawBubbles, drawNames } from "./labels.ts";
import { Lamps } from "./lamps.ts";
import { drawGoal } from "./marks.ts";
import { People } from "./people.ts";
import type { Stage } from "./stage.ts";
import type { Walker } from "./walker.ts";

type Standing = { readonly y: number; draw(stage: Stage): void };

/** What a picture needs of a world. */
export type Drawn = Pick<World, "people"> & { readonly props: Pick<World["props"], "get"> };

/** What is drawn besides the land and its people. */
export type Details = {
  /** Where one is going. */
  goal: Point | undefined;
  /** The lamp that one can reach. */
  nearLamp: Lamp | undefined;
  drawRadio: (place: Point) => void;
  /** What stands over someone at this moment. */
  bubbleOf: (person: Person) => string | undefined;
};

export class Picture {
  readonly stage: Stage;
  readonly lamps: Lamps;
  readonly #terrain: Terrain;
  readonly #ground: Ground;
  readonly #people: People;
  readonly #emotes: Emotes;
  readonly #gates: Gates;

  constructor(stage: Stage, world: Drawn, terrain: Terrain) {
    this.stage = stage;
    this.#terrain = terrain;
    this.#ground = new Ground(stage, terrain);
    this.#people = new People(stage, world);
    this.#gates = new Gates(stage, terrain.gates);
    this.lamps = new Lamps(stage, world.props, terrain.lamps);
    this.#emotes = new Emotes(stage);
  }

  emote(person: Person, emote: string): void {
    const figure = this.#people.get(person);
    if (figure) this.#emotes.add(figure, emote);
  }

  clearEmotes(): void {
    this.#emotes.clear();
  }

  /** Forgets what was printed: size or palette changed. */
  refresh(): void {
    this.#ground.clear();
  }

  /** `walker` is oneself while this tab plays. */
  update(seconds: number, walker: Walker | undefined): void {
    this.#people.update(seconds, walker);
    this.lamps.update(seconds);
  }

  draw(seconds: number, { goal, nearLamp, drawRadio, bubbleOf }: Details): void {
    const { stage } = this;
    const { gates, lamps, radio } = this.#terrain;
    this.#ground.draw();
    this.lamps.drawGlows();
    if (goal) stage.show(drawGoal(stage), goal.x, goal.y);
    const figures = [...this.#people.shown()];
    for (const figure of figures) figure.drawGround(stage, this.#terrain.isWater(figure.x, figure.y));
    const standing: Standing[] = [
      ...gates.map((gate) => ({ y: gate.y, draw: () => this.#gates.draw(gate) })),
      ...lamps.map((lamp) => ({ y: lamp.y, draw: () => this.lamps.draw(lamp, lamp === nearLamp) })),
      ...(radio ? [{ y: radio.y, draw: () => drawRadio(radio) }] : []),
      ...figures,
    ];
    standing.sort((a, b) => a.y - b.y);
    for (const each of standing) each.draw(stage);
    drawNames(stage, figures, seconds);
    this.#emotes.draw();
    drawBubbles(stage, figures, bubbleOf);
  }
}
