/** Writes and reads what a capsule is made of: bytes, and integers of 7 bits a byte (varints). Knows nothing of worlds. */

const firstBytes = 4096;
/** Bytes of the largest integer here, 32 bits. */
const mostVarintBytes = 5;

export class ByteWriter {
  #bytes = new Uint8Array(firstBytes);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  /** All that was written, for as long as nothing more is. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at);
  }

  byte(value: number): void {
    this.#make(1);
    this.#bytes[this.#at++] = value;
  }

  /** An integer of 0 to 2^32 - 1. */
  varint(value: number): void {
    this.#make(mostVarintBytes);
    let rest = value >>> 0;
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  /** An integer of either sign: small ones of both take one byte. */
  zigzag(value: number): void {
    this.varint((value << 1) ^ (value >> 31));
  }

  bytes(bytes: Uint8Array): void {
    this.#make(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #make(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    grown.set(this.written);
    this.#bytes = grown;
  }
}

/** Throws a RangeError where the bytes end too soon. */
export class ByteReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError("it ends too soon");
    return value;
  }

  varint(): number {
    let value = 0;
    for (let i = 0; i < mostVarintBytes; i++) {
      const next = this.byte();
      value |= (next & 127) << (7 * i);
      if (next < 128) return value >>> 0;
    }
    throw new RangeError("an integer has more than 32 bits");
  }

  zigzag(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new RangeError("it ends too soon");
    this.#at += length;
    return bytes;
  }

  /** All that is left. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.bytes(this.#bytes.length - this.#at);
  }
}
