/** Titles between the bytes of a stream, as players of internet radio ask for them with `Icy-MetaData: 1`. */

/** Bytes of sound between two titles; told in the header `icy-metaint`. */
export const metaint = 16_000;

/** A block of metadata: its length in sixteens, then the text, padded. The longest that fits. */
export function metadata(title: string): Uint8Array<ArrayBuffer> {
  // a quote with a semicolon would end it
  const escaped = title.replaceAll("'", "’").replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  const frame = (text: string) => Buffer.from(`StreamTitle='${text}';`);
  let text = escaped.slice(0, 1000);
  while (frame(text).length > 255 * 16) text = text.slice(0, -1);
  const body = frame(text);
  const block = new Uint8Array(1 + Math.ceil(body.length / 16) * 16);
  block[0] = (block.length - 1) / 16;
  block.set(body, 1);
  return block;
}

const unchanged = new Uint8Array(1);

/** One listener's place between two titles. */
export class IcyMixer {
  #left = metaint;
  #told: string | undefined;

  mix(bytes: Uint8Array, title: string): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#left);
      parts.push(part);
      at += part.length;
      this.#left -= part.length;
      if (this.#left > 0) continue;
      parts.push(title === this.#told ? unchanged : metadata(title));
      this.#told = title;
      this.#left = metaint;
    }
    return Buffer.concat(parts);
  }
}

/** The other way round: takes the titles out from between the bytes. */
export class IcyReader {
  #left = metaint;
  /** The block of metadata at hand, its length first. */
  #block: Buffer | undefined;

  take(bytes: Buffer, onTitle: (title: string) => void): Buffer {
    const sound: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const part = bytes.subarray(at, at + this.#left);
        sound.push(part);
        at += part.length;
        this.#left -= part.length;
        continue;
      }
      this.#block ??= Buffer.alloc(0);
      const size = 1 + 16 * (this.#block[0] ?? bytes[at]!);
      const part = bytes.subarray(at, at + size - this.#block.length);
      this.#block = Buffer.concat([this.#block, part]);
      at += part.length;
      if (this.#block.length < size) continue;
      const title = /^StreamTitle='(.*?)';/s.exec(this.#block.toString("utf8", 1))?.[1];
      if (title !== undefined) onTitle(title);
      this.#block = undefined;
      this.#left = metaint;
    }
    return sound.length === 1 ? sound[0]! : Buffer.concat(sound);
  }
}
