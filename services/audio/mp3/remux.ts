/**
 * Lays frames of any tracks one after the other into a stream that any player takes, without touching what they sound
 * like. Data goes into the room that earlier frames left (the bit reservoir); each frame is the smallest that holds the
 * rest and what the next ones need. What `remux` returns needs nothing from before it and nothing after it: it can be
 * joined, dropped or followed by any other.
 */
import { headerBytes, maxMainBytes, sideBytes, slots } from "./header.ts";
import { addGain, setMainDataBegin } from "./side.ts";
import { maxReservoir, startFrom, type Track } from "./track.ts";

/**
 * Frames `from` until `to` of a track, made louder by `gain` steps of 1.505 dB. The first must be one that can start a
 * segment.
 */
export type Run = { track: Track; from: number; to: number; gain: number };

const largest = slots.at(-1)!;
const overhead = headerBytes + sideBytes;

/** The smallest frame that holds so much main data, by that number. */
const slotFor = Array.from(
  { length: maxMainBytes + 1 },
  (_, size) => slots.find(({ bytes }) => bytes - overhead >= size) ?? largest,
);

/** What each call writes to, and then takes out what it filled: memory of its own each time is mostly collected again. */
let scratch = new Uint8Array(0);

function emptyBytes(length: number): Uint8Array<ArrayBuffer> {
  if (scratch.length < length) scratch = new Uint8Array(length);
  else scratch.fill(0, 0, length);
  return scratch;
}

export function remux(runs: readonly Run[]): Uint8Array<ArrayBuffer> {
  let frames = 0;
  for (const { from, to } of runs) frames += to - from;
  const out = emptyBytes(frames * largest.bytes);
  /** Where each frame ends. The next one's room for data starts after its header and side information. */
  const ends = new Uint32Array(frames);
  let end = 0;
  let frame = 0;
  /** Where the next data goes, in which frame's room, and how much is left before the frame at hand. */
  let cursor = overhead;
  let room = 0;
  let reservoir = 0;

  /** Moves the cursor on, over what lies between the rooms, with data or without. */
  const fill = (bytes: number, source?: Uint8Array, first = 0) => {
    for (let done = 0; done < bytes; ) {
      if (cursor === ends[room]) cursor = ends[room++]! + overhead;
      const step = Math.min(bytes - done, ends[room]! - cursor);
      if (source) out.set(source.subarray(first + done, first + done + step), cursor);
      cursor += step;
      done += step;
    }
  };

  for (const { track, from, to, gain } of runs) {
    for (let index = from; index < to; index++) {
      if (reservoir > maxReservoir) {
        fill(reservoir - maxReservoir);
        reservoir = maxReservoir;
      }
      const first = track.starts[index]!;
      const size = track.starts[index + 1]! - first;
      const needNext = index + 1 < to ? track.needs[index + 1]! : 0;
      const slot = slotFor[Math.max(0, size + needNext - reservoir)] ?? largest;
      const side = end + headerBytes;
      out[end] = 0xff;
      out[end + 1] = 0xfb;
      out[end + 2] = slot.code;
      out[end + 3] = track.headers[index * headerBytes + 3]!;
      end += slot.bytes;
      ends[frame++] = end;
      reservoir += slot.bytes - overhead;
      // It fits unless a run starts where none may: silence, then, rather than data of something else.
      if (size > reservoir) continue;
      for (let i = 0; i < sideBytes; i++) out[side + i] = track.sides[index * sideBytes + i]!;
      setMainDataBegin(out, side, reservoir - (slot.bytes - overhead));
      if (gain !== 0) addGain(out, side, gain);
      fill(size, track.main, first);
      reservoir -= size;
    }
  }
  return out.slice(0, end);
}

/** About one second: a point to join at, to drop, and to send. */
export const segmentFrames = 38;

export type Segment = { bytes: Uint8Array<ArrayBuffer>; frames: number };

/**
 * Cuts runs into segments of 38 frames, or of a few more where the next frame could not start one. Takes a run only
 * when it is needed.
 */
export function* segments(runs: Iterable<Run>): Generator<Segment, void> {
  let collected: Run[] = [];
  let frames = 0;
  for (const { track, from, to, gain } of runs) {
    for (let at = from; at < to; ) {
      const next = startFrom(track, Math.min(to, at + segmentFrames - frames));
      const until = Math.min(to, next);
      collected.push({ track, from: at, to: until, gain });
      frames += until - at;
      at = until;
      if (frames < segmentFrames) continue;
      yield { bytes: remux(collected), frames };
      collected = [];
      frames = 0;
    }
  }
  if (frames > 0) yield { bytes: remux(collected), frames };
}
