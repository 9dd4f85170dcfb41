/** Streams to test sessions with: silence of 128 kbit/s on a timeline of ten tracks, 4 s at once and the rest in time. */
import { frameMs, type TrackInfo } from "../../../schema/audio.ts";
import type { Direction } from "../../../schema/directions.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import { startJourney } from "../../audio/explorer/journey.ts";
import type { Segment } from "../../audio/mp3/remux.ts";
import { IcyMixer } from "../../audio/stream/icy.ts";
import type {
  Listener,
  ListenOptions,
  OnAir,
  OpenStream,
  SavedStream,
  SessionStream,
  Sink,
  StreamChange,
  Streams,
} from "../../audio/stream/stream.ts";

const trackFrames = 2000;
const leadFrames = 192;
const burstFrames = 153;
const tickMs = 250;

const frameBytes = 417;

/** Frame `from` until `to` of any of these streams: silence, and its own number at its end. */
function framesOf(from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, to - from) * frameBytes);
  for (let frame = from; frame < to; frame++) {
    bytes.writeUInt32BE(0xfffb9000, (frame - from) * frameBytes);
    bytes.writeUInt32BE(frame, (frame - from + 1) * frameBytes - 4);
  }
  return bytes;
}

/** The numbers of frames that a listener got. */
export function numbersOf(bytes: Buffer): number[] {
  return Array.from({ length: Math.floor(bytes.length / frameBytes) }, (_, i) =>
    bytes.readUInt32BE((i + 1) * frameBytes - 4),
  );
}

export const testTracks: TrackInfo[] = Array.from({ length: 10 }, (_, i) => ({
  id: String(i).repeat(16),
  title: `Piece ${i}`,
  artist: i % 2 ? "Odd" : "Even",
  album: "",
  durationMs: Math.round(trackFrames * frameMs),
}));

export type TestStreams = Streams & {
  /** Makes music come, if it was to come later. */
  begin(): void;
  opened: number;
};

export function createTestStreams({ now, isLate = false }: { now: () => number; isLate?: boolean }): TestStreams {
  const open = new Set<TestStream>();
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  let hasMusic = false;
  const begin = () => {
    hasMusic = true;
    resolve();
  };
  if (!isLate) begin();
  const streams: TestStreams = {
    ready,
    begin,
    opened: 0,
    open(options) {
      if (!hasMusic) throw new HereaboutsError("NO_MUSIC");
      streams.opened++;
      const stream = new TestStream(now, options);
      open.add(stream);
      return stream;
    },
    tracks: () => testTracks,
    get figures() {
      const listeners = [...open].reduce((sum, stream) => sum + stream.listeners, 0);
      const counted = { late: 0, missed: 0, cut: 0, skipped: 0 };
      return { streams: open.size, rendering: 0, listeners, tracks: testTracks.length, ...counted };
    },
    async close() {
      for (const stream of open) stream.close();
    },
  };
  return streams;
}

