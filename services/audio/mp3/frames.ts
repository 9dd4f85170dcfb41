/** Follows an MP3 stream as its bytes come, without looking into it: what are whole frames by now, and how many. */
import { headerBytes, readHeader } from "./header.ts";

const none = Buffer.alloc(0);

export class FrameReader {
  #rest: Buffer = none;

  /** Frames that are whole with these bytes. Throws where there is something else than frames. */
  take(bytes: Buffer): { bytes: Buffer; frames: number } {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    let at = 0;
    let frames = 0;
    while (at + headerBytes <= all.length) {
      const header = readHeader(all, at);
      if (!header) throw new Error("there is no frame");
      if (at + header.bytes > all.length) break;
      at += header.bytes;
      frames++;
    }
    this.#rest = all.subarray(at);
    return { bytes: all.subarray(0, at), frames };
  }

  /** What comes next begins with a frame, whatever came before. */
  restart(): void {
    this.#rest = none;
  }
}
