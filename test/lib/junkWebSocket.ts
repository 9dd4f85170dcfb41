/** WebSocket connections by RFC 6455 up to a point, from a seed: then bad opcodes, masks, lengths, fragments and closes. */
import type { Random } from "./random.ts";

const head = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

const joined = Buffer.from([10]);
const closeCodes = [0, 1, 999, 1000, 1004, 1005, 1006, 1007, 1011, 1015, 1016, 2999, 3000, 4000, 4002, 5000, 65_535];

interface Frame {
  opcode: number;
  isFinal?: boolean;
  /** The three reserved bits. */
  reserved?: number;
  isMasked?: boolean;
  /** As it says: of 0 to 64 bits. */
  length?: bigint;
}

function frame(
  random: Random,
  payload: Buffer,
  { opcode, isFinal = true, reserved = 0, isMasked = true, length }: Frame,
) {
  const said = length ?? BigInt(payload.length);
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = isMasked ? 0x80 : 0;
  // a length may be written longer than it has to be
  const bits = said > 65_535n || random.chance(0.02) ? 64 : said > 125n || random.chance(0.02) ? 16 : 7;
  const head = Buffer.alloc(2 + (bits === 64 ? 8 : bits === 16 ? 2 : 0));
  head[0] = first;
  head[1] = mask | (bits === 64 ? 127 : bits === 16 ? 126 : Number(said));
  if (bits === 64) head.writeBigUInt64BE(said, 2);
  if (bits === 16) head.writeUInt16BE(Number(said), 2);
  if (!isMasked) return Buffer.concat([head, payload]);
  const key = random.bytes(4);
  return Buffer.concat([head, key, payload.map((byte, i) => byte ^ key[i & 3]!)]);
}

function junk(random: Random): Buffer {
  const payload = random.bytes(random.int(random.pick([4, 130, 400])));
  switch (random.int(12)) {
    case 0:
      return frame(random, payload, { opcode: random.int(16) });
    case 1:
      return frame(random, payload, { opcode: 2, reserved: 1 + random.int(7) });
    case 2:
      return frame(random, payload, { opcode: 2, isMasked: false });
    case 3:
      return frame(random, payload, { opcode: random.pick([1, 2, 0]), isFinal: false });
    case 4:
      return frame(random, payload, { opcode: random.pick([8, 9, 10]), isFinal: random.chance(0.5) });
    case 5:
      return frame(random, payload, {
        opcode: 2,
        length: random.pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 31n, 70_000n, 0n]),
      });
    case 6: {
      const code = Buffer.alloc(2);
      code.writeUInt16BE(random.pick(closeCodes));
      const reason = random.chance(0.5) ? payload.subarray(0, 123) : Buffer.alloc(0);
      return frame(random, Buffer.concat([code, reason]).subarray(0, random.pick([1, 2, 125])), { opcode: 8 });
    }
    case 7:
      return frame(random, Buffer.from([0xff, 0xfe, 0xc0, 0x80]), { opcode: 1 });
    case 8:
      return Buffer.concat(
        Array.from({ length: random.int(60) }, () => frame(random, payload.subarray(0, 125), { opcode: 9 })),
      );
    case 9:
      return Buffer.concat(
        Array.from({ length: random.int(60) }, () => frame(random, Buffer.alloc(0), { opcode: 0, isFinal: false })),
      );
    case 10:
      return frame(random, payload, { opcode: 2 }).subarray(0, random.int(12));
    default:
      return random.bytes(random.int(100));
  }
}

/** `frames` come behind the head; in most cases the seat acknowledges its join first. */
export function junkWebSocket(random: Random): { head: (path: string) => string; frames: Buffer } {
  const first = random.chance(0.8) ? [frame(random, joined, { opcode: 2 })] : [];
  const bad = Array.from({ length: 1 + random.int(4) }, () => junk(random));
  return { head, frames: Buffer.concat([...first, ...bad]) };
}
