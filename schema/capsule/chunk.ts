/**
 * What one chunk of a capsule holds, before it is packed: events, the pose of everyone when it begins, and for each tick the
 * poses that changed, in the steps of movement frames (schema/blocks.ts).
 *
 *     chunk    length varint | events (JSON list) | ms since the tick before it varint | key* | 0 | tick*
 *     key      gap + 1 varint (slots left out since the one before) | x | y | z varints | direction u8
 *     tick     ms since the tick before (of the first: since the chunk began) varint | move* | 0
 *     move     (gap + 1) << 2 | 2 with z | 1 with direction varint | x | y zigzag varints, each the difference from a step
 *              like the one before | [change of z zigzag varint] | [change of direction u8]
 *
 * Whoever walks straight on costs three bytes a tick before packing, and whoever rests nothing. Of ticks without moves only
 * those are written that a tick with moves follows: from there on it is gone.
 */
import { maxSlots } from "../blocks.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { type CapsuleEvent, parseEvents } from "./events.ts";

/** A pose in steps. */
export type Steps = { readonly x: number; readonly y: number; readonly z: number; readonly direction: number };

/** Where each slot was, and how far it last went, in steps: the same to the writer and the reader. */
class Slots {
  readonly #all: Slot[] = [];

  at(slot: number): Slot {
    const known = this.#all[slot];
    if (known) return known;
    for (let i = this.#all.length; i <= slot; i++) {
      this.#all.push({ x: 0, y: 0, z: 0, direction: 0, strideX: 0, strideY: 0 });
    }
    return this.#all[slot]!;
  }
}

type Slot = { x: number; y: number; z: number; direction: number; strideX: number; strideY: number };

/** One for a recording: `begin` a chunk, its `key` and its ticks in the order of their slots, then `finish`. */
export class ChunkWriter {
  #slots = new Slots();
  #poses = new ByteWriter();
  #events: string[] = [];
  #eventChars = 0;
  #first = 0;
  #last = 0;
  #tick = 0;
  #expected = 0;
  #isInTick = false;
  /** A tick without moves that was not written. */
  #still: number | undefined;

  /** `t`: ms since the recording began; `tick`: when the tick before it was. */
  begin(t: number, tick: number): void {
    this.#slots = new Slots();
    this.#poses = new ByteWriter();
    this.#events = [];
    this.#eventChars = 0;
    this.#first = this.#last = this.#tick = t;
    this.#expected = 0;
    this.#isInTick = false;
    this.#still = undefined;
    this.#poses.varint(t - tick);
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  /** About how large the chunk is by now, in bytes. */
  get size(): number {
    return this.#poses.length + this.#eventChars;
  }

  key(slot: number, steps: Steps): void {
    this.#poses.varint(slot - this.#expected + 1);
    this.#expected = slot + 1;
    for (const value of [steps.x, steps.y, steps.z]) this.#poses.varint(value);
    this.#poses.byte(steps.direction);
    Object.assign(this.#slots.at(slot), steps);
  }

  endKeys(): void {
    this.#poses.byte(0);
  }

  event(event: CapsuleEvent): void {
    const json = JSON.stringify(event);
    this.#events.push(json);
    this.#eventChars += json.length;
    this.#last = Math.max(this.#last, event.t);
  }

  /** A pose of the tick at `t`. */
  move(t: number, slot: number, x: number, y: number, z: number, direction: number): void {
    const poses = this.#poses;
    const from = this.#slots.at(slot);
    if (!this.#isInTick) this.#beginTick(t);
    const strideX = x - from.x;
    const strideY = y - from.y;
    const upwards = z - from.z;
    const turned = (direction - from.direction) & 255;
    poses.varint(((slot - this.#expected + 1) << 2) | (upwards ? 2 : 0) | (turned ? 1 : 0));
    poses.zigzag(strideX - from.strideX);
    poses.zigzag(strideY - from.strideY);
    if (upwards) poses.zigzag(upwards);
    if (turned) poses.byte(turned);
    this.#expected = slot + 1;
    from.x = x;
    from.y = y;
    from.z = z;
    from.direction = direction;
    from.strideX = strideX;
    from.strideY = strideY;
  }

  /** Whatever moved in the tick at `t` was written. */
  endTick(t: number): void {
    if (this.#isInTick) this.#poses.byte(0);
    else this.#still = t;
    this.#isInTick = false;
  }

  #beginTick(t: number): void {
    if (this.#still !== undefined) {
      this.#poses.varint(this.#still - this.#tick);
      this.#poses.byte(0);
      this.#tick = this.#still;
      this.#still = undefined;
    }
    this.#poses.varint(t - this.#tick);
    this.#tick = t;
    this.#last = Math.max(this.#last, t);
    this.#expected = 0;
    this.#isInTick = true;
  }

  /** The whole chunk. */
  finish(): Uint8Array<ArrayBuffer> {
    const events = new TextEncoder().encode(`[${this.#events.join()}]`);
    const chunk = new ByteWriter();
    chunk.varint(events.length);
    chunk.bytes(events);
    chunk.bytes(this.#poses.written);
    return chunk.written;
  }
}

export type ChunkVisitor = {
  /** Comes first: when the tick before the chunk was. */
  begin(before: number): void;
  key(slot: number, steps: Steps): void;
  /** Comes before the moves of the tick at `t`. */
  tick(t: number): void;
  move(t: number, slot: number, steps: Steps): void;
};

/** The events of a chunk, and its poses as they are stored. Throws where it is not one. */
export function decodeChunk(content: Uint8Array<ArrayBuffer>): {
  events: CapsuleEvent[];
  poses: Uint8Array<ArrayBuffer>;
} {
  const reader = new ByteReader(content);
  const events = parseEvents(new TextDecoder().decode(reader.bytes(reader.varint())));
  return { events, poses: reader.rest() };
}

/** Calls `visit` for the poses of a chunk that begins at `first`, in the order of their times. Throws where they are none. */
export function readPoses(poses: Uint8Array<ArrayBuffer>, first: number, visit: ChunkVisitor): void {
  const reader = new ByteReader(poses);
  const slots = new Slots();
  visit.begin(first - reader.varint());
  for (let slot = -1, gap = reader.varint(); gap !== 0; gap = reader.varint()) {
    slot = inside(slot + gap, maxSlots);
    const steps = { x: axis(reader.varint()), y: axis(reader.varint()), z: axis(reader.varint()) };
    const key = { ...steps, direction: reader.byte() };
    Object.assign(slots.at(slot), key);
    visit.key(slot, key);
  }
  for (let t = first; !reader.isAtEnd; ) {
    t += reader.varint();
    visit.tick(t);
    for (let slot = -1, head = reader.varint(); head !== 0; head = reader.varint()) {
      slot = inside(slot + (head >>> 2), maxSlots);
      const at = slots.at(slot);
      at.strideX += reader.zigzag();
      at.strideY += reader.zigzag();
      at.x = axis(at.x + at.strideX);
      at.y = axis(at.y + at.strideY);
      if (head & 2) at.z = axis(at.z + reader.zigzag());
      if (head & 1) at.direction = (at.direction + reader.byte()) & 255;
      visit.move(t, slot, { x: at.x, y: at.y, z: at.z, direction: at.direction });
    }
  }
}

const axis = (steps: number) => inside(steps, 65_536);

function inside(value: number, below: number): number {
  if (!(value >= 0 && value < below)) throw new RangeError("a pose is out of bounds");
  return value;
}
