/** Recordings by their ending: what is whole of one that was cut off, and what is left of one without a person. */
import { redact, wholeLength } from "../../schema/capsule.ts";
import { readHeader } from "../audio/mp3/header.ts";

export interface Format {
  /** Of so many bytes it can be read to its end; 0 for none. */
  wholeLength(bytes: Uint8Array): number;
  /** Without what a person did and where they were; undefined where they are not in it. */
  redact?(bytes: Uint8Array<ArrayBuffer>, person: string): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

export type Formats = Readonly<Record<string, Format>>;

/** Up to the last whole line. */
export const lines: Format = { wholeLength: (bytes) => bytes.lastIndexOf(10) + 1 };

export const formats: Formats = { mp3: { wholeLength: wholeFrames }, capsule: { wholeLength, redact } };

function wholeFrames(bytes: Uint8Array): number {
  for (let at = 0; ; ) {
    const frame = readHeader(bytes, at);
    if (!frame || at + frame.bytes > bytes.length) return at;
    at += frame.bytes;
  }
}
