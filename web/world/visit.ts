/**
 * One stay in one world: its land, its people, oneself walking. Made when a world is entered and dropped when it is left.
 */
import type { World } from "hereabouts/client";
import { type Gate, type Lamp, type Point, sheetHalf, type Terrain, terrainOf } from "../shared/terrain.ts";
import type { Bubbles } from "./bubbles.ts";
import { Emotes } from "./emotes.ts";
import { Gates } from "./gates.ts";
import { Ground } from "./ground.ts";
import type { Input } from "./input.ts";
import { drawBubbles, drawNames } from "./labels.ts";
import { Lamps } from "./lamps.ts";
import { drawGoal } from "./marks.ts";
import { People } from "./people.ts";
import type { Radio } from "./radio.ts";
import type { Stage } from "./stage.ts";
import { type Area, Walker } from "./walker.ts";

/** How long to wait for a place kept from last time before choosing a new one. */
const placeWaitSeconds = 0.3;
const startSpread = 90;
/** Nobody's middle comes nearer to the edge than this. */
const edgeUnits = 14;

export type VisitEvents = {
  /** One walked through a gate. */
  gate: (gate: Gate) => void;
  /** The server did not take what one did. */
  failed: (error: unknown) => void;
};

export type VisitOptions = {
  input: Input;
  events: VisitEvents;
  /** What is said in the world's chat. */
  bubbles: Bubbles;
  radio: Radio;
  /** The world one came from. */
  from: string | undefined;
};

type Standing = { readonly y: number; draw(stage: Stage): void };

export class Visit {
  readonly stage: Stage;
  readonly world: World;
  readonly input: Input;
  readonly events: VisitEvents;
  readonly bubbles: Bubbles;
  readonly radio: Radio;
  readonly from: string | undefined;
  readonly terrain: Terrain;
  readonly emotes: Emotes;
  readonly lamps: Lamps;
  readonly #ground: Ground;
  readonly #people: People;
  readonly #gates: Gates;
  readonly #walker = new Walker();
  readonly #fixed: Standing[];
  readonly #offs: (() => void)[];
  #placed = false;
  #waited = 0;
  #nearLamp: Lamp | undefined;
  #isNearRadio = false;
  /** A lamp that was tapped from afar: switched on arriving. */
  #errand: Lamp | undefined;

