/** Whole frames of a stream, however its bytes come. */
import { expect, it } from "vitest";
import { encode } from "../crossfade/codec.ts";
import { seededRandom } from "../random.ts";
import { music, trackOf } from "../testing/music.ts";
import { FrameReader } from "./frames.ts";
import { remux } from "./remux.ts";
import { frameCount } from "./track.ts";

it("[AU12] gives each frame when all of it is there, and counts them", async () => {
  const random = seededRandom(4);
  const track = trackOf(await encode(music(3), { vbrQuality: 2 }));
  const stream = Buffer.from(remux([{ track, from: 0, to: frameCount(track), gain: 0 }]));
  const reader = new FrameReader();
  const parts: Buffer[] = [];
  let frames = 0;
  for (let at = 0; at < stream.length; ) {
    const end = at + 1 + Math.floor(random() * 900);
    const whole = reader.take(stream.subarray(at, end));
    parts.push(whole.bytes);
    frames += whole.frames;
    at = end;
  }
  expect(frames).toBe(frameCount(track));
  expect(Buffer.concat(parts).equals(stream)).toBe(true);
  reader.take(stream.subarray(0, 10));
  reader.restart();
  expect(reader.take(stream).frames).toBe(frames);
  expect(() => reader.take(Buffer.from("<html>"))).toThrow("no frame");
});
