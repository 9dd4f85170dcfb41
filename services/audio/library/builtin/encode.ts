/** Samples as an MP3 file: 128 kbit/s, with title and artist in front. */
import { createMp3Encoder } from "wasm-media-encoders";
import type { Stereo } from "./mixdown.ts";
import { sampleRate } from "./voices.ts";

/** What the encoder is given at once: ten frames. */
const chunk = 11_520;

export async function encode(stereo: Stereo, tags: { title: string; artist: string }): Promise<Uint8Array> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate, channels: 2, bitrate: 128 });
  const parts = [id3({ TIT2: tags.title, TPE1: tags.artist })];
  for (let from = 0; from < stereo[0].length; from += chunk) {
    // its buffer is used again for the next chunk
    parts.push(encoder.encode(stereo.map((channel) => channel.subarray(from, from + chunk))).slice());
  }
  parts.push(encoder.finalize().slice());
  return Buffer.concat(parts);
}

/** An ID3v2.4 tag of text frames in UTF-8. Sizes are in bytes of seven bits. */
function id3(texts: Record<string, string>): Uint8Array {
  const size = (bytes: number) => [21, 14, 7, 0].map((shift) => (bytes >> shift) & 0x7f);
  const frames = Object.entries(texts).map(([name, text]) => {
    const body = Buffer.concat([Buffer.from([3]), Buffer.from(text)]);
    return Buffer.concat([Buffer.from(name), Buffer.from([...size(body.length), 0, 0]), body]);
  });
  const all = Buffer.concat(frames);
  return Buffer.concat([Buffer.from("ID3"), Buffer.from([4, 0, 0, ...size(all.length)]), all]);
}
