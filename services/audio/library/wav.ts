/**
 * Reads WAV in chunks of any size: 8, 16, 24 and 32 bit whole numbers, 32 and 64 bit floats, also in the extensible form.
 * Chunks that are not understood are skipped; a file cut short gives what is there.
 */
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Decoded, Decoder } from "./decoder.ts";

type Layout = { channels: number; sampleRate: number; bits: number; isFloat: boolean };

export class WavDecoder implements Decoder {
  #held: Buffer = Buffer.alloc(0);
  #state: "start" | "chunks" | "data" = "start";
  #skip = 0;
  /** Bytes of samples to come: a length that nobody filled in means all that follow. */
  #left = 0;
  #layout: Layout | undefined;

  async decode(bytes: Uint8Array): Promise<Decoded> {
    this.#held = Buffer.concat([this.#held, bytes]);
    if (this.#state === "start") {
      if (this.#held.length < 12) return this.#nothing();
      this.#held = this.#held.subarray(12);
      this.#state = "chunks";
    }
    while (this.#state === "chunks" && this.#readChunk()) {}
    return this.#state === "data" ? this.#readSamples() : this.#nothing();
  }

  async flush(): Promise<Decoded> {
    return this.#nothing();
  }

  free(): void {
    this.#held = Buffer.alloc(0);
  }

  #nothing(): Decoded {
    return { channelData: [], samplesDecoded: 0, sampleRate: this.#layout?.sampleRate ?? 0 };
  }

  /** True if it got on. */
  #readChunk(): boolean {
    const skipped = Math.min(this.#skip, this.#held.length);
    this.#held = this.#held.subarray(skipped);
    this.#skip -= skipped;
    if (this.#skip > 0 || this.#held.length < 8) return false;
    const name = this.#held.toString("latin1", 0, 4);
    const size = this.#held.readUInt32LE(4);
    if (name === "data") {
      if (!this.#layout) throw new HereaboutsError("BAD_AUDIO", "It does not say how its samples are laid out.");
      this.#state = "data";
      this.#left = size === 0 || size === 0xffffffff ? Number.POSITIVE_INFINITY : size;
      this.#held = this.#held.subarray(8);
      return true;
    }
    if (name === "fmt ") {
      if (this.#held.length < 8 + Math.min(size, 40)) return false;
      this.#layout = layoutOf(this.#held.subarray(8, 8 + size));
    }
    this.#skip = 8 + size + (size % 2);
    return true;
  }

  #readSamples(): Decoded {
    const { channels, sampleRate, bits, isFloat } = this.#layout!;
    const bytesEach = bits / 8;
    const usable = Math.min(this.#held.length, this.#left);
    const frames = Math.floor(usable / (bytesEach * channels));
    const read = reader(this.#held, bits, isFloat);
    const channelData = Array.from({ length: channels }, (_, channel) => {
      const samples = new Float32Array(frames);
      for (let i = 0; i < frames; i++) samples[i] = read((i * channels + channel) * bytesEach);
      return samples;
    });
    this.#held = this.#held.subarray(frames * bytesEach * channels);
    this.#left -= frames * bytesEach * channels;
    return { channelData, samplesDecoded: frames, sampleRate };
  }
}

function layoutOf(format: Buffer): Layout {
  if (format.length < 16) throw new HereaboutsError("BAD_AUDIO", "Its format is cut short.");
  const tag = format.readUInt16LE(0);
  // the extensible form has the real tag at the beginning of its GUID
  const kind = tag === 0xfffe && format.length >= 26 ? format.readUInt16LE(24) : tag;
  const layout = {
    channels: format.readUInt16LE(2),
    sampleRate: format.readUInt32LE(4),
    bits: format.readUInt16LE(14),
    isFloat: kind === 3,
  };
  const bits = kind === 1 ? [8, 16, 24, 32] : kind === 3 ? [32, 64] : [];
  if (!bits.includes(layout.bits)) throw new HereaboutsError("BAD_AUDIO", `WAV of kind ${kind}, ${layout.bits} bits.`);
  if (layout.channels < 1 || layout.channels > 8)
    throw new HereaboutsError("BAD_AUDIO", `${layout.channels} channels.`);
  return layout;
}

function reader(bytes: Buffer, bits: number, isFloat: boolean): (at: number) => number {
  if (isFloat) return bits === 32 ? (at) => bytes.readFloatLE(at) : (at) => bytes.readDoubleLE(at);
  if (bits === 8) return (at) => (bytes[at]! - 128) / 128;
  const scale = 2 ** (bits - 1);
  return (at) => bytes.readIntLE(at, bits / 8) / scale;
}
