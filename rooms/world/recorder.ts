/**
 * Records a world as a capsule (schema/capsule/file.ts) while anyone is in it: everything that everyone there can see, and
 * nothing of whoever is invisible. A tick in which nothing happens costs a look at each slot, and no bytes.
 *
 * Chunks are packed beside the room's thread and written in their order. A recording ends when nobody is left, after half
 * an hour, when its folder takes no more or someone is taken out of it, and with the room; the next thing that happens begins another one.
 */
import { ChunkWriter } from "../../schema/capsule/chunk.ts";
import type { CapsuleEvent } from "../../schema/capsule/events.ts";
import { encodeChunk, encodeHeader } from "../../schema/capsule/file.ts";
import type { WorldAnnouncements } from "../../schema/messages.ts";
import { fieldsOf, type PersonFields } from "../../schema/personFields.ts";
import type { WorldState } from "../../schema/world.ts";
import type { Recording } from "../../services/artifacts/artifacts.ts";
import type { Poses } from "./poses.ts";

const chunkMs = 10_000;
/** A chunk that is larger than this ends sooner. */
const chunkBytes = 512 * 1024;
const recordingMs = 30 * 60_000;
/** How long it waits after a folder was full, and where there is none yet. */
const againMs = 60_000;
const notYetMs = 1000;
/** Larger contents of a piece's messages are left out. */
const pieceDataChars = 256;
const recorded: ReadonlySet<keyof WorldAnnouncements> = new Set(["say", "emote", "piece"]);

export type RecorderOptions = {
  readonly state: WorldState;
  readonly poses: Poses;
  /** Id of the session. */
  readonly session: string;
  /** Undefined where nothing is recorded at this time. */
  readonly open: () => Recording | undefined;
  /** The clock of movement frames, in ms. */
  readonly now: () => number;
  /** ms since the epoch. */
  readonly date: () => number;
  readonly onError: (error: unknown) => void;
};

/** An event without its time. */
type Happening = CapsuleEvent extends infer E ? (E extends CapsuleEvent ? Omit<E, "t"> : never) : never;
type Open = {
  readonly recording: Recording;
  readonly begun: number;
  readonly chunk: ChunkWriter;
  hasChunk: boolean;
  /** The last tick. */
  tick: number;
  /** Who is in it, as it has them. */
  readonly seen: Map<string, PersonFields>;
};

export class Recorder {
  readonly #options: RecorderOptions;
  #open: Open | undefined;
  #againAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Someone came or changed. `was`: the id of the guest that has signed in as them. */
  changed(id: string, was?: string): void {
    this.#guarded(() => this.#changed(id, was));
  }

  left(id: string, reason: string): void {
    this.#guarded(() => this.#left(id, reason));
  }

  /** A prop was set or deleted. Someone whom nobody sees is not named. */
  propChanged(key: string, by: string): void {
    this.#guarded(() => this.#propChanged(key, by));
  }

