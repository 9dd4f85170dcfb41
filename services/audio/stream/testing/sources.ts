/** A folder of music of every kind that the engine has to play, made from numbers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMp3Encoder } from "wasm-media-encoders";
import { encode, type Stereo } from "../../crossfade/codec.ts";
import { flac, wav } from "../../library/testing/files.ts";
import { music, sine } from "../../testing/music.ts";

/** An MP3 of another shape than the stream's. */
async function otherMp3(channels: Float32Array[], hz: 44_100 | 48_000): Promise<Uint8Array> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: hz, outputSampleRate: hz, channels: channels.length as 1 | 2, bitrate: 128 });
  return Buffer.concat([encoder.encode(channels as never).slice(), encoder.finalize().slice()]);
}

const quieter = (pcm: Stereo, factor: number): Stereo => [
  pcm[0].map((sample) => sample * factor),
  pcm[1].map((sample) => sample * factor),
];

/** Some are quiet, so that loudness is evened out between them. */
export const sources: Record<string, (seconds: number) => Promise<Uint8Array>> = {
  "cbr128.mp3": (seconds) => encode(music(seconds, 1), { bitrate: 128 }),
  "cbr192.mp3": (seconds) => encode(quieter(music(seconds, 2), 0.3), { bitrate: 192 }),
  "cbr320.mp3": (seconds) => encode(music(seconds, 3), { bitrate: 320 }),
  "vbr.mp3": (seconds) => encode(music(seconds, 4), { vbrQuality: 2 }),
  "sine128.mp3": (seconds) => encode(sine(seconds, 233, 0.2), { bitrate: 128 }),
  "sine192.mp3": (seconds) => encode(sine(seconds, 587, 0.25), { bitrate: 192 }),
  "sinevbr.mp3": (seconds) => encode(sine(seconds, 881, 0.3), { vbrQuality: 2 }),
  "48khz.mp3": (seconds) => otherMp3([...sine(seconds, 440, 0.2)], 48_000),
  "mono.mp3": (seconds) => otherMp3([music(seconds, 5)[0]], 44_100),
  "a.flac": async (seconds) => flac(music(seconds, 6)[0]),
  "b.wav": async (seconds) => wav(music(seconds, 7)[1]),
};

/** Each is a little longer than the one before. */
export async function writeSources(dir: string, seconds: number, names = Object.keys(sources)): Promise<void> {
  for (const [i, name] of names.entries()) writeFileSync(join(dir, name), await sources[name]!(seconds + i / 3));
}
