/**
 * Follows an MP3 stream frame by frame as its bytes come, without decoding it: whether frames follow each other without
 * a byte between them, whether the first needs nothing from before it, and a fingerprint of each.
 */

/** Of a header, its side information and the beginning of the data: enough to tell frames apart. */
const headBytes = 40;
const kbps = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

export class FrameReader {
  frames = 0;
  /** Bytes that belong to no frame: must be none. */
  strayBytes = 0;
  /** Whether the first frame needs data from before the stream: its sound is lost then. */
  isOrphaned = false;
  readonly #onFrame: (index: number, fingerprint: number) => void;
  readonly #head = new Uint8Array(headBytes);
  #held = 0;
  /** Bytes left of the frame at hand, its head taken. */
  #left = 0;

  constructor(onFrame: (index: number, fingerprint: number) => void = () => {}) {
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const skipped = Math.min(this.#left, bytes.length - at);
      this.#left -= skipped;
      at += skipped;
      while (at < bytes.length && this.#held < headBytes) this.#head[this.#held++] = bytes[at++]!;
      if (this.#held === headBytes) this.#takeHead();
    }
  }

  #takeHead(): void {
    const size = frameBytes(this.#head);
    if (size === 0) {
      this.strayBytes++;
      this.#head.copyWithin(0, 1);
      this.#held--;
      return;
    }
    if (this.frames === 0) this.isOrphaned = (this.#head[4]! << 1) + (this.#head[5]! >> 7) > 0;
    this.#onFrame(this.frames++, fingerprint(this.#head));
    this.#left = size - headBytes;
    this.#held = 0;
  }
}

/** Of an MPEG-1 Layer III frame at 44.1 kHz; 0 where there is none. */
function frameBytes([first = 0, second = 0, third = 0]: Uint8Array): number {
  const rate = kbps[third >> 4];
  const is44100 = (third & 0b1100) === 0;
  if (first !== 0xff || (second & 0xfe) !== 0xfa || !rate || !is44100) return 0;
  return Math.floor((144_000 * rate) / 44_100) + ((third >> 1) & 1);
}

/** FNV-1a. */
function fingerprint(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