export class TestStream implements SessionStream {
  readonly epochMs: number;
  readonly #now: () => number;
  readonly #sinks = new Map<Sink, number>();
  readonly #subscribers = new Set<(change: StreamChange) => void>();
  readonly #taps = new Map<(segment: Segment) => void, number>();
  #steps: { track: TrackInfo; direction: Direction | "start" | "chosen" }[];
  #at = 0;
  #trackFrame = 0;
  #next: TrackInfo;
  #nextFrame = trackFrames;
  #direction: Direction;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number, { startingTrack, direction, link, saved }: OpenStream = {}) {
    if (link !== undefined && link !== "link") throw new HereaboutsError("BAD_JOURNEY");
    this.#now = now;
    this.epochMs = saved?.epochMs ?? now();
    this.#direction = direction ?? saved?.direction ?? "similar";
    const first = startingTrack ?? saved?.entries[0]?.track;
    this.#steps = [{ track: first === undefined ? testTracks[0]! : find(first), direction: "start" }];
    this.#next = testTracks[1]!;
    if (!saved) return;
    this.#trackFrame = saved.entries[0]!.start;
    this.#nextFrame = this.#trackFrame + trackFrames;
    this.#next = following(this.#steps[0]!.track);
  }

  save(): SavedStream {
    const { track, trackFrame: start } = this.onAir();
    const journey = startJourney(0, track.id);
    const entry = { track: track.id, from: 0, start, fadeFrames: 0, isAsked: false, journey };
    return { epochMs: this.epochMs, direction: this.#direction, entries: [entry] };
  }

  get listeners(): number {
    return this.#sinks.size;
  }

  onAir(): OnAir {
    const frame = Math.floor((this.#now() - this.epochMs) / frameMs);
    while (frame >= this.#nextFrame) this.#goOn();
    const { track } = this.#steps[this.#at]!;
    const [next, nextFrame] = [this.#next, this.#nextFrame];
    return { frame, track, trackFrame: this.#trackFrame, next, nextFrame, direction: this.#direction };
  }

  journey() {
    return { steps: this.#steps.map((step) => ({ ...step, x: 0, y: 0.5 })), at: this.#at, link: "link" };
  }

  next(): OnAir {
    return this.#change(this.#next);
  }

  turn(direction: Direction): OnAir {
    this.#direction = direction;
    return this.#change(testTracks.find(({ id }) => id !== this.#next.id)!, this.#nextFrame);
  }

  play(id: string): OnAir {
    return this.#change(find(id));
  }

  back(step = this.#at - 1): OnAir {
    return this.#change(this.#steps[Math.max(0, Math.min(step, this.#steps.length - 1))]!.track);
  }

  listen({ sink: plain, icy, resume, onBegin }: ListenOptions): Listener {
    const sink = icy ? this.#titled(plain) : plain;
    const { frame: onAir } = this.onAir();
    const from = Math.max(onAir, resume?.from ?? 0);
    const frame = resume ? resume.joined + from - resume.from : from;
    onBegin?.(frame);
    sink.write(framesOf(from, onAir + burstFrames));
    this.#sinks.set(sink, Math.max(from, onAir + burstFrames));
    this.#tellTaps(onAir + burstFrames);
    this.#tell({ type: "listeners" });
    this.#timer ??= setInterval(() => this.#send(), tickMs).unref();
    return {
      frame,
      heard: () => {},
      leave: () => {
        if (!this.#sinks.delete(sink)) return;
        this.#tell({ type: "listeners" });
        if (this.#sinks.size === 0) this.#stop();
      },
    };
  }

  subscribe(onChange: (change: StreamChange) => void): () => void {
    this.#subscribers.add(onChange);
    return () => void this.#subscribers.delete(onChange);
  }

  tap(onSegment: (segment: Segment) => void): () => void {
    this.#taps.set(onSegment, this.onAir().frame);
    return () => void this.#taps.delete(onSegment);
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  close(): void {
    this.#stop();
    for (const sink of this.#sinks.keys()) sink.end();
    this.#sinks.clear();
    this.#tell({ type: "ended" });
  }

  #titled(sink: Sink): Sink {
    const mixer = new IcyMixer();
    return {
      write: (bytes) => sink.write(mixer.mix(bytes, this.onAir().track.title)),
      pendingBytes: 0,
      end: () => sink.end(),
      destroy: () => sink.destroy(),
    };
  }

  #change(next: TrackInfo, nextFrame = this.onAir().frame + leadFrames): OnAir {
    this.#next = next;
    this.#nextFrame = nextFrame;
    const air = this.onAir();
    this.#tell({ type: "track", frame: air.trackFrame, track: air.track, next, nextFrame });
    return air;
  }

  #goOn(): void {
    this.#steps = [...this.#steps.slice(0, this.#at + 1), { track: this.#next, direction: this.#direction }];
    this.#at++;
    this.#trackFrame = this.#nextFrame;
    this.#next = following(this.#next);
    this.#nextFrame += trackFrames;
    this.#tell({ type: "journey" });
  }

  #send(): void {
    const until = this.onAir().frame + burstFrames;
    for (const [sink, from] of this.#sinks) {
      if (until <= from) continue;
      sink.write(framesOf(from, until));
      this.#sinks.set(sink, until);
    }
    this.#tellTaps(until);
  }

  #tellTaps(until: number): void {
    for (const [tell, from] of this.#taps) {
      if (until <= from) continue;
      tell({ bytes: Uint8Array.from(framesOf(from, until)), frames: until - from });
      this.#taps.set(tell, until);
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell(change: StreamChange): void {
    for (const subscriber of [...this.#subscribers]) subscriber(change);
  }
}

const following = (track: TrackInfo) => testTracks[(testTracks.indexOf(track) + 1) % testTracks.length]!;

function find(id: string): TrackInfo {
  const track = testTracks.find((one) => one.id === id);
  if (!track) throw new HereaboutsError("TRACK_GONE", `"${id}".`);
  return track;
}
