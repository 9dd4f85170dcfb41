/**
 * One session's sound. While nobody listens it is arithmetic and nothing is held; the first listener wakes it, the last
 * one that leaves lets it sleep. Its clock is that of all sessions, and they all tick together.
 */
import { frameMs } from "../../../schema/audio.ts";
import type { Direction } from "../../../schema/directions.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Crossfades } from "../crossfade/crossfades.ts";
import { choose } from "../explorer/choose.ts";
import { currentId, goOn, goTo, type Journey } from "../explorer/journey.ts";
import type { Segment } from "../mp3/remux.ts";
import { bridge } from "./bridge.ts";
import type { Collection } from "./collection.ts";
import { Fanout } from "./fanout.ts";
import { Loads } from "./loads.ts";
import { Renderer } from "./renderer.ts";
import { Said } from "./said.ts";
import type {
  JourneyView,
  Listener,
  ListenOptions,
  OnAir,
  SavedStream,
  SessionStream,
  StreamChange,
} from "./stream.ts";
import { type Entry, Timeline } from "./timeline.ts";
import type { Prepared, Tracks } from "./tracks.ts";

export type SessionDeps = {
  /** Ms since the epoch; never goes back. */
  now(): number;
  collection: Pick<Collection, "find" | "shapeOf" | "space" | "infoOf" | "placeOf">;
  tracks: Pick<Tracks, "get" | "peek" | "load" | "hold" | "release" | "atHand">;
  crossfades: Pick<Crossfades, "fade">;
  fadeFrames: number;
  /** Frames and fades that were not ready in time. */
  onLate(count: number): void;
  /** A listener does not keep up: missed a segment, or is cut. */
  onBehind(what: "missed" | "cut"): void;
  /** Whether it wants to tick. */
  onRendering(session: Session, isRendering: boolean): void;
  onClosed(session: Session): void;
  /** Something that should not happen. */
  onError(error: unknown): void;
};

const frames = (seconds: number) => Math.round((seconds * 1000) / frameMs);
/** How far ahead of what is on air the stream is made, at least: a burst. A segment goes beyond it by up to a second. */
const ahead = frames(4);
/** A fade that is late is waited for until this little is left; a session that just began has less. */
const reserve = frames(2.5);
const firstReserve = frames(0.2);
/** And a track so much shorter, as the fade into what is played instead has to be made. */
const fadeTime = frames(0.75);
/** How long before its frames are cut a join is fixed, and its track asked for. */
const lockAhead = frames(10);
const loadAhead = frames(60);
/** By then it is fixed even if its track is not there yet. */
const urgent = frames(2);
/** How long the first listener waits for the right track before it gets another. */
const patience = frames(0.4);
/** Who was held up for so long goes on with what is on air. */
const stalled = frames(10);
/** How long what was heard is remembered. */
const remembered = frames(60);
/** Broken tracks in a row that a choice passes over. */
const tries = 20;

export class Session implements SessionStream {
  readonly epochMs: number;
  readonly #deps: SessionDeps;
  readonly #timeline: Timeline;
  readonly #fanout: Fanout;
  readonly #subscribers = new Set<(change: StreamChange) => void>();
  #renderer: Renderer | undefined;
  /** The first frame of the first listener, while its track is prepared. */
  #startsAt: number | undefined;
  /** The first frame that was rendered since it woke. */
  #begunAt = 0;
  readonly #loads: Loads;
  readonly #said: Said;
  #isClosed = false;

