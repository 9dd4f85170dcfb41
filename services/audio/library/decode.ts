/**
 * Decodes a file piece by piece, so that hours of music need little memory. Decoders are WebAssembly and may hang on what
 * they do not expect: run this in a worker that someone watches. Whatever is wrong with a file is a BAD_AUDIO.
 */
import { type FileHandle, open } from "node:fs/promises";
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Decoded, Decoder } from "./decoder.ts";
import { id3Length, sniff, sniffBytes } from "./sniff.ts";
import type { Format } from "./track.ts";
import { WavDecoder } from "./wav.ts";

/** Loaded when first needed: together they take 15 MB in each thread, and most music needs one of them. */
const decoders: Record<Format, () => Promise<Decoder>> = {
  mp3: async () => new (await import("mpg123-decoder")).MPEGDecoder(),
  flac: async () => new (await import("@wasm-audio-decoders/flac")).FLACDecoder(),
  vorbis: async () => new (await import("@wasm-audio-decoders/ogg-vorbis")).OggVorbisDecoder(),
  opus: async () => new (await import("ogg-opus-decoder")).OggOpusDecoder(),
  wav: async () => new WavDecoder(),
};

const readBytes = 131_072;

/** The file's format and where its audio begins. */
export async function formatOf(file: FileHandle): Promise<{ format: Format; from: number }> {
  const head = Buffer.alloc(sniffBytes);
  const { bytesRead } = await file.read(head, 0, sniffBytes, 0);
  if (bytesRead === 0) throw new HereaboutsError("BAD_AUDIO", "It is empty.");
  const from = id3Length(head.subarray(0, bytesRead));
  const { bytesRead: there } = await file.read(head, 0, sniffBytes, from);
  const format = sniff(head.subarray(0, there));
  if (!format) throw new HereaboutsError("BAD_AUDIO", "Its content is none of mp3, flac, ogg vorbis, opus and wav.");
  return { format, from };
}

/** Gives every piece of decoded audio to `take`, in order, and waits for it. */
export async function decodeFile(path: string, take: (decoded: Decoded, format: Format) => unknown): Promise<void> {
  const file = await open(path);
  try {
    const { format, from } = await formatOf(file);
    const decoder = await decoders[format]();
    try {
      await decoder.ready;
      for (let at = from; ; ) {
        // a new one each time: decoders keep the end of it, where a frame is cut
        const bytes = Buffer.alloc(readBytes);
        const { bytesRead } = await file.read(bytes, 0, readBytes, at);
        if (bytesRead === 0) break;
        at += bytesRead;
        await take(await decoder.decode(bytes.subarray(0, bytesRead)), format);
      }
      if (decoder.flush) await take(await decoder.flush(), format);
    } finally {
      decoder.free();
    }
  } finally {
    await file.close();
  }
}
