/**
 * One buffer of segments for all listeners of a session. Who joins gets what is on air and all that is ahead at once;
 * who does not read is skipped forward, then cut, and slows nobody.
 */
import type { Segment } from "../mp3/remux.ts";
import { IcyMixer } from "./icy.ts";
import type { Listener, ListenOptions, Sink } from "./stream.ts";

/** `start`: the frame of the stream that it begins with. */
export type PlacedSegment = Segment & { start: number };

export type FanoutOptions = {
  titleAt(frame: number): string;
  /** Frame on air. */
  onAir(): number;
  onChange(): void;
  /** A listener does not keep up: missed a segment, or is cut. */
  onBehind?(what: "missed" | "cut"): void;
  /** Frames of their own between two others; nothing where they are not at hand. */
  bridge?(from: number, to: number): Uint8Array | undefined;
};

/** Bytes that wait for a listener before it is skipped forward: more than a burst. */
const maxPendingBytes = 262_144;
/** Segments in a row that a listener may miss. */
const mostMissed = 15;
/** Frames by which a listener may be behind: 20 s. */
const mostBehind = 766;

/** Who goes on after what they heard elsewhere can be ahead of what is rendered by so many frames: 20 s. */
const mostAhead = 766;

/** `from`: what comes before that frame of the stream it has. */
type Place = { sink: Sink; icy: IcyMixer | undefined; frame: number; missed: number; from: number | undefined };

export class Fanout {
  readonly #options: FanoutOptions;
  readonly #places = new Set<Place>();
  readonly #taps = new Set<(segment: Segment) => void>();
  #segments: PlacedSegment[] = [];

  constructor(options: FanoutOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#places.size;
  }

  /** `frame` is what a listener hears first if nothing was rendered yet. */
  join({ sink, icy, resume, onBegin }: ListenOptions, frame: number): Listener {
    const place: Place = { sink, icy: icy ? new IcyMixer() : undefined, frame, missed: 0, from: undefined };
    const onAir = this.#segments.findLastIndex(({ start }) => start <= this.#options.onAir());
    const burst = this.#segments.slice(Math.max(0, onAir));
    if (burst[0]) place.frame = burst[0].start;
    if (resume && resume.from < place.frame + mostAhead) {
      place.from = Math.max(resume.from, place.frame);
      // what nobody can give any more is missed
      place.frame = resume.joined + place.from - resume.from;
    }
    onBegin?.(place.frame);
    this.#places.add(place);
    for (const segment of burst) this.#send(place, segment);
    this.#options.onChange();
    return {
      get frame() {
        return place.frame;
      },
      heard: (heard) => {
        if (this.#options.onAir() - heard > mostBehind) this.#cut(place);
      },
      leave: () => {
        if (this.#places.delete(place)) this.#options.onChange();
      },
    };
  }

  push(segment: PlacedSegment): void {
    const onAir = this.#options.onAir();
    while (this.#segments[1] && this.#segments[1].start <= onAir) this.#segments.shift();
    this.#segments.push(segment);
    for (const place of this.#places) this.#send(place, segment);
    for (const tell of this.#taps) tell(segment);
  }

  /** Told each segment from now on, and counted nowhere. */
  tap(onSegment: (segment: Segment) => void): () => void {
    this.#taps.add(onSegment);
    return () => void this.#taps.delete(onSegment);
  }

  /** What comes next does not go on from what was rendered: so many frames are left out. */
  skip(frames: number): void {
    this.#segments = [];
    for (const place of this.#places) place.frame += frames;
  }

  /** Nobody is left, or everybody is sent away in order. */
  clear(): void {
    this.#segments = [];
    const places = [...this.#places];
    this.#places.clear();
    for (const { sink } of places) sink.end();
    if (places.length > 0) this.#options.onChange();
  }

  #send(place: Place, segment: PlacedSegment): void {
    const { start, frames } = segment;
    const bytes = place.from === undefined ? segment.bytes : this.#resumed(place, place.from, segment);
    if (!bytes) return;
    if (place.sink.pendingBytes > maxPendingBytes) {
      // what it hears later is further on by what it missed
      place.frame += frames;
      this.#options.onBehind?.("missed");
      if (++place.missed > mostMissed) this.#cut(place);
      return;
    }
    place.missed = 0;
    place.sink.write(place.icy ? place.icy.mix(bytes, this.#options.titleAt(start)) : bytes);
  }

  /** What a segment has for one who goes on from a frame: nothing, or that of it which comes after, with what lies before. */
  #resumed(place: Place, from: number, { bytes, start, frames }: PlacedSegment): Uint8Array | undefined {
    const end = start + frames;
    if (end <= from) return undefined;
    place.from = undefined;
    if (start >= from) return bytes;
    const bridge = this.#options.bridge?.(from, end);
    if (!bridge) place.frame += end - from;
    return bridge;
  }

  #cut(place: Place): void {
    if (!this.#places.delete(place)) return;
    this.#options.onBehind?.("cut");
    place.sink.destroy();
    this.#options.onChange();
  }
}
