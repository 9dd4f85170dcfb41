/**
 * A capsule as a file: what is recorded of a world, so that it can be replayed. Little-endian:
 *
 *     file     "capsule" | version u8 | length u32 | header (JSON, see CapsuleHeader) | chunk*
 *     chunk    "CHNK" | first u32 | last u32 (ms since the recording began) | length u32 | crc u32 (of what was packed)
 *              | packed (deflate-raw of what chunk.ts says)
 *
 * A chunk holds at most some ten seconds and is written whole: a file that was cut anywhere can be read up to its last
 * whole chunk.
 */
import type { Geometry } from "../geometry.ts";
import { crc32, pack, unpack } from "./packing.ts";

export type CapsuleHeader = {
  readonly slug: string;
  /** Id of the session. */
  readonly session: string;
  /** ms since the epoch. */
  readonly started: number;
  /** Time of movement frames (schema/frames.ts) at which the recording began, in ms. */
  readonly clock: number;
  readonly tickHz: number;
  readonly geometry: Geometry;
};

/** A whole chunk in a file: its times, and where its packed bytes are. */
export type ChunkPlace = { readonly first: number; readonly last: number; readonly from: number; readonly to: number };

const magic = new TextEncoder().encode("capsule");
const version = 2;
const headerAt = magic.length + 5;
const mostHeaderBytes = 65_536;
const chunkMagic = 0x4b4e4843;
const chunkHeadBytes = 20;
/** Of one chunk, unpacked: more is not written, and not read. */
const mostChunkBytes = 32 * 1024 * 1024;

export function encodeHeader(header: CapsuleHeader): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(headerAt + json.length);
  bytes.set(magic);
  bytes[magic.length] = version;
  viewOf(bytes).setUint32(magic.length + 1, json.length, true);
  bytes.set(json, headerAt);
  return bytes;
}

export async function encodeChunk(
  first: number,
  last: number,
  content: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = await pack(content);
  const bytes = new Uint8Array(chunkHeadBytes + packed.length);
  [chunkMagic, first, last, packed.length, crc32(packed)].forEach((value, i) => {
    viewOf(bytes).setUint32(i * 4, value, true);
  });
  bytes.set(packed, chunkHeadBytes);
  return bytes;
}

/** Throws an Error that says what is wrong. `end` is where the chunks begin. */
export function decodeHeader(bytes: Uint8Array): { header: CapsuleHeader; end: number } {
  if (magic.some((byte, i) => bytes[i] !== byte)) throw new Error("This file is not a capsule.");
  if (bytes[magic.length] !== version) throw new Error("This capsule is of a version that is not known here.");
  const length = bytes.length < headerAt ? 0 : viewOf(bytes).getUint32(magic.length + 1, true);
  const end = headerAt + length;
  if (length === 0 || length > mostHeaderBytes || bytes.length < end)
    throw new Error("This capsule has no whole header.");
  try {
    return { header: headerOf(JSON.parse(new TextDecoder().decode(bytes.subarray(headerAt, end)))), end };
  } catch {
    throw new Error("The header of this capsule cannot be read.");
  }
}

/** The whole chunks from `at` on, in the order of their times. */
export function* chunksOf(bytes: Uint8Array, at: number): Generator<ChunkPlace> {
  const view = viewOf(bytes);
  let before = -1;
  for (let offset = at; offset + chunkHeadBytes <= bytes.length; ) {
    const [sign, first, last, length, crc] = [0, 4, 8, 12, 16].map((i) => view.getUint32(offset + i, true));
    const from = offset + chunkHeadBytes;
    const to = from + length!;
    const isWhole = sign === chunkMagic && to <= bytes.length && first! >= before && last! >= first!;
    if (!isWhole || crc32(bytes.subarray(from, to)) !== crc) return;
    yield { first: first!, last: last!, from, to };
    before = first!;
    offset = to;
  }
}

/** Rejects where the chunk cannot be unpacked. */
export function contentOf(bytes: Uint8Array<ArrayBuffer>, { from, to }: ChunkPlace): Promise<Uint8Array<ArrayBuffer>> {
  return unpack(bytes.subarray(from, to), mostChunkBytes);
}

/** How many bytes of a file that was cut are whole: its header, and all chunks up to the first that is not. 0 for no capsule. */
export function wholeLength(bytes: Uint8Array): number {
  try {
    let { end } = decodeHeader(bytes);
    for (const { to } of chunksOf(bytes, end)) end = to;
    return end;
  } catch {
    return 0;
  }
}

function headerOf(json: Record<string, unknown>): CapsuleHeader {
  const { slug, session } = json;
  if (typeof slug !== "string" || typeof session !== "string") throw new TypeError("no text");
  const given = json["geometry"] as Record<string, unknown>;
  const [minX, minY, minZ, maxX, maxY, maxZ] = ["minX", "minY", "minZ", "maxX", "maxY", "maxZ"].map((name) =>
    finite(given[name]),
  ) as [number, number, number, number, number, number];
  const step = positive(given["step"]);
  const geometry = { minX, minY, minZ, maxX, maxY, maxZ, step };
  const [started, clock] = [finite(json["started"]), finite(json["clock"])];
  return { slug, session, started, clock, tickHz: positive(json["tickHz"]), geometry };
}

function finite(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new TypeError("no number");
  return value;
}

function positive(value: unknown): number {
  const number = finite(value);
  if (number <= 0) throw new RangeError("not above 0");
  return number;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
