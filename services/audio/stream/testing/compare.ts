/**
 * Compares a stream, as it is decoded, with what it should be: the decoded originals, mixed with equal power where they
 * are joined. Piece by piece, so that an hour needs little memory.
 */
import { createDecoder, type Stereo } from "../../crossfade/codec.ts";
import { frameSamples } from "../../mp3/header.ts";
import type { Joined } from "./render.ts";

export type Original = { pcm: Stereo; isSine: boolean };

export type Comparison = {
  samples: number;
  /** Largest difference outside fades, in dB of full scale. */
  outsideDb: number;
  /** Mean power of the difference around each seam of a sine with its fade, in dB of full scale. */
  seamsDb: number[];
  /** Largest difference of the level within fades, in dB. */
  levelDb: number;
};

/** Frames around a join that belong to its clip, or to what a decoder carries over from it. */
const margin = 9;
const windowFrames = 8;

const decibels = (power: number) => 10 * Math.log10(power);

export async function compare(
  stream: Uint8Array,
  joined: readonly Joined[],
  first: { id: string; from: number },
  original: (id: string) => Promise<Original>,
): Promise<Comparison> {
  const decoder = await createDecoder();
  const result: Comparison = { samples: 0, outsideDb: Number.NEGATIVE_INFINITY, seamsDb: [], levelDb: 0 };
  let outside = 0;
  let at = 0;
  /** What is heard: a track, which frame of it is heard at which frame of the stream, and what it goes on to. */
  let current = { ...(await original(first.id)), offset: first.from };
  let index = 0;
  let join = joined[0];
  let next = join && { ...(await original(join.b)), offset: join.bAt - join.start };
  let power = { heard: 0, ideal: 0, frames: 0 };
  const seams = new Map<number, number>();

  const takeFrame = (pcm: Stereo, from: number, frame: number) => {
    let largest = 0;
    let square = 0;
    const isFading = join && frame >= join.start && frame < join.start + join.frames;
    for (const channel of [0, 1] as const) {
      const [a, b] = [current.pcm[channel], next?.pcm[channel]];
      const aFrom = (frame + current.offset) * frameSamples;
      const bFrom = (frame + (next?.offset ?? 0)) * frameSamples;
      for (let i = 0; i < frameSamples; i++) {
        let ideal = a[aFrom + i] ?? 0;
        if (join && b && frame >= join.start) {
          const since = (frame - join.start) * frameSamples + i;
          const turn = (Math.min(1, since / (join.frames * frameSamples)) * Math.PI) / 2;
          ideal = (since < join.frames * frameSamples ? ideal * Math.cos(turn) : 0) + b[bFrom + i]! * Math.sin(turn);
        }
        const heard = pcm[channel][from + i]!;
        const apart = Math.abs(heard - ideal);
        if (apart > largest || Number.isNaN(apart)) largest = apart;
        square += apart * apart;
        power.heard += heard * heard;
        power.ideal += ideal * ideal;
      }
    }
    seams.set(frame, square / (2 * frameSamples));
    const isNear = join && frame >= join.start - margin && frame < join.start + join.frames + margin;
    if (!isNear) outside = Math.max(outside, Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest);
    if (++power.frames === windowFrames) {
      if (isFading) result.levelDb = Math.max(result.levelDb, Math.abs(decibels(power.heard / power.ideal)));
      power = { heard: 0, ideal: 0, frames: 0 };
    }
  };

  /** The join is over: what it led to is heard alone. */
  const goOn = async () => {
    const { start, frames, clip } = join!;
    const note = (seam: number) => result.seamsDb.push(decibels((seams.get(seam - 1)! + seams.get(seam)!) / 2));
    if (current.isSine) note(start - clip.lead);
    if (next!.isSine) note(start + frames + clip.tail);
    seams.clear();
    current = next!;
    join = joined[++index];
    next = join && { ...(await original(join.b)), offset: join.bAt - join.start };
  };

  for (let piece = 0; piece < stream.length; piece += 1 << 16) {
    const { pcm } = decoder.decode(stream.subarray(piece, piece + (1 << 16)));
    result.samples += pcm[0].length;
    for (let from = 0; from + frameSamples <= pcm[0].length; from += frameSamples) {
      if (join && at >= join.start + join.frames + margin) await goOn();
      takeFrame(pcm, from, at++);
    }
  }
  decoder.free();
  result.outsideDb = 2 * decibels(outside);
  return result;
}
