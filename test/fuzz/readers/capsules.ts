/**
 * Recordings of worlds: one that is mangled is replayed as far as it is whole, and whoever is erased from it is gone. Chunks
 * are also mangled before they are packed, so that what is behind the checksum is reached.
 */

import { ByteWriter } from "../../../schema/capsule/bytes.ts";
import { Capsule } from "../../../schema/capsule/capsule.ts";
import { ChunkWriter } from "../../../schema/capsule/chunk.ts";
import { type CapsuleHeader, decodeHeader, encodeChunk, encodeHeader } from "../../../schema/capsule/file.ts";
import { readCapsule, redact, wholeLength } from "../../../schema/capsule.ts";
import { defaultBounds, geometryOf, isFinitePose } from "../../../schema/geometry.ts";
import { anyValue } from "../../lib/junk.ts";
import { mangledBytes } from "../../lib/mangle.ts";
import type { Random } from "../../lib/random.ts";
import { mustBe, type Reader } from "../reader.ts";

const header: CapsuleHeader = {
  ...{ slug: "field", session: "s", started: 1_800_000_000_000, clock: 1000, tickHz: 20 },
  geometry: geometryOf(defaultBounds),
};
const erased = "ann";
const ids = [erased, "bob", "guest"];
const types = ["present", "join", "leave", "update", "ghost", "return", "say", "emote", "prop", "piece", "end", "x"];

/** In part as a recorder writes it. */
function event(random: Random, t: number): Record<string, unknown> {
  const id = random.pick(ids);
  const one: Record<string, unknown> = {
    ...{ t, type: random.pick(types), id, person: { id, slot: random.int(4), name: "Ann" }, changes: { name: "Bob" } },
    ...{ text: "hello", sayMs: 3000, key: `k${random.int(3)}`, value: "1", owner: random.pick(["", ...ids]), by: id },
  };
  if (random.chance(0.1)) one["was"] = random.pick(ids);
  const field = random.pick([...Object.keys(one), "__proto__"]);
  if (random.chance(0.3)) one[field] = plain(anyValue(random, 2, true));
  if (random.chance(0.1)) delete one[field];
  return one;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? "null");

function chunk(random: Random, first: number): Uint8Array<ArrayBuffer> {
  const writer = new ChunkWriter();
  writer.begin(first, first - random.int(60));
  const pose = () => random.int(random.pick([100, 65_536]));
  for (let slot = 0; slot < 3; slot++)
    if (random.chance(0.7)) writer.key(slot, { x: pose(), y: pose(), z: 0, direction: random.int(256) });
  writer.endKeys();
  for (let t = first + 50; t < first + 50 * random.int(8); t += 50) {
    for (let slot = 0; slot < 4; slot++)
      if (random.chance(0.5)) writer.move(t, slot, pose(), pose(), random.chance(0.2) ? pose() : 0, random.int(256));
    writer.endTick(t);
  }
  const events = Array.from({ length: random.int(6) }, () => event(random, first + random.int(2000)));
  return withEvents(writer.finish(), events);
}

/** The last chunk of a recording that was not broken off. */
function ending(t: number): Uint8Array<ArrayBuffer> {
  const writer = new ChunkWriter();
  writer.begin(t, t);
  writer.endKeys();
  writer.event({ t, type: "end", reason: "closed" });
  return writer.finish();
}

/** A chunk without events, `[]`, with these: no recorder would write all of them. */
function withEvents(content: Uint8Array, events: readonly unknown[]): Uint8Array<ArrayBuffer> {
  const chunk = new ByteWriter();
  const json = Buffer.from(JSON.stringify(events));
  chunk.varint(json.length);
  chunk.bytes(json);
  chunk.bytes(content.subarray(3));
  return chunk.written;
}

function mustReplay(capsule: Capsule, random: Random): void {
  for (const t of [0, capsule.durationMs, -1, random.int(5000), random.int(5000), Number.NaN]) {
    const { people, props } = capsule.at(t);
    for (const { id, name, pose } of people) {
      mustBe(typeof id === "string" && typeof name === "string", "people have an id and a name");
      mustBe(pose === undefined || isFinitePose(pose), "people are somewhere");
    }
    for (const [key, { value }] of props) mustBe(typeof key + typeof value === "stringstring", "props are texts");
  }
}

/** Without the files around them: those take fifty times as long. */
function pieces(random: Random): void {
  const capsule = new Capsule(header);
  let first = 0;
  for (let i = 1 + random.int(3); i > 0; i--, first += 400) {
    const content = chunk(random, first);
    try {
      capsule.add(
        { first, last: first + 400 },
        new Uint8Array(random.chance(0.5) ? mangledBytes(random, content) : content),
      );
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
      mustBe(!/undefined|not a function|iterable/.test(error.message), `a reason: ${error.message}`);
    }
  }
  mustReplay(capsule, random);
}

const emptyGeometry = { minX: 0, minY: 0, minZ: 0, maxX: 0, maxY: 0, maxZ: 0, step: 1 };
const oddHeaders = [{}, { geometry: null }, { tickHz: 0 }, { tickHz: "20" }, { slug: 1 }, { geometry: emptyGeometry }];

async function file(random: Random): Promise<void> {
  const odd = random.chance(0.2) ? random.pick(oddHeaders) : {};
  const parts = [encodeHeader({ ...header, ...odd } as CapsuleHeader)];
  let first = 0;
  for (; first < 400 * (1 + random.int(3)); first += 400) {
    const content = chunk(random, first);
    const packed = new Uint8Array(random.chance(0.2) ? mangledBytes(random, content) : content);
    parts.push(await encodeChunk(first, first + 400, packed));
  }
  parts.push(await encodeChunk(first, first, ending(first)));
  const whole = Buffer.concat(parts);
  const bytes = new Uint8Array(random.chance(0.5) ? mangledBytes(random, whole) : whole);
  mustBe(wholeLength(bytes) <= bytes.length, "the whole part is a part");
  const { capsule, problem } = await readCapsule(bytes);
  mustBe(capsule !== undefined || problem !== undefined, "who cannot replay it is told why");
  if (!capsule) return;
  mustReplay(capsule, random);
  if (problem === undefined) await mustErase(bytes);
}

async function mustErase(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  decodeHeader(bytes);
  const left = await redact(bytes, erased);
  if (!left) return;
  const { capsule, problem } = await readCapsule(new Uint8Array(left));
  mustBe(capsule !== undefined && problem === undefined, "what is left can be replayed");
  const ofThem = capsule!.events.some(
    (one) => ("id" in one && one.id === erased) || ("person" in one && one.person.id === erased),
  );
  mustBe(!ofThem, "nothing of who is erased is left");
  mustBe((await redact(new Uint8Array(left), erased)) === undefined, "erased once is erased");
}

export const capsules: readonly Reader[] = [
  { name: "recordings", share: 0.2, once: pieces },
  { name: "capsules", share: 0.02, once: file },
];
