/** Titles between the bytes, in and out again. */
import { expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { IcyMixer, IcyReader, metadata, metaint } from "./icy.ts";

it.each([1, 2, 3])("[AU5] are found again, however the bytes are cut (seed %i)", (seed) => {
  const random = seededRandom(seed);
  const sound = Buffer.from(Array.from({ length: metaint * 5 + 77 }, () => Math.floor(random() * 256)));
  const mixer = new IcyMixer();
  const mixed = Buffer.concat([
    mixer.mix(sound.subarray(0, 40_000), "It's one"),
    mixer.mix(sound.subarray(40_000), ""),
  ]);
  const reader = new IcyReader();
  const titles: string[] = [];
  const parts: Buffer[] = [];
  for (let at = 0; at < mixed.length; ) {
    const end = at + 1 + Math.floor(random() * (random() < 0.3 ? 3 : 9000));
    parts.push(Buffer.from(reader.take(mixed.subarray(at, end), (title) => titles.push(title))));
    at = end;
  }
  expect(Buffer.concat(parts).equals(sound)).toBe(true);
  expect(titles).toEqual(["It’s one", ""]);
});

it("[AU5] are told on one line, whatever a file says (seed 41107 of titles)", () => {
  const titles: string[] = [];
  const block = metadata("Bach\u2028 I\u2029él\u0085");
  new IcyReader().take(Buffer.concat([Buffer.alloc(metaint), block]), (title) => titles.push(title));
  expect(titles).toEqual(["Bach  I él "]);
});
