/**
 * A capsule that was read: who was where at any moment of it, what they said, and what stood in the world.
 * `readCapsule` never rejects: it says what is wrong, and gives what can be replayed all the same.
 */
import type { Geometry, Pose } from "../geometry.ts";
import { decodeChunk, readPoses } from "./chunk.ts";
import { type CapsuleEvent, Moment, type SeenPerson, type SeenProp } from "./events.ts";
import { type CapsuleHeader, type ChunkPlace, chunksOf, contentOf, decodeHeader } from "./file.ts";
import { Tracks } from "./tracks.ts";

export type ReplayPerson = Omit<SeenPerson, "bubble" | "came"> & {
  /** Undefined before the first. */
  readonly pose: Pose | undefined;
  readonly bubble: string | undefined;
};

export type Reading =
  | { readonly capsule: Capsule; readonly problem: string | undefined }
  | { readonly capsule: undefined; readonly problem: string };

type Chunk = {
  readonly first: number;
  readonly poses: Uint8Array<ArrayBuffer>;
  /** What was before its first event, and which of all events that is. */
  readonly before: Moment;
  readonly firstEvent: number;
};

/** Chunks whose poses are kept as tracks: that of the moment, its neighbours, and one to come back to. */
const keptTracks = 4;

export async function readCapsule(bytes: Uint8Array<ArrayBuffer>): Promise<Reading> {
  let header: CapsuleHeader;
  let end: number;
  try {
    ({ header, end } = decodeHeader(bytes));
  } catch (error) {
    return { capsule: undefined, problem: (error as Error).message };
  }
  const capsule = new Capsule(header);
  for (const place of chunksOf(bytes, end)) {
    try {
      capsule.add(place, await contentOf(bytes, place));
    } catch {
      break;
    }
    end = place.to;
  }
  if (end === bytes.length && capsule.isEnded) return { capsule, problem: undefined };
  return { capsule, problem: "This recording is broken off: what came before that can be replayed." };
}

export class Capsule {
  readonly header: CapsuleHeader;
  readonly events: CapsuleEvent[] = [];
  readonly #chunks: Chunk[] = [];
  readonly #tracks = new Map<Chunk, Tracks>();
  readonly #tickMs: number;
  #durationMs = 0;
  #newest = new Moment();
  /** Where the last question was answered: the next is likely a moment later. */
  #cursor: { chunk: Chunk; moment: Moment; nextEvent: number; t: number } | undefined;

  constructor(header: CapsuleHeader) {
    this.header = header;
    this.#tickMs = 1000 / header.tickHz;
  }

  get durationMs(): number {
    return this.#durationMs;
  }

  get geometry(): Geometry {
    return this.header.geometry;
  }

  /** Whether the recording says itself that this is its end. */
  get isEnded(): boolean {
    return this.events.at(-1)?.type === "end";
  }

  /** Takes the next chunk. Throws where it is none, and takes nothing of it then. */
  add({ first, last }: Pick<ChunkPlace, "first" | "last">, content: Uint8Array<ArrayBuffer>): void {
    const { events, poses } = decodeChunk(content);
    readPoses(poses, first, { begin() {}, key() {}, tick() {}, move() {} });
    const chunk = { first, poses, before: new Moment(this.#newest), firstEvent: this.events.length };
    this.#chunks.push(chunk);
    for (const event of events) {
      this.events.push(event);
      this.#newest.apply(event);
    }
    this.#durationMs = Math.max(this.#durationMs, last);
  }

  /** Who and what was there, `t` ms after the beginning. */
  at(t: number): { people: ReplayPerson[]; props: ReadonlyMap<string, SeenProp> } {
    const moment = this.#momentAt(t);
    if (!moment) return { people: [], props: new Map() };
    const i = this.#chunks.indexOf(this.#cursor!.chunk);
    const tracks = this.#tracksOf(this.#chunks[i]!);
    const follows = this.#chunks[i + 1];
    const isNear = follows !== undefined && follows.first - t <= this.#tickMs;
    const next = isNear ? this.#tracksOf(follows) : undefined;
    const people = [...moment.people.values()].map(({ came, bubble, ...person }) => ({
      ...person,
      pose: tracks.poseAt(person.slot, t, came, this.#tickMs, next),
      bubble: bubble && t < bubble.until ? bubble.text : undefined,
    }));
    return { people, props: new Map(moment.props) };
  }

  #momentAt(t: number): Moment | undefined {
    const chunk = this.#chunks.findLast(({ first }) => first <= t);
    if (!chunk) return undefined;
    let cursor = this.#cursor;
    if (cursor?.chunk !== chunk || t < cursor.t) {
      cursor = { chunk, moment: new Moment(chunk.before), nextEvent: chunk.firstEvent, t };
      this.#cursor = cursor;
    }
    cursor.t = t;
    for (let next = this.events[cursor.nextEvent]; next && next.t <= t; next = this.events[cursor.nextEvent]) {
      cursor.moment.apply(next);
      cursor.nextEvent++;
    }
    return cursor.moment;
  }

  #tracksOf(chunk: Chunk): Tracks {
    const known = this.#tracks.get(chunk);
    if (known) return known;
    const tracks = new Tracks(chunk.poses, chunk.first, this.geometry);
    this.#tracks.set(chunk, tracks);
    if (this.#tracks.size > keptTracks) this.#tracks.delete(this.#tracks.keys().next().value!);
    return tracks;
  }
}
