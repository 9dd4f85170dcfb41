/** WAV in all its widths, and formats told by content. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { id3Length, sniff } from "./sniff.ts";
import { beats, mp3, wav } from "./testing/files.ts";
import { WavDecoder } from "./wav.ts";

const samples = beats({ bpm: 100, seconds: 0.2 });

async function decode(bytes: Buffer, chunk: number): Promise<number[]> {
  const decoder = new WavDecoder();
  const all: number[] = [];
  for (let i = 0; i < bytes.length; i += chunk) {
    const { channelData } = await decoder.decode(bytes.subarray(i, i + chunk));
    all.push(...(channelData[0] ?? []));
  }
  return all;
}

describe("WAV", () => {
  for (const bits of [8, 16, 24, 32, "float"] as const) {
    it(`[AU7] of ${bits} bits gives its samples, in chunks of any size`, async () => {
      const bytes = wav(samples, bits);
      const all = await decode(bytes, bytes.length);
      expect(all).toHaveLength(samples.length);
      const error = Math.max(...all.map((value, i) => Math.abs(value - samples[i]!)));
      expect(error).toBeLessThan(bits === "float" ? 1e-9 : 2 ** (1 - Math.min(bits, 23)) * 1.5);
      expect(await decode(bytes, 7)).toEqual(all);
    });
  }

  it("[AU7] never throws anything but BAD_AUDIO, whatever the bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.nat(59), async (bytes, at) => {
        const spoiled = Buffer.from(wav(samples.subarray(0, 100)));
        spoiled.set(bytes.subarray(0, spoiled.length - at), at);
        await decode(spoiled, 50).catch((error: { code?: string }) => expect(error.code).toBe("BAD_AUDIO"));
      }),
    );
  });
});

describe("formats", () => {
  it("[AU7] are told by content, behind a tag too", async () => {
    const bytes = await mp3(beats({ bpm: 100, seconds: 1 }));
    expect(sniff(bytes)).toBe("mp3");
    expect(sniff(Buffer.concat([Buffer.alloc(5000, 1), bytes]))).toBe("mp3");
    expect(sniff(wav(samples))).toBe("wav");
    expect(id3Length(Buffer.from([...Buffer.from("ID3"), 4, 0, 0, 0, 0, 2, 1]))).toBe(10 + 257);
    expect(id3Length(bytes)).toBe(0);
  });

  it("[AU7] are not seen in any other bytes, and no bytes are too few", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => void expect(sniff(bytes)).toBeUndefined()),
      {
        seed: 1, // two frames in a row can come by chance, if rarely
      },
    );
  });
});
