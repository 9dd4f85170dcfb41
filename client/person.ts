/** Someone in a world as the SDK shows them: what the state says, with a pose for each instant. */
import type { Pose } from "../schema/geometry.ts";
import type { Attention } from "../schema/messages.ts";
import type { PersonFields } from "../schema/personFields.ts";
import type { Track } from "./smoothing.ts";
import type { Person } from "./types.ts";

/** Where poses come from: a track of frames, or oneself. */
export interface PoseSource {
  poseAt(person: PersonView): Pose | undefined;
}

export class PersonView implements Person {
  readonly track: Track;
  readonly #source: PoseSource;
  #fields: PersonFields;
  #bubble: { text: string; until: number } | undefined;
  isMe = false;
  #isMissed = false;

  constructor(fields: PersonFields, source: PoseSource, track: Track) {
    this.#fields = fields;
    this.#source = source;
    this.track = track;
  }

  /** Takes over what the state says. Returns false if that is what it said before. */
  update(fields: PersonFields): boolean {
    const before = this.#fields;
    const wasMissed = this.#isMissed;
    this.#fields = fields;
    this.#isMissed = false;
    const keys = Object.keys(fields) as (keyof PersonFields)[];
    return wasMissed || keys.some((key) => fields[key] !== before[key]);
  }

  /** A room made anew does not know them yet: away, for now. Returns false if that is so already. */
  miss(): boolean {
    if (this.#isMissed) return false;
    this.#isMissed = true;
    return true;
  }

  get isMissed(): boolean {
    return this.#isMissed;
  }

  get id() {
    return this.#fields.id;
  }
  get slot() {
    return this.#fields.slot;
  }
  get handle() {
    return this.#fields.handle;
  }
  get name() {
    return this.#fields.name;
  }
  get kind() {
    return this.#fields.kind as Person["kind"];
  }
  get guest() {
    return this.#fields.guest;
  }
  get status() {
    return this.#isMissed ? "away" : (this.#fields.status as Person["status"]);
  }
  get to() {
    return this.#fields.to || undefined;
  }
  get attention() {
    return this.#fields.attention as Attention;
  }
  get connections() {
    return this.#fields.connections;
  }
  get since() {
    return new Date(this.#fields.since);
  }
  get avatar() {
    const { color, face, showing } = this.#fields;
    return { color, face, showing };
  }
  get x() {
    return this.#pose?.x ?? 0;
  }
  get y() {
    return this.#pose?.y ?? 0;
  }
  get z() {
    return this.#pose?.z ?? 0;
  }
  get angle() {
    return this.#pose?.angle ?? 0;
  }
  get placed() {
    return this.#pose !== undefined;
  }
  get bubble() {
    return this.#bubble && performance.now() < this.#bubble.until ? this.#bubble.text : undefined;
  }

  say(text: string, ms: number): void {
    this.#bubble = { text, until: performance.now() + ms };
  }

  get #pose(): Pose | undefined {
    return this.#source.poseAt(this);
  }
}
