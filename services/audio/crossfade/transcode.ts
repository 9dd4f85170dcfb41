/**
 * Makes a track of sound that cannot be passed through: an MP3 of another shape, or PCM from other decoders. Piece by
 * piece, so that a long one takes no more memory than a short one. Slow: for worker threads.
 */
import { HereaboutsError } from "../../../schema/errors.ts";
import { frameSamples, streamHz } from "../mp3/header.ts";
import { parse } from "../mp3/parse.ts";
import { endOfAudio, startOfAudio } from "../mp3/tags.ts";
import { frameCount, type Track } from "../mp3/track.ts";
import { type Bitrate, codecDelay, createDecoder, createEncoder, type Stereo } from "./codec.ts";

/** `channels` are one or two, equally long; more are not mixed down. */
export type Source = { mp3: Uint8Array } | { channels: readonly Float32Array[]; sampleHz: number };
export type TranscodeJob = { source: Source; bitrate: Bitrate };

const pieceBytes = 1 << 16;
const pieceSamples = 1 << 16;

type Piece = { pcm: Stereo; sampleHz: number };

export async function transcode({ source, bitrate }: TranscodeJob): Promise<Track> {
  const encoder = new TrackEncoder(bitrate);
  const heard = "mp3" in source ? decoded(source.mp3) : pieces(source.channels, source.sampleHz);
  for await (const piece of heard) await encoder.push(piece);
  return encoder.finish();
}

/** Takes a sound piece by piece, all at one sample rate. */
export class TrackEncoder {
  readonly #bitrate: Bitrate;
  readonly #parts: Uint8Array[] = [];
  #encoder: Awaited<ReturnType<typeof createEncoder>> | undefined;
  #seconds = 0;

  constructor(bitrate: Bitrate) {
    this.#bitrate = bitrate;
  }

  async push({ pcm, sampleHz }: Piece): Promise<void> {
    this.#encoder ??= await createEncoder({ bitrate: this.#bitrate }, sampleHz);
    this.#parts.push(this.#encoder.encode(pcm));
    this.#seconds += pcm[0].length / sampleHz;
  }

  finish(): Track {
    if (this.#encoder) this.#parts.push(this.#encoder.finish());
    const parsed = parse(Buffer.concat(this.#parts));
    if (parsed.kind !== "track") throw new HereaboutsError("BAD_AUDIO", "There is no sound in it.");
    const samples = frameCount(parsed.track) * frameSamples;
    const musicTo = Math.min(samples, codecDelay + Math.round(this.#seconds * streamHz));
    return { ...parsed.track, musicFrom: codecDelay, musicTo };
  }
}

async function* decoded(file: Uint8Array): AsyncGenerator<Piece> {
  const decoder = await createDecoder();
  try {
    const bytes = file.subarray(startOfAudio(file), endOfAudio(file));
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = decoder.decode(bytes.subarray(at, at + pieceBytes));
      if (piece.pcm[0].length > 0) yield piece;
    }
  } finally {
    decoder.free();
  }
}

function* pieces([left, right = left]: readonly Float32Array[], sampleHz: number): Generator<Piece> {
  if (!left || left.length !== right?.length || !(sampleHz >= 8000 && sampleHz <= 192_000)) {
    throw new HereaboutsError(
      "BAD_AUDIO",
      "It has no channels, or of different lengths, or a sample rate that is none.",
    );
  }
  for (let at = 0; at < left.length; at += pieceSamples) {
    const cut = (channel: Float32Array) => channel.subarray(at, at + pieceSamples);
    yield { pcm: [cut(left), cut(right)], sampleHz };
  }
}
