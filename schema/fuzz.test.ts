/**
 * All that travels as bytes of ours, written, read again and mangled: what is whole comes out exactly as it went in, what
 * is not is read as something lawful or refused with BAD_FRAME. FC_RUNS sets how many (`npm run test:long`: ten
 * millions), FC_SEED replays.
 */
import { describe, expect, it } from "vitest";
import { randomOf } from "../web/shared/seed.ts";
import { keyOf, maxSlots, type QuantizedPoses, readBlocks, writeBlocks } from "./blocks.ts";
import { maxPayloadBytes, readDatagram, writeDatagram } from "./datagrams.ts";
import { HereaboutsError } from "./errors.ts";
import { readHeader, writeHeader } from "./frames.ts";
import { geometryOf, type Pose } from "./geometry.ts";
import { decodeMove, encodeMove, maxMoveBytes } from "./moves.ts";

const runs = Number(process.env["FC_RUNS"] ?? 50_000);
const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2 ** 31);
const timeout = 3_600_000;

const random = randomOf(seed);
const below = (end: number) => Math.floor(random() * end);
const chance = (share: number) => random() < share;

/** Coordinates of this world are steps, so that they come out exactly. */
const steps = geometryOf({ minX: 0, minY: 0, minZ: 0, maxX: 65_535, maxY: 65_535, maxZ: 65_535 });
const poses: QuantizedPoses = {
  x: new Uint16Array(maxSlots),
  y: new Uint16Array(maxSlots),
  z: new Uint16Array(maxSlots),
  direction: new Uint8Array(maxSlots),
  key: new Uint16Array(maxSlots),
};
const buffer = Buffer.alloc(maxPayloadBytes);
const mangled = Buffer.alloc(maxPayloadBytes + 100);

/** A copy with some bytes changed, cut off or added, or any bytes at all; valid until the next. */
function mangle(bytes: Uint8Array): Uint8Array {
  if (chance(0.1)) {
    const length = below(100);
    for (let i = 0; i < length; i++) mangled[i] = below(256);
    return mangled.subarray(0, length);
  }
  mangled.set(bytes);
  for (let i = below(4); i > 0; i--) mangled[below(bytes.length)] = below(256);
  if (chance(0.5)) return mangled.subarray(0, bytes.length);
  if (chance(0.7)) return mangled.subarray(0, below(bytes.length + 1));
  const length = bytes.length + below(20);
  for (let i = bytes.length; i < length; i++) mangled[i] = below(256);
  return mangled.subarray(0, length);
}

/** Calls what may only throw BAD_FRAME. */
function mayRefuse(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof HereaboutsError && error.code === "BAD_FRAME")) throw error;
  }
}

/** Not `expect` itself: that would take longer than all the rest. */
function mustBe(isSo: boolean, what: string): void {
  if (!isSo) expect.unreachable(what);
}

/** Movers at random places, many of them near each other; their slots in the order of blocks. */
function place(): Uint16Array {
  const chosen = new Set<number>();
  const range = chance(0.5) ? 4096 : 65_536;
  for (let i = below(30); i > 0; i--) {
    const slot = below(chance(0.7) ? 256 : maxSlots);
    const [usesZ, usesAngle] = [chance(0.2), chance(0.2)];
    poses.x[slot] = below(range);
    poses.y[slot] = below(range);
    poses.z[slot] = usesZ ? 1 + below(65_535) : 0;
    poses.direction[slot] = usesAngle ? 1 + below(255) : 0;
    poses.key[slot] = keyOf(poses.x[slot]!, poses.y[slot]!, usesZ, usesAngle);
    chosen.add(slot);
  }
  return Uint16Array.from(chosen).sort((a, b) => poses.key[a]! - poses.key[b]! || a - b);
}

