/**
 * Everyone in the world as figures: those who came, those who are here, and those just fading out.
 */
import type { Person, World } from "hereabouts/client";
import { Figure } from "./figure.ts";
import type { Stage } from "./stage.ts";
import type { Walker } from "./walker.ts";

export class People {
  readonly stage: Stage;
  readonly world: Pick<World, "people">;
  readonly #figures = new Map<string, Figure>();
  readonly #leaving = new Set<Figure>();

  constructor(stage: Stage, world: Pick<World, "people">) {
    this.stage = stage;
    this.world = world;
  }

  get(person: Person): Figure | undefined {
    return this.#figures.get(person.id);
  }

  /** Everyone who is seen, in no order. */
  *shown(): IterableIterator<Figure> {
    yield* this.#figures.values();
    yield* this.#leaving;
  }

  /** `walker` is oneself while this tab plays. */
  update(seconds: number, walker: Walker | undefined): void {
    const { people } = this.world;
    for (const [id, figure] of this.#figures) {
      if (people.get(id) === figure.person) continue;
      this.#figures.delete(id);
      if (people.has(id)) continue;
      figure.leaving = true;
      this.#leaving.add(figure);
    }
    for (const person of people.values()) {
      if (!person.placed && !(person.isMe && walker)) continue;
      let figure = this.#figures.get(person.id);
      if (!figure) {
        figure = new Figure(person);
        this.#figures.set(person.id, figure);
      }
      if (person.isMe && walker) {
        figure.update(this.stage, seconds, { x: walker.shownX, y: walker.shownY }, walker.angle);
      } else figure.update(this.stage, seconds, person, person.angle);
    }
    for (const figure of this.#leaving) {
      figure.update(this.stage, seconds, figure, Math.PI / 2);
      if (figure.alpha < 0.02) this.#leaving.delete(figure);
    }
  }
}
