/** Capsules for tests, written by hand: some people, some ticks, some events. */
import { ChunkWriter } from "../chunk.ts";
import type { CapsuleEvent, CapsulePerson } from "../events.ts";
import { type CapsuleHeader, encodeChunk, encodeHeader } from "../file.ts";

export const header: CapsuleHeader = {
  slug: "field",
  session: "field-1",
  started: 1_700_000_000_000,
  clock: 5000,
  tickHz: 20,
  geometry: { minX: -2048, minY: -2048, minZ: -2048, maxX: 2047, maxY: 2047, maxZ: 2047, step: 1 / 16 },
};

export function person(id: string, slot: number, more: Partial<CapsulePerson> = {}): CapsulePerson {
  return {
    ...{ id, slot, handle: id, name: id.toUpperCase(), kind: "human", guest: false, status: "here", to: "" },
    ...{ attention: "visible", connections: 1, since: 0, color: "", face: "", showing: "" },
    ...more,
  };
}

/** Where someone was in which tick, in steps: t, slot, x, y, z, direction. */
export type Move = readonly [number, number, number, number, number, number];
type Part = { first: number; tick?: number; keys?: Move[]; events?: CapsuleEvent[]; moves?: Move[] };

export async function capsuleOf(parts: Part[]): Promise<Uint8Array<ArrayBuffer>> {
  const files: Uint8Array<ArrayBuffer>[] = [encodeHeader(header)];
  for (const part of parts) files.push(await chunkOf(part));
  return new Uint8Array(await new Blob(files).arrayBuffer());
}

function chunkOf({ first, tick = first, keys = [], events = [], moves = [] }: Part): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ChunkWriter();
  writer.begin(first, tick);
  for (const [, slot, x, y, z, direction] of keys) writer.key(slot, { x, y, z, direction });
  writer.endKeys();
  for (const event of events) writer.event(event);
  for (const [i, move] of moves.entries()) {
    if (i > 0 && move[0] !== moves[i - 1]![0]) writer.endTick(moves[i - 1]![0]);
    writer.move(...move);
  }
  if (moves.length > 0) writer.endTick(moves.at(-1)![0]);
  return encodeChunk(writer.first, writer.last, writer.finish());
}
