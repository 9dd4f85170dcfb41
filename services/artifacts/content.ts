/**
 * What a file is by its content, whatever it is called. What is not listed here is not kept, and nothing is that a browser
 * would run: no HTML, SVG or XML, no archives. A script is text to whoever gets it as text.
 */
import { readHeader } from "../audio/mp3/header.ts";

export interface Content {
  readonly type: string;
  readonly ending: string;
}

/** Bytes of the beginning that are enough to tell. */
const headBytes = 8192;

export const pictureTypes = "png, jpeg, webp, gif, avif";
export const keptTypes = `${pictureTypes}, mp3, ogg, wav, flac, mp4, webm, pdf, text in UTF-8, json`;

export const json: Content = { type: "application/json", ending: "json" };
export const text: Content = { type: "text/plain; charset=utf-8", ending: "txt" };

/** Undefined for what is text or nothing that is kept. */
function sniff(head: Uint8Array): Content | undefined {
  const ascii = (from: number, to: number) => Buffer.from(head.subarray(from, to)).toString("latin1");
  const isAt = (from: number, ...bytes: number[]) => bytes.every((byte, i) => head[from + i] === byte);
  if (isAt(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return { type: "image/png", ending: "png" };
  if (isAt(0, 0xff, 0xd8, 0xff)) return { type: "image/jpeg", ending: "jpg" };
  if (/^GIF8[79]a/.test(ascii(0, 6))) return { type: "image/gif", ending: "gif" };
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return { type: "image/webp", ending: "webp" };
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WAVE") return { type: "audio/wav", ending: "wav" };
  if (ascii(0, 4) === "fLaC") return { type: "audio/flac", ending: "flac" };
  if (ascii(0, 4) === "OggS") return { type: "audio/ogg", ending: "ogg" };
  if (ascii(0, 5) === "%PDF-") return { type: "application/pdf", ending: "pdf" };
  if (isAt(0, 0x1a, 0x45, 0xdf, 0xa3) && ascii(0, 64).includes("webm")) return { type: "video/webm", ending: "webm" };
  if (ascii(4, 8) === "ftyp") return boxed(ascii(8, 12));
  if (ascii(0, 3) === "ID3" || isMp3(head)) return { type: "audio/mpeg", ending: "mp3" };
  return undefined;
}

/** Files of boxes by their brand. */
function boxed(brand: string): Content | undefined {
  if (/^avi[fs]$/.test(brand)) return { type: "image/avif", ending: "avif" };
  if (/^(iso[m2-6]|mp4[12]|avc1|M4[AV] |dash)$/.test(brand)) return { type: "video/mp4", ending: "mp4" };
  return undefined;
}

/** Two frames, as four random bytes look like one too often. */
function isMp3(head: Uint8Array): boolean {
  const first = readHeader(head, 0);
  return first !== undefined && readHeader(head, first.bytes)?.sampleHz === first.sampleHz;
}

/** Looks at a file as it comes. */
export class ContentCheck {
  readonly #text = new TextCheck();
  #head: Uint8Array | undefined = new Uint8Array();
  #content: Content | undefined;

  /** False once it is nothing that is kept. */
  take(chunk: Uint8Array): boolean {
    if (!this.#head) return this.#content !== undefined || this.#text.take(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    return this.#head.length < headBytes || this.#decide(this.#head);
  }

  /** Undefined for what is not kept, and for nothing at all. */
  end(): Content | undefined {
    if (this.#head) this.#decide(this.#head);
    return this.#content ?? (this.#text.end() ? text : undefined);
  }

  #decide(head: Uint8Array): boolean {
    this.#head = undefined;
    this.#content = sniff(head);
    return this.#content !== undefined || this.#text.take(head);
  }
}

/** UTF-8 with nothing but what is written, and no markup. */
class TextCheck {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #begin = "";
  #isText = true;

  take(chunk: Uint8Array): boolean {
    return this.#check(() => this.#decoder.decode(chunk, { stream: true }));
  }

  end(): boolean {
    return this.#check(() => this.#decoder.decode()) && this.#begin !== "";
  }

  #check(decode: () => string): boolean {
    try {
      const part = decode();
      if (this.#begin === "") this.#begin = part.trimStart().slice(0, 1);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no text has
      this.#isText &&= !/[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(part) && this.#begin !== "<";
    } catch {
      this.#isText = false;
    }
    return this.#isText;
  }
}
