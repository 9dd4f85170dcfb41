/** The follower of MP3 streams, fed in pieces of every size. */
import { describe, expect, it } from "vitest";
import { remux } from "../../services/audio/mp3/remux.ts";
import { frameCount } from "../../services/audio/mp3/track.ts";
import { encodeMusic, trackOf } from "../../services/audio/testing/music.ts";
import { FrameReader } from "./frameReader.ts";

describe("[LT2] following an MP3 stream", async () => {
  const track = trackOf(await encodeMusic({ bitrate: 128 }, 3));
  const stream = remux([{ track, from: 0, to: frameCount(track), gain: 0 }]);

  it.each([1, 7, 39, 40, 417, 100_000])("counts every frame, in chunks of %i bytes", (size) => {
    const reader = new FrameReader();
    for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
    expect(reader).toMatchObject({ frames: frameCount(track), strayBytes: 0, isOrphaned: false });
  });

  it("gives the same frame the same fingerprint, and others another", () => {
    const prints = (bytes: Uint8Array) => {
      const found: number[] = [];
      new FrameReader((_, print) => found.push(print)).push(bytes);
      return found;
    };
    expect(prints(stream)).toEqual(prints(Uint8Array.from(stream)));
    expect(new Set(prints(stream)).size).toBeGreaterThan(frameCount(track) * 0.9);
  });

  it("tells bytes that are in no frame, and goes on after them", () => {
    const reader = new FrameReader();
    reader.push(stream);
    reader.push(new Uint8Array(100));
    reader.push(stream);
    expect(reader).toMatchObject({ frames: 2 * frameCount(track), strayBytes: 100 });
  });

  it("tells a stream whose first frame needs what was before", () => {
    const starts: number[] = [];
    for (let at = 0; at + 3 < stream.length; at++)
      if (stream[at] === 0xff && stream[at + 1] === 0xfb && (stream[at + 4]! << 1) + (stream[at + 5]! >> 7) > 0)
        starts.push(at);
    const reader = new FrameReader();
    reader.push(stream.subarray(starts[0]));
    expect(reader.isOrphaned).toBe(true);
  });
});
