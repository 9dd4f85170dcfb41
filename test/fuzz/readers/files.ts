/** Files: what people upload, what is in a library, and titles within streams. Whatever the bytes are, nothing throws. */

import { HereaboutsError } from "../../../schema/errors.ts";
import { ContentCheck, json, text } from "../../../services/artifacts/content.ts";
import { formats } from "../../../services/artifacts/formats.ts";
import { isFilePath, isFolderName, storedName } from "../../../services/artifacts/names.ts";
import { id3Length, sniff } from "../../../services/audio/library/sniff.ts";
import { WavDecoder } from "../../../services/audio/library/wav.ts";
import { parse } from "../../../services/audio/mp3/parse.ts";
import { IcyReader, metadata, metaint } from "../../../services/audio/stream/icy.ts";
import { junkFile, junkName } from "../../lib/junkFile.ts";
import { mangledText } from "../../lib/mangle.ts";
import type { Random } from "../../lib/random.ts";
import { mustBe, type Reader } from "../reader.ts";

function* chunksOf(random: Random, bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.int(random.pick([3, 300, 30_000]));
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

function upload(random: Random): void {
  const bytes = junkFile(random);
  const check = new ContentCheck();
  let isTaken = true;
  for (const chunk of chunksOf(random, bytes)) isTaken &&= check.take(chunk);
  const content = isTaken ? check.end() : undefined;
  const shown = content ?? json;
  if (content) {
    mustBe(bytes.length > 0, "nothing is no file");
    const isText = content.ending === text.ending;
    if (isText) mustBe(!/^\s*</.test(bytes.toString("utf8")), "markup is not kept");
    const whole = new ContentCheck();
    whole.take(bytes);
    mustBe(whole.end()?.ending === content.ending, "a file is the same however it comes");
  }
  const file = storedName(junkName(random), "file", shown.ending);
  mustBe(isFilePath(`files/${file}`) && file.length <= 64, "a file's name is one of ours");
}

function path(random: Random): void {
  const good = random.pick([
    "session.json",
    "logs/server.jsonl",
    "files/a-1a2b3c4d.png",
    "world-field-20261121-1a2b3c4d",
  ]);
  const given = mangledText(random, good);
  if (isFilePath(given))
    mustBe(/^([a-z]+\/)?[a-z0-9_][a-z0-9_-]*(\.[a-z0-9]+)+$/.test(given), "a path stays in its folder");
  if (isFolderName(given)) mustBe(/^[a-z0-9_-]+$/.test(given), "a folder's name is one");
}

async function sound(random: Random): Promise<void> {
  const bytes = junkFile(random);
  const skip = Math.min(bytes.length, id3Length(bytes));
  sniff(bytes.subarray(skip));
  const parsed = parse(bytes);
  if (parsed.kind === "track")
    mustBe(parsed.track.musicTo >= parsed.track.musicFrom, "music does not end before it begins");
  const whole = formats["mp3"]!.wholeLength(bytes);
  mustBe(whole >= 0 && whole <= bytes.length, "the whole part is a part");
  const decoder = new WavDecoder();
  try {
    for (const chunk of chunksOf(random, bytes)) {
      const { channelData, samplesDecoded } = await decoder.decode(chunk);
      mustBe(
        channelData.every(({ length }) => length === samplesDecoded),
        "all channels are as long",
      );
    }
  } catch (error) {
    if (!(error instanceof HereaboutsError && error.code === "BAD_AUDIO")) throw error;
  }
}

function title(random: Random): void {
  const given = mangledText(random, random.pick(["Bach - Prélude", "';StreamUrl='x", "𝕏".repeat(600)]));
  const block = metadata(given);
  mustBe(block.length === 1 + block[0]! * 16, "a block is as long as it says");
  let heard: string | undefined;
  const stream = Buffer.concat([Buffer.alloc(metaint), block]);
  const reader = new IcyReader();
  for (const chunk of chunksOf(random, stream)) reader.take(chunk, (told) => (heard = told));
  mustBe(heard?.isWellFormed() === true, "a title is told");
  const other = new IcyReader();
  stream[metaint] = random.int(256);
  for (const chunk of chunksOf(random, Buffer.concat([stream, random.bytes(40)]))) other.take(chunk, () => {});
}

export const files: readonly Reader[] = [
  { name: "uploads", share: 0.5, once: upload },
  { name: "paths", share: 0.5, once: path },
  { name: "sounds", share: 0.2, once: sound },
  { name: "titles", share: 0.2, once: title },
];
