/** [MV1] [MV2] [MV4] Frames, moves and datagrams: whole they come out as they went in, mangled they are lawful or refused. */
import { keyOf, maxSlots, type QuantizedPoses, readBlocks, writeBlocks } from "../../../schema/blocks.ts";
import { maxPayloadBytes, readDatagram, writeDatagram } from "../../../schema/datagrams.ts";
import { readHeader, writeHeader } from "../../../schema/frames.ts";
import { geometryOf, type Pose } from "../../../schema/geometry.ts";
import { decodeMove, encodeMove, maxMoveBytes } from "../../../schema/moves.ts";
import type { Random } from "../../lib/random.ts";
import { mayRefuse, mustBe, type Reader } from "../reader.ts";

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
function mangle(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.1)) {
    const length = random.int(100);
    for (let i = 0; i < length; i++) mangled[i] = random.int(256);
    return mangled.subarray(0, length);
  }
  mangled.set(bytes);
  for (let i = random.int(4); i > 0; i--) mangled[random.int(bytes.length)] = random.int(256);
  if (random.chance(0.5)) return mangled.subarray(0, bytes.length);
  if (random.chance(0.7)) return mangled.subarray(0, random.int(bytes.length + 1));
  const length = bytes.length + random.int(20);
  for (let i = bytes.length; i < length; i++) mangled[i] = random.int(256);
  return mangled.subarray(0, length);
}

/** Movers at random places, many of them near each other; their slots in the order of blocks. */
function place(random: Random): Uint16Array {
  const chosen = new Set<number>();
  const range = random.chance(0.5) ? 4096 : 65_536;
  for (let i = random.int(30); i > 0; i--) {
    const slot = random.int(random.chance(0.7) ? 256 : maxSlots);
    const [usesZ, usesAngle] = [random.chance(0.2), random.chance(0.2)];
    poses.x[slot] = random.int(range);
    poses.y[slot] = random.int(range);
    poses.z[slot] = usesZ ? 1 + random.int(65_535) : 0;
    poses.direction[slot] = usesAngle ? 1 + random.int(255) : 0;
    poses.key[slot] = keyOf(poses.x[slot]!, poses.y[slot]!, usesZ, usesAngle);
    chosen.add(slot);
  }
  return Uint16Array.from(chosen).sort((a, b) => poses.key[a]! - poses.key[b]! || a - b);
}

function frame(random: Random): void {
  const slots = place(random);
  const correction = random.chance(0.1) ? { x: random.next(), y: random.next(), z: 0.25, angle: 0.5 } : undefined;
  const ack = random.chance(0.5) ? random.int(0x1_0000) : undefined;
  const sent = {
    ...{ seq: random.int(0x1_0000), time: random.int(2 ** 32) },
    ...{ ack, correction, isReliable: random.chance(0.5) },
  };
  const written: number[] = [];
  const at = writeHeader(buffer, 0, sent);
  const limit = at + random.int(300);
  const end = writeBlocks(buffer, at, limit, poses, slots, slots.length, (slot) => void written.push(slot));
  const bytes = buffer.subarray(0, end);

  const header = readHeader(bytes);
  mustBe(header.seq === sent.seq && header.time === sent.time && header.ack === ack && header.end === at, "the header");
  mustBe(header.correction?.x === correction?.x && header.correction?.angle === correction?.angle, "the correction");
  let seen = 0;
  readBlocks(bytes, header.end, steps, (slot, x, y, z, angle) => {
    mustBe(slot === written[seen++], "the slots");
    mustBe(x === poses.x[slot] && y === poses.y[slot] && z === poses.z[slot], "the position");
    mustBe(Math.round((angle / 2 / Math.PI) * 256) === poses.direction[slot], "the angle");
  });
  mustBe(seen === written.length, "the number of movers");

  const bad = mangle(random, bytes);
  mayRefuse(["BAD_FRAME"], () =>
    readBlocks(bad, readHeader(bad).end, steps, (slot, x, y, z, angle) => {
      mustBe(slot >= 0 && slot < maxSlots, "a slot that there can be");
      mustBe(x >= 0 && x <= 65_535 && y >= 0 && y <= 65_535 && z >= 0 && z <= 65_535 && angle >= 0, "a place");
    }),
  );
}

const moveBuffer = new Uint8Array(maxMoveBytes);
const taken: Pose[] = Array.from({ length: 3 }, () => ({ x: 0, y: 0, z: 0, angle: 0 }));

function move(random: Random): void {
  const [usesZ, usesAngle] = [random.chance(0.3), random.chance(0.3)];
  const sent = Array.from({ length: 1 + random.int(3) }, () => ({
    x: Math.fround(random.next() * 4096 - 2048),
    y: Math.fround(random.next() * 4096 - 2048),
    z: usesZ ? Math.fround(random.next()) : 0,
    angle: usesAngle ? Math.fround(random.next()) : 0,
  }));
  const seq = random.int(0x1_0000);
  const bytes = encodeMove(moveBuffer, seq, sent);
  const whole = decodeMove(bytes, taken);
  mustBe(whole.seq === seq && whole.count === sent.length, "the move");
  for (const [i, { x, y, z, angle }] of sent.entries()) {
    const pose = taken[i]!;
    mustBe(pose.x === x && pose.y === y && pose.z === z && pose.angle === angle, "a pose");
  }
  const bad = mangle(random, bytes);
  mayRefuse(["BAD_FRAME"], () => mustBe(decodeMove(bad, taken).count <= 3, "a move"));
}

function datagram(random: Random): void {
  const echo = { seq: random.int(0x1_0000), before: random.int(2 ** 32), heldMs: random.int(0x8000) };
  const sent = { seq: random.int(0x1_0000), echo: random.chance(0.9) ? echo : undefined };
  const bytes = writeDatagram(sent, buffer.subarray(0, random.int(60)));
  const { header, payload } = readDatagram(bytes);
  mustBe(header.seq === sent.seq && (header.echo === undefined) === (sent.echo === undefined), "the header");
  if (sent.echo) mustBe(header.echo?.before === echo.before && header.echo.heldMs === echo.heldMs, "the echo");
  mustBe(Buffer.compare(payload, buffer.subarray(0, payload.length)) === 0, "the payload");
  const bad = mangle(random, bytes);
  mayRefuse(["BAD_FRAME"], () => {
    const read = readDatagram(bad);
    mustBe(Buffer.compare(writeDatagram(read.header, read.payload), bad) === 0, "a datagram");
  });
}

export const bytes: readonly Reader[] = [
  { name: "frames", share: 2, once: frame },
  { name: "moves", share: 2, once: move },
  { name: "datagrams", share: 2, once: datagram },
];
