/** Files with something wrong in them and names that no file should have, from a seed. */
import { mangledBytes } from "./mangle.ts";
import type { Random } from "./random.ts";

const frameBytes = 417;
const mp3 = Buffer.alloc(frameBytes * 6);
for (let at = 0; at < mp3.length; at += frameBytes) Buffer.from([0xff, 0xfb, 0x90, 0x00]).copy(mp3, at);

const wav = Buffer.alloc(44 + 400);
wav.write("RIFF____WAVEfmt ", "latin1");
[16, 0x0002_0001, 44_100, 176_400].forEach((value, i) => void wav.writeUInt32LE(value, 16 + 4 * i));
wav.writeUInt16LE(4, 32);
wav.writeUInt16LE(16, 34);
wav.write("data", 36, "latin1");
wav.writeUInt32LE(400, 40);

const begins = [
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
  Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  ...["GIF89a", "RIFF____WEBP", "fLaC", "OggS", "%PDF-1.7", "____ftypavif", "____ftypmp42", "____ftypM4V "],
  ...[
    "ID3\u0004\u0000\u0000\u0000\u0000\u0000\u0010",
    '{"a":1}',
    "plain text, ünïcödé",
    "<html>",
    " \n<svg/>",
    "PK\u0003\u0004",
    "capsule",
  ],
].map((begin) => Buffer.from(begin as string));
const samples = [mp3, wav, Buffer.concat([begins.at(-7)!, Buffer.alloc(16), mp3]), ...begins];

/** Bytes of a file: much of it told by its beginning, some of it longer than what is looked at first. */
export function junkFile(random: Random): Buffer {
  if (random.chance(0.1)) return random.bytes(random.int(600));
  const bytes = mangledBytes(random, random.pick(samples));
  if (!random.chance(0.05)) return bytes;
  return Buffer.concat([bytes, Buffer.alloc(random.int(20_000), random.pick(["a", "é", " ", "\u0000", "<"]))]);
}

const names = [
  ...[
    "sunset.png",
    "../../etc/passwd",
    "..\\..\\x",
    "/etc/shadow",
    "a\u0000.png",
    "👩‍👩‍👧‍👦.png",
    ".",
    "..",
    "...",
    "",
  ],
  ...[
    "con",
    "nul.txt",
    "x.part",
    "session.json",
    "-rf",
    "a".repeat(5000),
    "é".repeat(300),
    "\u202egnp.exe",
    "%2e%2e%2f",
  ],
];

export function junkName(random: Random): string {
  return random.pick(names) + random.pick(["", "", ".png", ".part", ".", "/", "\u0000", "\ud800"]);
}
