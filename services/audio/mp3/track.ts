/**
 * A track as logical frames: header, side information and exactly the main data of each, wherever it lay in the file.
 * Kept in four flat arrays, about as large as the file itself. Nothing in it is ever changed.
 */
import { frameSamples, headerBytes, maxMainBytes, sideBytes } from "./header.ts";

/** How far back the data of a frame can begin. */
export const maxReservoir = 511;
/** Frames in a row that may each be no start: by so much a segment may be late. */
const longestNeed = 12;

export type Track = {
  /** 4 bytes for each frame. */
  readonly headers: Uint8Array<ArrayBuffer>;
  /** 32 bytes for each frame. Their main_data_begin means nothing. */
  readonly sides: Uint8Array<ArrayBuffer>;
  /** Where the main data of each frame starts, and last where that of the last ends. */
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly main: Uint8Array<ArrayBuffer>;
  /** Room that each frame and those after it need in the frames before; it can start a segment if that is 0. */
  readonly needs: Uint16Array<ArrayBuffer>;
  /** Samples of each channel, counted in what a decoder returns, between which there is music and not the encoder's silence. */
  readonly musicFrom: number;
  readonly musicTo: number;
};

export const frameCount = (track: Track): number => track.starts.length - 1;

export const trackBytes = ({ headers, sides, starts, main, needs }: Track): number =>
  headers.byteLength + sides.byteLength + starts.byteLength + main.byteLength + needs.byteLength;

/** A copy of frames `from` until `to`, in memory of its own. */
export function sliceTrack(track: Track, from: number, to: number): Track {
  const first = track.starts[from]!;
  const samples = (to - from) * frameSamples;
  const inside = (sample: number) => Math.min(samples, Math.max(0, sample - from * frameSamples));
  return {
    headers: track.headers.slice(from * headerBytes, to * headerBytes),
    sides: track.sides.slice(from * sideBytes, to * sideBytes),
    starts: track.starts.slice(from, to + 1).map((start) => start - first),
    main: track.main.slice(first, track.starts[to]),
    needs: track.needs.slice(from, to),
    musicFrom: inside(track.musicFrom),
    musicTo: inside(track.musicTo),
  };
}

/** Finds the needs of frames whose data starts at `starts`. */
export function needsOf(starts: Uint32Array): Uint16Array<ArrayBuffer> {
  const needs = new Uint16Array(starts.length - 1);
  let need = 0;
  for (let frame = needs.length - 1; frame >= 0; frame--) {
    need = Math.max(0, starts[frame + 1]! - starts[frame]! + need - maxMainBytes);
    needs[frame] = Math.min(need, 0xffff);
  }
  return needs;
}

/** The first frame from `frame` on that can start a segment, or a run of frames after another track. */
export function startFrom({ needs }: Track, frame: number): number {
  const found = needs.indexOf(0, frame);
  return found < 0 ? needs.length : found;
}

/** The last frame up to `frame` that can start a segment. */
export function startBefore({ needs }: Track, frame: number): number {
  return Math.max(0, needs.lastIndexOf(0, Math.max(0, frame)));
}

/** Whether the frames fit into a stream that can be cut every second. */
export function canBeCut({ needs }: Track): boolean {
  let inRow = 0;
  return needs.every((need) => {
    inRow = need === 0 ? 0 : inRow + 1;
    return need <= maxReservoir && inRow <= longestNeed;
  });
}

/** Its memory, to be handed to another thread instead of copied. */
export function buffersOf({ headers, sides, starts, main, needs }: Track): ArrayBuffer[] {
  return [headers, sides, starts, main, needs].map(({ buffer }) => buffer);
}