  /** `saved`: goes on with it; where its tracks are not there, with the journey from now on. */
  constructor(deps: SessionDeps, journey: Journey, direction: Direction, saved?: SavedStream) {
    const { collection, tracks, fadeFrames } = deps;
    this.#deps = deps;
    this.epochMs = saved?.epochMs ?? deps.now();
    this.#loads = new Loads(deps, {
      loaded: (prepared) => this.#loaded(prepared),
      broken: (track) => this.#broken(track),
      failed: (error) => this.#fail(error),
    });
    this.#timeline = new Timeline(
      {
        journey,
        direction,
        fadeFrames,
        ...(saved && saved.entries.length > 0 && { entries: saved.entries }),
        shapeOf: (id) => tracks.peek(id)?.shape ?? collection.shapeOf(id),
        explore: (from, along) => this.#explore(from, along),
      },
      this.#frame,
    );
    this.#said = new Said(this.#timeline, collection, (change) => this.#emit(change));
    this.#fanout = new Fanout({
      titleAt: (frame) => this.#said.title(frame),
      onAir: () => this.#frame,
      onChange: () => this.#listenersChanged(),
      onBehind: (what) => deps.onBehind(what),
      bridge: (from, to) => bridge(this.#timeline, (id) => tracks.peek(id), from, to),
    });
    this.#look();
  }

  get listeners(): number {
    return this.#fanout.size;
  }

  save(): SavedStream {
    const { entries, direction } = this.#timeline;
    const first = entries.indexOf(this.#timeline.at(this.#frame));
    // the one before may still be heard, where its fade is under way
    const saved = entries.slice(Math.max(0, first - 1)).map(({ shape: _, ...entry }) => entry);
    return { epochMs: this.epochMs, direction, entries: saved };
  }

  onAir(): OnAir {
    const frame = this.#look();
    return this.#said.view(this.#timeline.titled(frame), frame);
  }

  journey(): JourneyView {
    return this.#said.journey(this.#timeline.titled(this.#look()).journey);
  }

  next(): OnAir {
    this.#look();
    return this.#changed(this.#timeline.next(this.#openFrom));
  }

  turn(direction: Direction): OnAir {
    const frame = this.#look();
    this.#timeline.turn(direction, this.#openFrom);
    this.#changed();
    return this.#said.view(this.#timeline.titled(frame), frame);
  }

  play(trackId: string): OnAir {
    this.#look();
    if (!this.#deps.collection.find(trackId)) throw new HereaboutsError("TRACK_GONE", trackId);
    return this.#changed(this.#timeline.go(this.#openFrom, (journey) => goOn(journey, trackId, "chosen")));
  }

  back(step?: number): OnAir {
    const heard = this.#timeline.titled(this.#look()).journey;
    const journey = goTo(heard, Math.min(step ?? Math.max(0, heard.at - 1), heard.steps.length - 1));
    const id = currentId(journey);
    if (!this.#deps.collection.find(id)) throw new HereaboutsError("TRACK_GONE", id);
    return this.#changed(this.#timeline.go(this.#openFrom, () => journey));
  }

  listen(options: ListenOptions): Listener {
    const frame = this.#look();
    if (!this.#renderer && this.#startsAt === undefined) this.#wake(frame);
    return this.#fanout.join(options, this.#startsAt ?? frame);
  }

  subscribe(onChange: (change: StreamChange) => void): () => void {
    this.#subscribers.add(onChange);
    return () => void this.#subscribers.delete(onChange);
  }

  tap(onSegment: (segment: Segment) => void): () => void {
    return this.#fanout.tap(onSegment);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sleep();
    this.#emit({ type: "ended" });
    this.#subscribers.clear();
    this.#deps.onClosed(this);
  }

  /** Four times a second while somebody listens. Never throws: one session must not end the others. */
  tick(): void {
    try {
      this.#tick();
    } catch (error) {
      this.#fail(error);
    }
  }

  #tick(): void {
    const frame = this.#frame;
    if (this.#startsAt !== undefined && frame - this.#startsAt > patience) this.#startAtHand(this.#startsAt);
    const renderer = this.#renderer;
    if (!renderer) return;
    if (frame > renderer.head) this.#deps.onLate(frame - renderer.head);
    if (frame > renderer.head + stalled) {
      this.#fanout.skip(frame - renderer.head);
      this.#timeline.advance(frame);
      this.#renderer = undefined;
      this.#wake(frame);
    } else this.#goOn(renderer, frame);
  }

  #goOn(renderer: Renderer, frame: number): void {
    this.#reconsider();
    this.#lock(renderer);
    this.#produce(renderer, frame);
    this.#unstick(renderer, frame);
    this.#timeline.forget(frame - remembered);
    this.#said.tell(frame);
  }

  get #frame(): number {
    return Math.max(0, Math.floor((this.#deps.now() - this.epochMs) / frameMs));
  }

  /** From here on a command may change what is heard. */
  get #openFrom(): number {
    return this.#renderer?.openFrom ?? this.#frame + 1;
  }

  #explore(journey: Journey, direction: Direction): Journey {
    const { collection, tracks } = this.#deps;
    let from = journey;
    for (let i = 0; i < tries; i++) {
      const choice = choose(collection.space, from, direction);
      if (!choice) break;
      if (collection.find(choice.id)) return goOn({ ...journey, heard: from.heard }, choice.id, direction);
      from = { ...from, heard: [...from.heard, choice.id] };
    }
    return goOn(journey, tracks.atHand(currentId(journey)) ?? currentId(journey), direction);
  }

  /** A track follows itself only where there is no other: there may be by now. */
  #reconsider(): void {
    const { planned, last, direction } = this.#timeline;
    if (planned.track === last.track && this.#deps.collection.space.size > 1)
      this.#timeline.turn(direction, this.#openFrom);
  }

  /** Comes up to now; gives the frame on air. */
  #look(): number {
    const frame = this.#frame;
    if (!this.#renderer && this.#startsAt === undefined) {
      this.#timeline.advance(frame);
      this.#timeline.forget(frame - remembered);
    }
    this.#reconsider();
    this.#said.tell(frame);
    return frame;
  }

  /** After a command. */
  #changed(entry = this.#timeline.last): OnAir {
    const frame = this.#frame;
    this.#follow();
    this.#said.tell(frame);
    return this.#said.view(entry, frame);
  }

  #wake(frame: number): void {
    const entry = this.#timeline.at(frame);
    this.#startsAt = frame;
    this.#hold();
    const prepared = this.#deps.tracks.get(entry.track);
    if (prepared) this.#start(entry, prepared, frame);
    else this.#loads.load(entry.track);
    this.#deps.onRendering(this, true);
  }

  #start(entry: Entry, prepared: Prepared, frame: number): void {
    this.#startsAt = undefined;
    this.#begunAt = frame;
    this.#renderer = new Renderer(
      {
        makeFade: ({ a, aAt, b, bAt, frames, start }) =>
          this.#deps.crossfades.fade({ ...a, at: aAt }, { ...b, at: bAt }, frames, this.epochMs + start * frameMs),
        onLate: () => this.#deps.onLate(1),
      },
      entry,
      prepared,
      frame,
    );
    this.#follow();
    this.#goOn(this.#renderer, this.#frame);
  }

  /** The right track takes too long or is broken, and nobody has heard anything: what is there is played. */
  #startAtHand(frame: number): void {
    const { journey, track } = this.#timeline.at(frame);
    const { tracks } = this.#deps;
    const id = tracks.atHand(track);
    if (id === undefined) return;
    this.#timeline.restart(goOn(journey, id, this.#timeline.direction), frame);
    this.#wake(frame);
  }

  /** Its listeners come back to a session that is made anew from its timeline. */
  #fail(error: unknown): void {
    this.#deps.onError(error);
    this.#sleep();
  }

  /** Sends away who still listens. */
  #sleep(): void {
    this.#renderer = undefined;
    this.#startsAt = undefined;
    this.#fanout.clear();
    this.#hold();
    this.#deps.onRendering(this, false);
  }

  #loaded(prepared: Prepared): void {
    const at = this.#startsAt;
    const entry = this.#timeline.at(at ?? 0);
    if (at === undefined) this.#follow();
    else if (entry.track === prepared.id) this.#start(entry, prepared, at);
  }

  #broken(track: string): void {
    if (this.#isClosed) return;
    const at = this.#startsAt;
    const { journey, track: current } = this.#timeline.at(at ?? this.#frame);
    if (at !== undefined && current === track) {
      const other = this.#explore(journey, this.#timeline.direction);
      // nothing is left to play
      if (!this.#deps.collection.find(currentId(other))) this.#fanout.clear();
      else {
        this.#timeline.restart(other, at);
        this.#wake(at);
      }
    } else if (this.#timeline.planned.track === track || this.#timeline.last.track === track) {
      this.#timeline.replan(this.#openFrom);
      this.#changed();
    }
  }

  /** Brings the renderer up to the timeline. */
  #follow(): void {
    this.#hold();
    if (!this.#renderer) return;
    const { entries } = this.#timeline;
    this.#renderer.follow(entries, (id) => this.#deps.tracks.get(id));
    for (const { track, start } of entries.slice(entries.indexOf(this.#timeline.at(this.#frame)) + 1)) {
      if (!this.#deps.tracks.peek(track)) this.#loads.load(track, this.epochMs + start * frameMs);
    }
  }

  /** Fixes what comes next when it is time to make the fade, and asks for its track before. */
  #lock(renderer: Renderer): void {
    for (;;) {
      const { track, start } = this.#timeline.planned;
      const left = start - renderer.head;
      if (left > loadAhead) return;
      if (!this.#deps.tracks.peek(track)) {
        this.#hold();
        this.#loads.load(track, this.epochMs + start * frameMs);
        if (left > urgent) return;
      } else if (left > lockAhead) return;
      this.#timeline.lock(renderer.openFrom);
      this.#follow();
    }
  }

  #produce(renderer: Renderer, frame: number): void {
    for (const segment of renderer.produce(frame + ahead, frame + this.#reserveAt(frame))) {
      this.#fanout.push(segment);
      if (this.#renderer !== renderer) return;
    }
  }

  #reserveAt(frame: number): number {
    return Math.min(reserve, firstReserve + frame - this.#begunAt);
  }

  /** A track that someone asked for is not there yet: later, then, or something else where nothing else is left. */
  #unstick(renderer: Renderer, frame: number): void {
    const entry = renderer.waitsFor;
    if (!entry || renderer.head > frame + this.#reserveAt(frame) + fadeTime || this.#renderer !== renderer) return;
    const { entries, direction } = this.#timeline;
    const before = entries[entries.indexOf(entry) - 1]!;
    const later = renderer.openFrom + reserve;
    if (later - before.start + before.from < before.shape.to) {
      this.#timeline.go(renderer.openFrom, () => entry.journey, later);
    } else {
      this.#deps.onLate(1);
      const atHand = this.#deps.tracks.atHand(before.track) ?? before.track;
      this.#timeline.replan(renderer.openFrom, goOn(before.journey, atHand, direction));
      this.#lock(renderer);
    }
    this.#follow();
    this.#produce(renderer, frame);
  }

  /** Tracks that are in use, or soon will be, stay in memory. */
  #hold(): void {
    const isAwake = this.#renderer !== undefined || this.#startsAt !== undefined;
    const { entries, planned } = this.#timeline;
    const current = entries.slice(Math.max(0, entries.indexOf(this.#timeline.at(this.#frame)) - 1));
    const wanted = new Set(isAwake ? current.map(({ track }) => track) : []);
    if (this.#renderer && planned.start - this.#renderer.head <= loadAhead) wanted.add(planned.track);
    this.#loads.hold(wanted);
  }

  #listenersChanged(): void {
    this.#emit({ type: "listeners" });
    if (this.#fanout.size === 0 && !this.#isClosed) this.#sleep();
  }

  #emit(change: StreamChange): void {
    for (const tell of [...this.#subscribers]) tell(change);
  }
}
