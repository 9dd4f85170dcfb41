/** Audio files for tests, made from samples: nothing binary is kept in the repository. */
import { crc32 } from "node:zlib";
import { createMp3Encoder, createOggEncoder } from "wasm-media-encoders";
import { seededRandom } from "../../random.ts";

/** Clicks at a tempo over a chord: has a beat, a key and a duration that can be found again. */
export function beats(options: { bpm: number; seconds: number; rate?: number; gain?: number; hz?: readonly number[] }) {
  const { bpm, seconds, rate = 44_100, gain = 0.5, hz = [220, 277.18, 329.63] } = options;
  const random = seededRandom(7);
  const samples = new Float32Array(Math.round(seconds * rate));
  const beat = (60 * rate) / bpm;
  for (let i = 0; i < samples.length; i++) {
    const sinceBeat = (i % beat) / rate;
    const chord = hz.reduce((sum, one) => sum + Math.sin((2 * Math.PI * one * i) / rate), 0) / Math.max(1, hz.length);
    samples[i] = gain * (0.4 * chord + 0.6 * (2 * random() - 1) * Math.exp(-sinceBeat / 0.02));
  }
  return samples;
}

export async function mp3(samples: Float32Array, sampleRate = 44_100): Promise<Buffer> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate, channels: 2, bitrate: 128 });
  const frames = Buffer.from(encoder.encode([samples, samples]));
  return Buffer.concat([frames, encoder.finalize()]);
}

export async function vorbis(samples: Float32Array): Promise<Buffer> {
  const encoder = await createOggEncoder();
  encoder.configure({ sampleRate: 44_100, channels: 2, vbrQuality: 3 });
  const pages = Buffer.from(encoder.encode([samples, samples]));
  return Buffer.concat([pages, encoder.finalize()]);
}

/** One channel; `bits` 8, 16, 24 and 32 are whole numbers, "float" 32 bit floats. */
export function wav(samples: Float32Array, bits: 8 | 16 | 24 | 32 | "float" = 16, rate = 44_100): Buffer {
  const bytes = bits === "float" ? 4 : bits / 8;
  const data = Buffer.alloc(samples.length * bytes);
  samples.forEach((sample, i) => {
    if (bits === "float") data.writeFloatLE(sample, i * 4);
    else if (bits === 8) data.writeUInt8(Math.round(sample * 127) + 128, i);
    else data.writeIntLE(Math.round(sample * (2 ** (bits - 1) - 1)), i * bytes, bytes);
  });
  const format = Buffer.alloc(16);
  format.writeUInt16LE(bits === "float" ? 3 : 1, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * bytes, 8);
  format.writeUInt16LE(bytes, 12);
  format.writeUInt16LE(bytes * 8, 14);
  const chunks = Buffer.concat([chunk("fmt ", format), chunk("LIST", Buffer.from("odd")), chunk("data", data)]);
  return Buffer.concat([chunk("RIFF", Buffer.concat([Buffer.from("WAVE"), chunks]))]);
}

function chunk(name: string, body: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from(name, "latin1"), size, body, Buffer.alloc(body.length % 2)]);
}

/** One channel of 16 bits at 44.1 kHz, each block verbatim: the least a FLAC file can be. */
export function flac(samples: Float32Array): Buffer {
  const block = 4096;
  const blocks = Math.floor(samples.length / block);
  const info = Buffer.alloc(34);
  info.writeUInt16BE(block, 0);
  info.writeUInt16BE(block, 2);
  // 20 bits of rate, 3 of channels - 1, 5 of bits - 1, 36 of samples
  info.writeBigUInt64BE((44_100n << 44n) | (15n << 36n) | BigInt(blocks * block), 10);
  const parts = [Buffer.from("fLaC"), Buffer.from([0x80, 0, 0, 34]), info];
  for (let n = 0; n < blocks; n++) {
    // fixed blocks of 4096, 44.1 kHz (frames are decoded without the header), one channel, 16 bits
    const head = Buffer.concat([Buffer.from([0xff, 0xf8, 0xc9, 0x08]), Buffer.from(String.fromCodePoint(n))]);
    const body = Buffer.alloc(1 + 2 * block);
    body[0] = 0x02;
    for (let i = 0; i < block; i++) body.writeInt16BE(Math.round(samples[n * block + i]! * 32_767), 1 + 2 * i);
    const frame = Buffer.concat([head, Buffer.from([checksum(head, 8, 0x07)]), body]);
    const check = Buffer.alloc(2);
    check.writeUInt16BE(checksum(frame, 16, 0x8005));
    parts.push(frame, check);
  }
  return Buffer.concat(parts);
}

function checksum(bytes: Uint8Array, bits: 8 | 16, polynomial: number, width = 2 ** bits): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << (bits - 8);
    for (let i = 0; i < 8; i++) crc = crc & (width >> 1) ? ((crc << 1) ^ polynomial) % width : crc << 1;
    crc &= width - 1;
  }
  return crc;
}

/** Opus packets of random bytes, 20 ms each: any bytes are sound to an Opus decoder, here a noise. */
export function opus(seconds: number): Buffer {
  const random = seededRandom(3);
  const packets = Array.from({ length: Math.round(seconds * 50) }, () =>
    Buffer.concat([Buffer.from([0xf8]), Buffer.from(Array.from({ length: 160 }, () => Math.floor(256 * random())))]),
  );
  const head = Buffer.from([...Buffer.from("OpusHead"), 1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]);
  const tags = Buffer.concat([
    Buffer.from("OpusTags"),
    Buffer.from([4, 0, 0, 0]),
    Buffer.from("test"),
    Buffer.alloc(4),
  ]);
  const pages = [oggPage([head], 0, 2, 0n), oggPage([tags], 1, 0, 0n)];
  for (let i = 0; i < packets.length; i += 50) {
    const some = packets.slice(i, i + 50);
    pages.push(oggPage(some, pages.length, i + 50 >= packets.length ? 4 : 0, BigInt((i + some.length) * 960)));
  }
  return Buffer.concat(pages);
}

function oggPage(packets: readonly Buffer[], number: number, flags: number, position: bigint): Buffer {
  const lacing = packets.flatMap((packet) => [
    ...new Array(Math.floor(packet.length / 255)).fill(255),
    packet.length % 255,
  ]);
  const head = Buffer.alloc(27);
  head.write("OggS");
  head.writeUInt8(flags, 5);
  head.writeBigInt64LE(position, 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(number, 18);
  head.writeUInt8(lacing.length, 26);
  const page = Buffer.concat([head, Buffer.from(lacing), ...packets]);
  page.writeUInt32LE(oggCrc(page), 22);
  return page;
}

function oggCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let i = 0; i < 8; i++) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  }
  return crc >>> 0;
}

/** A different file for each seed, of the wanted length, that is no audio. */
export function garbage(bytes: number, seed: number): Buffer {
  const random = seededRandom(seed ^ crc32("garbage"));
  return Buffer.from(Array.from({ length: bytes }, () => Math.floor(256 * random())));
}