  constructor(stage: Stage, world: World, { input, events, bubbles, radio, from }: VisitOptions) {
    this.stage = stage;
    this.world = world;
    this.input = input;
    this.events = events;
    this.bubbles = bubbles;
    this.radio = radio;
    this.from = from;
    this.terrain = terrainOf(world.slug);
    this.#ground = new Ground(stage, this.terrain);
    this.#people = new People(stage, world);
    this.#gates = new Gates(stage, this.terrain.gates);
    this.lamps = new Lamps(stage, world, this.terrain.lamps);
    this.emotes = new Emotes(stage);
    const radios = this.terrain.radio ? [this.terrain.radio] : [];
    this.#fixed = [
      ...this.terrain.gates.map((gate) => ({ y: gate.y, draw: () => this.#gates.draw(gate) })),
      ...this.terrain.lamps.map((lamp) => ({ y: lamp.y, draw: () => this.lamps.draw(lamp, lamp === this.#nearLamp) })),
      ...radios.map((place) => ({ y: place.y, draw: () => radio.draw(place, this.#isNearRadio) })),
    ];
    this.#offs = [
      world.on("correction", (pose) => this.#walker.correct(pose)),
      world.on("emote", ({ person, emote }) => {
        const figure = this.#people.get(person);
        if (figure) this.emotes.add(figure, emote);
      }),
    ];
  }

  /** Whether it is known where one stands, or will not be. */
  get isReady(): boolean {
    return this.#placed || !this.#plays;
  }

  get nearLamp(): Lamp | undefined {
    return this.#nearLamp;
  }

  get isNearRadio(): boolean {
    return this.#isNearRadio;
  }

  /** Forgets what was printed: size or palette changed. */
  refresh(): void {
    this.#ground.clear();
  }

  leave(): void {
    for (const off of this.#offs) off();
  }

  get focus(): Point {
    if (this.#placed) return { x: this.#walker.shownX, y: this.#walker.shownY };
    const { me } = this.world;
    return me?.placed ? me : (this.terrain.paths[0]?.[0] ?? { x: 0, y: 0 });
  }

  /** A tap at a lamp walks there and switches it; one at the radio switches it from where one stands. */
  tap(at: Point): void {
    const { radio } = this.terrain;
    if (radio && this.radio.isAt(radio, at)) {
      this.input.stop();
      this.radio.toggle();
      return;
    }
    const lamp = this.lamps.at(at);
    this.#errand = lamp;
    if (lamp && lamp === this.#nearLamp) {
      this.input.stop();
      this.act();
    } else if (lamp) this.input.goal = { x: lamp.x + Math.sign(this.#walker.x - lamp.x) * 30, y: lamp.y + 16 };
  }

  act(): void {
    this.#errand = undefined;
    if (this.#nearLamp && this.#plays) this.lamps.toggle(this.#nearLamp).catch(this.events.failed);
    else if (this.#isNearRadio) this.radio.toggle();
  }

  get #plays(): boolean {
    return this.world.role === "player";
  }

  update(seconds: number): void {
    if (this.#plays) this.#walk(seconds);
    else this.#placed = false;
    this.#people.update(seconds, this.#placed ? this.#walker : undefined);
    this.lamps.update(seconds);
    const { radio } = this.terrain;
    const { x, y } = this.focus;
    this.radio.hear(radio ? Math.hypot(radio.x - x, radio.y - y) : Number.POSITIVE_INFINITY, seconds);
    this.#isNearRadio = radio !== undefined && this.radio.isWithin(radio, { x, y });
  }

  #walk(seconds: number): void {
    if (!this.#placed && !this.#takePlace(seconds)) return;
    const walker = this.#walker;
    if (walker.step(seconds, this.input.wish(walker), areaOf(this.world.bounds))) this.world.moveTo(poseOf(walker));
    this.#nearLamp = this.lamps.within(walker);
    if (this.#errand && this.#errand === this.#nearLamp && !this.input.goal) this.act();
    const gate = this.#gates.entered(walker);
    if (!gate) return;
    this.input.stop();
    this.events.gate(gate);
  }

  #takePlace(seconds: number): boolean {
    const { me } = this.world;
    if (!me) return false;
    this.#waited += seconds;
    if (!me.placed && this.#waited < placeWaitSeconds) return false;
    this.#placed = true;
    if (me.placed) {
      this.#walker.place(me);
      return true;
    }
    this.#walker.place(this.#startingPlace());
    this.world.moveTo(poseOf(this.#walker));
    return true;
  }

  #startingPlace(): Point {
    const arrival = this.#gates.arrival(this.from);
    if (arrival) return arrival;
    const crossing = this.terrain.paths[0]![0]!;
    const aside = () => (Math.random() - 0.5) * 2 * startSpread;
    return { x: crossing.x + aside(), y: crossing.y + aside() };
  }

  draw(seconds: number): void {
    const { stage } = this;
    this.#ground.draw();
    this.lamps.drawGlows();
    if (this.input.goal && this.#placed) stage.show(drawGoal(stage), this.input.goal.x, this.input.goal.y);
    const figures = [...this.#people.shown()];
    for (const figure of figures) figure.drawGround(stage, this.terrain.isWater(figure.x, figure.y));
    const standing: Standing[] = [...this.#fixed, ...figures];
    standing.sort((a, b) => a.y - b.y);
    for (const each of standing) each.draw(stage);
    drawNames(stage, figures, seconds);
    this.emotes.draw();
    drawBubbles(stage, figures, (person) => this.bubbles.of(person));
  }
}

const poseOf = ({ x, y, angle }: Walker) => ({ x, y, angle });

/** Where one may walk: the sheet, or less if the world is smaller. */
function areaOf(bounds: World["bounds"]): Area {
  const reach = sheetHalf - edgeUnits;
  return {
    minX: Math.max(bounds.minX, -reach),
    minY: Math.max(bounds.minY, -reach),
    maxX: Math.min(bounds.maxX, reach),
    maxY: Math.min(bounds.maxY, reach),
  };
}