function fuzzFrame(): void {
  const slots = place();
  const correction = chance(0.1) ? { x: random(), y: random(), z: random(), angle: 0.5 } : undefined;
  const ack = chance(0.5) ? below(0x1_0000) : undefined;
  const sent = { seq: below(0x1_0000), time: below(2 ** 32), ack, correction, isReliable: chance(0.5) };
  const written: number[] = [];
  const at = writeHeader(buffer, 0, sent);
  const end = writeBlocks(buffer, at, at + below(300), poses, slots, slots.length, (slot) => void written.push(slot));
  const frame = buffer.subarray(0, end);

  const header = readHeader(frame);
  mustBe(header.seq === sent.seq && header.time === sent.time && header.ack === ack && header.end === at, "the header");
  mustBe(header.correction?.x === correction?.x && header.correction?.angle === correction?.angle, "the correction");
  let seen = 0;
  readBlocks(frame, header.end, steps, (slot, x, y, z, angle) => {
    mustBe(slot === written[seen++], "the slots");
    mustBe(x === poses.x[slot] && y === poses.y[slot] && z === poses.z[slot], "the position");
    mustBe(Math.round((angle / 2 / Math.PI) * 256) === poses.direction[slot], "the angle");
  });
  mustBe(seen === written.length, "the number of movers");

  const bad = mangle(frame);
  mayRefuse(() =>
    readBlocks(bad, readHeader(bad).end, steps, (slot, x, y, z, angle) => {
      mustBe(slot >= 0 && slot < maxSlots, "a slot that there can be");
      mustBe(x >= 0 && x <= 65_535 && y >= 0 && y <= 65_535 && z >= 0 && z <= 65_535 && angle >= 0, "a place");
    }),
  );
}

const moveBuffer = new Uint8Array(maxMoveBytes);
const taken: Pose[] = Array.from({ length: 3 }, () => ({ x: 0, y: 0, z: 0, angle: 0 }));

function fuzzMove(): void {
  const [usesZ, usesAngle] = [chance(0.3), chance(0.3)];
  const sent = Array.from({ length: 1 + below(3) }, () => ({
    x: Math.fround(random() * 4096 - 2048),
    y: Math.fround(random() * 4096 - 2048),
    z: usesZ ? Math.fround(random()) : 0,
    angle: usesAngle ? Math.fround(random()) : 0,
  }));
  const seq = below(0x1_0000);
  const bytes = encodeMove(moveBuffer, seq, sent);
  const move = decodeMove(bytes, taken);
  mustBe(move.seq === seq && move.count === sent.length, "the move");
  for (const [i, { x, y, z, angle }] of sent.entries()) {
    const pose = taken[i]!;
    mustBe(pose.x === x && pose.y === y && pose.z === z && pose.angle === angle, "a pose");
  }
  const bad = mangle(bytes);
  mayRefuse(() => mustBe(decodeMove(bad, taken).count <= 3, "a move"));
}

function fuzzDatagram(): void {
  const echo = { seq: below(0x1_0000), before: below(2 ** 32), heldMs: below(0x8000) };
  const sent = { seq: below(0x1_0000), echo: chance(0.9) ? echo : undefined };
  const bytes = writeDatagram(sent, buffer.subarray(0, below(60)));
  const { header, payload } = readDatagram(bytes);
  mustBe(header.seq === sent.seq && (header.echo === undefined) === (sent.echo === undefined), "the header");
  if (sent.echo) mustBe(header.echo?.before === echo.before && header.echo.heldMs === echo.heldMs, "the echo");
  mustBe(Buffer.compare(payload, buffer.subarray(0, payload.length)) === 0, "the payload");
  const bad = mangle(bytes);
  mayRefuse(() => {
    const read = readDatagram(bad);
    mustBe(Buffer.compare(writeDatagram(read.header, read.payload), bad) === 0, "a datagram");
  });
}

describe("[MV1] [MV2] [MV4] bytes", () => {
  for (const [what, fuzz] of Object.entries({ frames: fuzzFrame, moves: fuzzMove, datagrams: fuzzDatagram })) {
    it(`of ${runs} ${what}: whole they come out as they went in, mangled they are lawful or refused`, {
      timeout,
    }, () => {
      for (let run = 0; run < runs; run++) {
        try {
          fuzz();
        } catch (error) {
          throw new Error(`run ${run} of FC_SEED=${seed}`, { cause: error });
        }
      }
    });
  }
});
