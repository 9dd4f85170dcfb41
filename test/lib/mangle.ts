/** Copies of what is right with something wrong in them, from a seed: bytes, texts, and texts made of lines. */
import type { Random } from "./random.ts";

/** Those that mean something: signs and lengths of MessagePack, ends of ranges. */
const oddBytes = [0x00, 0x01, 0x7f, 0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xc7, 0xcf, 0xd4, 0xd9, 0xdb, 0xdd, 0xdf, 0xff];
/** Put into texts: what ends, breaks, turns or doubles them. */
const oddParts = [
  ...[
    "",
    " ",
    "\u0000",
    "\r\n",
    "\n",
    "\r",
    ".",
    "..",
    "/",
    "\\",
    "%",
    "%00",
    "'",
    '"',
    ";",
    ":",
    "=",
    ",",
    "<",
    "{",
    "[",
  ],
  ...["\ud800", "\udc00", "\u202e", "\u200d", "\ufeff", "\u0301", "𝕏", "ﷺ", "-1", "0", "1e999", "4294967296", "NaN"],
];

/** Up to three changes: a byte, a sign, an end that is missing, more at the end, a part that is repeated or left out. */
export function mangledBytes(random: Random, from: Uint8Array): Buffer {
  let bytes = Buffer.from(from);
  for (let i = random.int(4); i > 0 && bytes.length > 0; i--) {
    const at = random.int(bytes.length);
    switch (random.int(5)) {
      case 0:
        bytes[at] = random.int(256);
        break;
      case 1:
        bytes[at] = random.pick(oddBytes);
        break;
      case 2:
        bytes = bytes.subarray(0, Math.max(1, at));
        break;
      case 3:
        bytes = Buffer.concat([bytes, random.bytes(random.int(8))]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.int(bytes.length))]);
    }
  }
  return bytes;
}

/** Up to three changes: a part that is replaced, left out, doubled, or repeated very often. */
export function mangledText(random: Random, from: string): string {
  let text = from;
  for (let i = random.int(4); i > 0; i--) {
    const at = random.int(text.length + 1);
    const to = Math.min(text.length, at + random.int(8));
    const part = random.pick([
      random.pick(oddParts),
      String.fromCharCode(random.int(random.pick([128, 0x10000]))),
      text.slice(at, to).repeat(2),
      random.chance(0.1) ? (text.slice(at, to) || "x").repeat(1 + random.int(2000)) : "",
    ]);
    text = text.slice(0, at) + part + text.slice(to);
  }
  return text;
}

/** Up to three changes of whole lines, and sometimes one within a line. `more` may stand among them. */
export function mangledLines(random: Random, from: string, more: readonly string[]): string {
  const lines = from.split("\r\n");
  for (let i = random.int(4); i > 0; i--) {
    const at = random.int(lines.length);
    switch (random.int(5)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, lines[random.int(lines.length)] ?? "");
        break;
      case 2:
        lines.splice(at, 0, random.pick(more));
        break;
      case 3:
        lines[at] = mangledText(random, lines[at] ?? "");
        break;
      default:
        lines.push(...lines.splice(at, 1 + random.int(3)));
    }
  }
  return lines.join(random.pick(["\r\n", "\r\n", "\r\n", "\n", "\r"]));
}
