/** A capsule without one person (ID5): their poses, what they did and said, and what they put there. */
import { ChunkWriter, decodeChunk, readPoses } from "./chunk.ts";
import type { CapsuleEvent } from "./events.ts";
import { chunksOf, contentOf, decodeHeader, encodeChunk } from "./file.ts";

/**
 * `person` is a public id; what a guest did before signing in, or does by an id of before, is the same person's. Returns
 * undefined where nothing of them is in it. Rejects where `bytes` are no capsule; what follows its last whole chunk is left out.
 */
export async function redact(
  bytes: Uint8Array<ArrayBuffer>,
  person: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { end } = decodeHeader(bytes);
  const chunks = await Promise.all(
    [...chunksOf(bytes, end)].map(async (place) => ({ place, ...decodeChunk(await contentOf(bytes, place)) })),
  );
  const trail = new Trail(
    person,
    chunks.flatMap(({ events }) => events),
  );
  if (!trail.isThere) return undefined;
  const parts: Uint8Array[] = [bytes.subarray(0, end)];
  const writer = new ChunkWriter();
  for (const { place, events, poses } of chunks) {
    let tick: number | undefined;
    const endTick = () => (tick === undefined ? writer.endKeys() : writer.endTick(tick));
    readPoses(poses, place.first, {
      begin: (before) => writer.begin(place.first, before),
      key(slot, steps) {
        if (!trail.had(slot, place.first)) writer.key(slot, steps);
      },
      tick(t) {
        endTick();
        tick = t;
      },
      move(t, slot, { x, y, z, direction }) {
        if (!trail.had(slot, t)) writer.move(t, slot, x, y, z, direction);
      },
    });
    endTick();
    for (const event of events) if (!trail.did(event)) writer.event(event);
    parts.push(await encodeChunk(place.first, place.last, writer.finish()));
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

type Stay = { id: string; slot: number; from: number; to: number };

/**
 * What one person left in a recording: their ids, and when which slots were theirs. Where nothing says that they were there
 * or came, but something that they changed or did, they were there from the beginning, in a slot that is nobody's.
 */
class Trail {
  readonly #ids: Set<string>;
  readonly #stays: Stay[] = [];
  readonly isThere: boolean;
  readonly #isUnannounced: boolean;

  constructor(person: string, events: readonly CapsuleEvent[]) {
    this.#ids = new Set([person]);
    for (let known = 0; known !== this.#ids.size; ) {
      known = this.#ids.size;
      for (const event of events) if ("was" in event && event.was !== undefined) this.#join(event.was, event.id);
    }
    for (const event of events) this.#follow(event);
    this.isThere = events.some((event) => this.did(event));
    this.#isUnannounced = this.isThere && !this.#stays.some(({ id }) => this.#ids.has(id));
  }

  #join(was: string, id: string): void {
    if (!this.#ids.has(was) && !this.#ids.has(id)) return;
    this.#ids.add(was).add(id);
  }

  #follow(event: CapsuleEvent): void {
    if (event.type === "leave") {
      const stay = this.#stays.findLast(({ id }) => this.#isSame(id, event.id));
      if (stay) stay.to = Math.min(stay.to, event.t);
    }
    if (event.type === "join" || event.type === "present") {
      const { id, slot } = event.person;
      this.#stays.push({ id, slot, from: event.t, to: Number.POSITIVE_INFINITY });
    }
    if ("was" in event && event.was !== undefined && !this.#ids.has(event.id)) {
      // someone else goes on as who they are now
      for (const stay of this.#stays) if (stay.id === event.was) stay.id = event.id;
    }
  }

  #isSame(a: string, b: string): boolean {
    return a === b || (this.#ids.has(a) && this.#ids.has(b));
  }

  had(slot: number, t: number): boolean {
    const here = this.#stays.filter((stay) => stay.slot === slot && stay.from <= t && t <= stay.to);
    return this.#isUnannounced ? here.length === 0 : here.some(({ id }) => this.#ids.has(id));
  }

  did(event: CapsuleEvent): boolean {
    if ("person" in event) return this.#ids.has(event.person.id);
    if ("key" in event) return this.#ids.has(event.by ?? "") || this.#ids.has(event.owner ?? "");
    return "id" in event && this.#ids.has(event.id);
  }
}
