/**
 * Reads an MP3 file as logical frames, whatever lies around and between them. What cannot be passed through bit-exactly
 * comes back with the reason why it must be transcoded, what is no MP3 as a refusal; no bytes make it throw. A frame
 * whose data is not there (a cut start, a gap) becomes silence of the same length.
 */
import { HereaboutsError } from "../../../schema/errors.ts";
import { type Header, headerBytes, readHeader, sideBytes, streamHz } from "./header.ts";
import { isSound, mainBytes, mainDataBegin } from "./side.ts";
import { endOfAudio, type Gapless, musicRange, readInfo, startOfAudio } from "./tags.ts";
import { canBeCut, maxReservoir, needsOf, type Track } from "./track.ts";

export type Parsed =
  | { kind: "track"; track: Track; silenced: number }
  | { kind: "transcode"; why: "sample rate" | "mono" | "frames too large" }
  | { kind: "refused"; error: HereaboutsError };

/** Frames in a row that make a stream, unless the file ends before. */
const convincing = 3;
/** More than any frame holds. */
const maxFrameBytes = 2048;

export function parse(file: Uint8Array): Parsed {
  const bytes = file.subarray(startOfAudio(file), endOfAudio(file));
  const format = findFormat(bytes);
  if (!format) return { kind: "refused", error: new HereaboutsError("BAD_AUDIO", "There is no MP3 frame in it.") };
  if (format.channels === 1) return { kind: "transcode", why: "mono" };
  if (format.sampleHz !== streamHz) return { kind: "transcode", why: "sample rate" };
  const frames = findFrames(bytes, format);
  const [track, silenced] = resolve(bytes, frames);
  if (!canBeCut(track)) return { kind: "transcode", why: "frames too large" };
  return { kind: "track", track, silenced };
}

/** The frame of the same stream at `at`. */
function sameAt(bytes: Uint8Array, at: number, format: Header): Header | undefined {
  const header = readHeader(bytes, at);
  const isSame = header?.sampleHz === format.sampleHz && header.channels === format.channels;
  return isSame && at + header.bytes <= bytes.length ? header : undefined;
}

/** Whether frames follow each other from `at` on, `count` of them or up to the end. */
function isRun(bytes: Uint8Array, at: number, format: Header, count: number): boolean {
  if (at === bytes.length) return true;
  const header = sameAt(bytes, at, format);
  return header !== undefined && (count === 1 || isRun(bytes, at + header.bytes, format, count - 1));
}

function findFormat(bytes: Uint8Array): Header | undefined {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const header = readHeader(bytes, at);
    if (header && isRun(bytes, at, header, convincing)) return header;
  }
  return undefined;
}

type Frames = { starts: Uint32Array; count: number; gapless: Gapless | undefined };

/** Where the frames are. Between them may be anything; a lone header among it is not believed. */
function findFrames(bytes: Uint8Array, format: Header): Frames {
  const leastBytes = 104;
  const starts = new Uint32Array(Math.ceil(bytes.length / leastBytes));
  let count = 0;
  let gapless: Gapless | undefined;
  let isFirst = true;
  let at = bytes.indexOf(0xff);
  let isInStep = false;
  while (at >= 0) {
    const header = sameAt(bytes, at, format);
    if (!header || (!isInStep && !isRun(bytes, at, format, 2))) {
      isInStep = false;
      at = bytes.indexOf(0xff, at + 1);
      continue;
    }
    const info = isFirst ? readInfo(bytes.subarray(at, at + header.bytes)) : undefined;
    if (info) gapless = info.gapless;
    else starts[count++] = at;
    isFirst = false;
    isInStep = true;
    at += header.bytes;
  }
  return { starts, count, gapless };
}

/** Puts each frame's data together. */
function resolve(bytes: Uint8Array, { starts: places, count, gapless }: Frames): [Track, silenced: number] {
  const headers = new Uint8Array(count * headerBytes);
  const sides = new Uint8Array(count * sideBytes);
  const starts = new Uint32Array(count + 1);
  const main = new Uint8Array(bytes.length);
  /** The end of what came before this frame's own data, and then that data. */
  const window = new Uint8Array(maxReservoir + maxFrameBytes);
  let silenced = 0;
  let used = 0;
  /** Positions in the stream of all data: where this frame's begins, from where it is whole, where the last one ended. */
  let own = 0;
  let wholeFrom = 0;
  let lastEnd = 0;
  for (let frame = 0; frame < count; frame++) {
    const at = places[frame]!;
    const { bytes: length, hasChecksum } = readHeader(bytes, at)!;
    const side = at + headerBytes + (hasChecksum ? 2 : 0);
    const area = bytes.subarray(Math.min(side + sideBytes, at + length), at + length);
    window.set(area, maxReservoir);
    const begin = own - mainDataBegin(bytes, side);
    const size = mainBytes(bytes, side);
    // After a gap, data from before it is believed only if it goes on exactly where the last frame's ended.
    const isAfterGap = frame > 0 && at !== places[frame - 1]! + readHeader(bytes, places[frame - 1]!)!.bytes;
    if (isAfterGap && begin !== lastEnd) wholeFrom = own;
    headers.set(bytes.subarray(at, at + headerBytes), frame * headerBytes);
    starts[frame] = used;
    if (begin >= wholeFrom && begin + size <= own + area.length && isSound(bytes, side)) {
      sides.set(bytes.subarray(side, side + sideBytes), frame * sideBytes);
      const first = maxReservoir - (own - begin);
      main.set(window.subarray(first, first + size), used);
      used += size;
    } else {
      silenced++;
    }
    lastEnd = begin + size;
    own += area.length;
    window.copyWithin(0, area.length, area.length + maxReservoir);
  }
  starts[count] = used;
  const track = {
    headers,
    sides,
    starts,
    main: main.slice(0, used),
    needs: needsOf(starts),
    ...musicRange(count, gapless),
  };
  return [track, silenced];
}
