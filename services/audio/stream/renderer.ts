/**
 * The frames of a session that somebody hears: cuts segments from tracks and fades, as far ahead as asked. A fade that is
 * not there when its frames must go out is replaced by a join without one: late, but never a gap.
 */
import type { Clip } from "../crossfade/fade.ts";
import { headerBytes, sideBytes } from "../mp3/header.ts";
import { type Run, remux, segmentFrames } from "../mp3/remux.ts";
import { frameCount, startFrom, type Track } from "../mp3/track.ts";
import type { PlacedSegment } from "./fanout.ts";
import { seamFrames } from "./shape.ts";
import type { Entry } from "./timeline.ts";
import type { Prepared } from "./tracks.ts";

/** Frame `from` of the track is heard at frame `start` of the stream; frame `to` no more. */
type Part = { track: Track; gain: number; from: number; to: number; start: number };

/** `to` is undefined while its track is prepared, `clip` while the fade is made, and null where there will be none. */
type Join = { entry: Entry; to: Prepared | undefined; isMade: boolean; clip: Clip | null | undefined };

export type FadeAsk = { a: Prepared; aAt: number; b: Prepared; bAt: number; frames: number; start: number };

export type RendererOptions = {
  makeFade(ask: FadeAsk): Promise<Clip>;
  onLate(): void;
};

/** A segment may be longer than it should, where the next frame could not start one. */
const reach = segmentFrames + 12;

/** Frames without sound. */
const silence: Track = {
  headers: new Uint8Array(segmentFrames * headerBytes),
  sides: new Uint8Array(segmentFrames * sideBytes),
  starts: new Uint32Array(segmentFrames + 1),
  main: new Uint8Array(0),
  needs: new Uint16Array(segmentFrames),
  musicFrom: 0,
  musicTo: 0,
};

export class Renderer {
  readonly #options: RendererOptions;
  #head: number;
  #parts: Part[];
  #joins: Join[] = [];
  /** What the last part belongs to. */
  #body: { entry: Entry; prepared: Prepared };

  constructor(options: RendererOptions, entry: Entry, prepared: Prepared, frame: number) {
    this.#options = options;
    this.#head = frame;
    this.#parts = [bodyOf(entry, prepared, frame)];
    this.#body = { entry, prepared };
  }

  /** Everything before this frame was cut. */
  get head(): number {
    return this.#head;
  }

  /** From this frame of the stream on a new fade may begin. */
  get openFrom(): number {
    return Math.max(this.#head, this.#parts.at(-1)!.start) + seamFrames;
  }

  /** What cannot be gone on to because its track is not there. */
  get waitsFor(): Entry | undefined {
    const [join] = this.#joins;
    return join && !join.to && this.#isNear(join) ? join.entry : undefined;
  }

  /** Takes over what a timeline has fixed: forgets joins that are there no more, asks for the fades of new ones. */
  follow(entries: readonly Entry[], find: (track: string) => Prepared | undefined): void {
    this.#joins = this.#joins.filter(({ entry }) => entries.includes(entry));
    const last = this.#joins.at(-1)?.entry ?? this.#body.entry;
    for (const entry of entries.slice(entries.indexOf(last) + 1)) {
      this.#joins.push({ entry, to: undefined, isMade: false, clip: undefined });
    }
    let before: { entry: Entry; prepared: Prepared | undefined } = this.#body;
    for (const join of this.#joins) {
      join.to ??= find(join.entry.track);
      if (before.prepared && join.to && !join.isMade) this.#make(join, join.to, before.entry, before.prepared);
      before = { entry: join.entry, prepared: join.to };
    }
  }

  /** Segments up to `target`. Waits for a fade only while all before `reserve` is there. */
  *produce(target: number, reserve: number): Generator<PlacedSegment, void> {
    while (this.#head < target) {
      const [join] = this.#joins;
      if (join && this.#isNear(join)) {
        if (!join.to || (join.clip === undefined && this.#head >= reserve)) return;
        if (!join.clip && join.entry.fadeFrames > 0) this.#options.onLate();
        this.#joins.shift();
        this.#apply(join.entry, join.to, join.clip);
        continue;
      }
      yield this.#cut();
    }
  }

  #isNear({ entry }: Join): boolean {
    return entry.start - seamFrames < this.#head + reach;
  }

  #make(join: Join, b: Prepared, before: Entry, a: Prepared): void {
    const { start, from: bAt, fadeFrames: frames } = join.entry;
    join.isMade = true;
    if (frames === 0) join.clip = null;
    else {
      this.#options.makeFade({ a, aAt: before.from + start - before.start, b, bAt, frames, start }).then(
        (clip) => {
          join.clip = clip;
        },
        () => {
          join.clip = null;
        },
      );
    }
  }

  #apply(entry: Entry, prepared: Prepared, clip: Clip | null | undefined): void {
    const { start, from, fadeFrames } = entry;
    const body = this.#parts.at(-1)!;
    const end = (frame: number) => {
      body.to = body.from + frame - body.start;
    };
    if (clip) {
      const { track, lead, tail } = clip;
      end(start - lead);
      this.#parts.push({ track, gain: 0, from: 0, to: frameCount(track), start: start - lead });
      this.#parts.push(bodyOf(entry, prepared, start + fadeFrames + tail));
    } else {
      const at = startFrom(prepared.track, from + (fadeFrames >> 1)) - from + start;
      end(at);
      this.#parts.push(bodyOf(entry, prepared, at));
    }
    this.#body = { entry, prepared };
  }

  #cut(): PlacedSegment {
    const start = this.#head;
    const runs: Run[] = [];
    let left = segmentFrames;
    while (left > 0) {
      const part = this.#parts[0]!;
      const next = this.#parts[1];
      if (next && next.start <= this.#head) {
        this.#parts.shift();
        continue;
      }
      const { track, gain } = part;
      const from = part.from + this.#head - part.start;
      const end = Math.min(part.to, frameCount(track));
      // a track that is shorter than its file said
      const gap = Math.min(left, (next?.start ?? Number.POSITIVE_INFINITY) - this.#head);
      const run =
        from < end
          ? { track, gain, from, to: Math.min(end, startFrom(track, Math.min(end, from + left))) }
          : { track: silence, gain: 0, from: 0, to: gap };
      runs.push(run);
      this.#head += run.to - run.from;
      left -= run.to - run.from;
    }
    return { bytes: remux(runs), frames: this.#head - start, start };
  }
}

/** A track from a frame of the stream on. */
function bodyOf({ from, start }: Entry, { track, gain }: Prepared, frame: number): Part {
  return { track, gain, from: from + frame - start, to: Number.POSITIVE_INFINITY, start: frame };
}
