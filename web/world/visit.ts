/**
 * One stay in one world: its land, its people, oneself walking. Made when a world is entered and dropped when it is left.
 */
import type { World } from "hereabouts/client";
import { type Gate, type Lamp, type Point, sheetHalf, type Terrain, terrainOf } from "../shared/terrain.ts";
import type { Bubbles } from "./bubbles.ts";
import { Gates } from "./gates.ts";
import type { Input } from "./input.ts";
import type { Lamps } from "./lamps.ts";
import { Picture } from "./picture.ts";
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

export class Visit {
  readonly stage: Stage;
  readonly world: World;
  readonly input: Input;
  readonly events: VisitEvents;
  readonly bubbles: Bubbles;
  readonly radio: Radio;
  readonly from: string | undefined;
  readonly terrain: Terrain;
  readonly #picture: Picture;
  readonly #gates: Gates;
  readonly #walker = new Walker();
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
    this.#picture = new Picture(stage, world, this.terrain);
    this.#gates = new Gates(stage, this.terrain.gates);
    this.#offs = [
      world.on("correction", (pose) => this.#walker.correct(pose)),
      world.on("emote", ({ person, emote }) => {
        this.#picture.emote(person, emote);
      }),
    ];
  }

  /** Whether it is known where one stands, or will not be. */
  get isReady(): boolean {
    return this.#placed || !this.#plays;
  }

  get slug(): string {
    return this.world.slug;
  }

  get lamps(): Lamps {
    return this.#picture.lamps;
  }

  get nearLamp(): Lamp | undefined {
    return this.#nearLamp;
  }

  get isNearRadio(): boolean {
    return this.#isNearRadio;
  }

  /** Forgets what was printed: size or palette changed. */
  refresh(): void {
    this.#picture.refresh();
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
    if (this.#nearLamp && this.#plays) this.#toggle(this.#nearLamp);
    else if (this.#isNearRadio) this.radio.toggle();
  }

  #toggle({ key }: Lamp): void {
    this.world.props.set(key, { on: !this.lamps.isOn(key) }, { saved: true }).catch(this.events.failed);
  }

  get #plays(): boolean {
    return this.world.role === "player";
  }

  update(seconds: number): void {
    if (this.#plays) this.#walk(seconds);
    else this.#placed = false;
    this.#picture.update(seconds, this.#placed ? this.#walker : undefined);
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
    this.#picture.draw(seconds, {
      goal: this.#placed ? this.input.goal : undefined,
      nearLamp: this.#nearLamp,
      drawRadio: (place) => this.radio.draw(place, this.#isNearRadio),
      bubbleOf: (person) => this.bubbles.of(person),
    });
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