  announced<K extends keyof WorldAnnouncements>(type: K, data: WorldAnnouncements[K]): void {
    this.#guarded(() => {
      const open = recorded.has(type) ? this.#begun() : undefined;
      const happening = open && happeningOf(type, data);
      if (happening) this.#note(open, happening);
    });
  }

  /** Takes what this tick's frames carry, just before they are sent at `time`. */
  tick(time: number): void {
    this.#guarded(() => this.#tick(time));
  }

  /** Whatever goes wrong here, the world goes on. */
  #guarded(record: () => void): void {
    try {
      record();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #changed(id: string, was: string | undefined): void {
    const open = this.#begun();
    const person = this.#options.state.people.get(id);
    if (!open || !person) return;
    const before = open.seen.get(was ?? id) ?? open.seen.get(id);
    const now = fieldsOf(person);
    if (was !== undefined) open.seen.delete(was);
    open.seen.set(id, now);
    if (!before) this.#note(open, { type: "join", person: now });
    else this.#noteChanges(open, before, now, was);
  }

  #noteChanges(open: Open, before: PersonFields, now: PersonFields, was: string | undefined): void {
    const names = Object.keys(now) as (keyof PersonFields)[];
    const changed = names.filter((name) => now[name] !== before[name]);
    if (changed.length === 0) return;
    const changes = Object.fromEntries(changed.map((name) => [name, now[name]]));
    const type = now.status === before.status ? "update" : kindOfChange(before.status, now.status);
    this.#note(open, { type, id: now.id, ...(was === undefined ? {} : { was }), changes });
  }

  #left(id: string, reason: string): void {
    const open = this.#open;
    if (!open?.seen.delete(id)) return;
    this.#note(open, { type: "leave", id, reason });
    if (this.#options.state.people.size === 0) this.#end("empty");
  }

  #propChanged(key: string, by: string): void {
    const { people, props } = this.#options.state;
    const open = this.#begun();
    if (!open) return;
    const prop = props.get(key);
    const visible = people.has(by) ? { by } : {};
    this.#note(open, { type: "prop", key, ...(prop ? propFields(prop, people) : {}), ...visible });
  }

  #tick(time: number): void {
    const { poses } = this.#options;
    const open = this.#begun(time);
    if (!open) return;
    const t = Math.trunc(time) - open.begun;
    const { changedAt, x, y, z, direction, tick, slots } = poses;
    for (let slot = 0; slot < slots; slot++) {
      if (changedAt[slot] !== tick) continue;
      this.#chunk(open, t).move(t, slot, x[slot]!, y[slot]!, z[slot]!, direction[slot]!);
    }
    if (open.hasChunk) open.chunk.endTick(t);
    open.tick = t;
    if (t >= recordingMs) this.#end("half an hour");
    else if (open.hasChunk && (t - open.chunk.first >= chunkMs || open.chunk.size >= chunkBytes)) this.#flush(open);
  }

  /** Ends the recording. Resolves when all of it was handed over. */
  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    this.#end(reason);
    await this.#writing;
  }

  /** Ends the recording; what happens next begins another, with who is there then. Resolves when it is whole. */
  async #cut(): Promise<void> {
    this.#guarded(() => this.#end("cut"));
    await this.#writing;
  }

  /** The recording of this moment: begun now, where there is something to record. */
  #begun(now = this.#options.now()): Open | undefined {
    if (this.#open) return this.#open;
    if (this.#isClosed || this.#options.state.people.size === 0 || now < this.#againAt) return undefined;
    const recording = this.#options.open();
    if (!recording) {
      this.#againAt = now + notYetMs;
      return undefined;
    }
    const begun = Math.trunc(now);
    const seen = new Map<string, PersonFields>();
    const open = { recording, begun, chunk: new ChunkWriter(), hasChunk: false, tick: 0, seen };
    this.#open = open;
    recording.onCut = () => this.#cut();
    this.#begin(open);
    return open;
  }

  #begin(open: Open): void {
    const { state, poses, session, date } = this.#options;
    const { geometry } = poses;
    const { slug, tickHz } = state;
    const header = encodeHeader({ slug, session, started: date(), clock: open.begun, tickHz, geometry });
    this.#write(open, async () => header);
    for (const person of state.people.values()) {
      const fields = fieldsOf(person);
      open.seen.set(fields.id, fields);
      this.#note(open, { type: "present", person: fields }, 0);
    }
    for (const [key, prop] of state.props)
      this.#note(open, { type: "prop", key, ...propFields(prop, state.people) }, 0);
  }

  #note(open: Open, happening: Happening, t = Math.trunc(this.#options.now()) - open.begun): void {
    this.#chunk(open, t).event({ t, ...happening } as CapsuleEvent);
  }

  /** The chunk of this moment: begun now, with the pose of everyone, where there is none. */
  #chunk(open: Open, t: number): ChunkWriter {
    const { chunk } = open;
    if (open.hasChunk) return chunk;
    open.hasChunk = true;
    chunk.begin(t, open.tick);
    const { changedAt, x, y, z, direction, slots } = this.#options.poses;
    for (let slot = 0; slot < slots; slot++) {
      if (changedAt[slot] === 0) continue;
      chunk.key(slot, { x: x[slot]!, y: y[slot]!, z: z[slot]!, direction: direction[slot]! });
    }
    chunk.endKeys();
    return chunk;
  }

  #flush(open: Open): void {
    if (!open.hasChunk) return;
    open.hasChunk = false;
    const { first, last } = open.chunk;
    const content = open.chunk.finish();
    this.#write(open, () => encodeChunk(first, last, content));
    if (open.recording.isFull) this.#end("full");
  }

  #end(reason: string): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    // what is full takes no end either: it is broken off
    if (reason === "full") this.#againAt = this.#options.now() + againMs;
    else {
      this.#note(open, { type: "end", reason });
      this.#flush(open);
    }
    this.#next(() => open.recording.end());
  }

  #write({ recording }: Open, make: () => Promise<Uint8Array>): void {
    this.#next(async () => recording.write(await make()));
  }

  #next(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch(this.#options.onError);
  }
}

function propFields({ value, owner }: { value: string; owner: string }, people: ReadonlyPeople) {
  return { value, ...(people.has(owner) ? { owner } : {}) };
}

type ReadonlyPeople = { has(id: string): boolean };

function kindOfChange(before: string, now: string): "ghost" | "return" | "update" {
  return now === "ghost" ? "ghost" : before === "ghost" ? "return" : "update";
}

function happeningOf<K extends keyof WorldAnnouncements>(type: K, data: WorldAnnouncements[K]): Happening | undefined {
  if (type === "say") {
    const { from, text, sayMs } = data as WorldAnnouncements["say"];
    return { type: "say", id: from, text, sayMs };
  }
  if (type === "emote") {
    const { from, emote } = data as WorldAnnouncements["emote"];
    return { type: "emote", id: from, emote };
  }
  if (type !== "piece") return undefined;
  const { from, type: name, data: content } = data as WorldAnnouncements["piece"];
  const isSmall = JSON.stringify(content ?? null).length <= pieceDataChars;
  return { type: "piece", id: from, name, ...(isSmall ? { data: content } : {}) };
}
