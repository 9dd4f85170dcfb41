/** Files that people send, in pieces as they come. */
import type { Upload } from "../artifacts.ts";

export const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(100, 7)]);

/** Comes in pieces. */
export async function* inPieces(bytes: Uint8Array | string, pieceBytes = 1000): AsyncGenerator<Uint8Array> {
  const whole = Buffer.from(bytes);
  for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
}

export const upload = (bytes: Uint8Array | string, more: Partial<Upload> = {}): Upload => ({
  ...{ kind: "files", name: "a file", person: "ada", body: inPieces(bytes) },
  ...more,
});
