/**
 * Tells whether bytes are one whole MessagePack value of plain, JSON-like data, without making any of it.
 *
 * Colyseus closes a seat on bytes it cannot unpack, and an unpacker believes the lengths it reads: an array that claims
 * thirty million elements is made before it is found empty. So a client's bytes are walked before they are unpacked.
 */

const maxDepth = 32;

/**
 * The SDK's packer writes an object's keys once and then refers to them: `d4 72 id [keys] values`, later `id values` with
 * an id of 0x40 to 0x7f. How many keys each id of the current message stands for; -1 where it is a plain number.
 */
const recordKeys = new Int32Array(64);

/** True if `bytes` from `at` to their end are exactly one plain value. */
export function isPlainMsgpack(bytes: Uint8Array, at: number): boolean {
  recordKeys.fill(-1);
  return walk(bytes, at, 0) === bytes.length;
}

/** Offset behind the value at `at`; -1 if it is not whole or not plain. */
function walk(bytes: Uint8Array, at: number, depth: number): number {
  if (at >= bytes.length || depth > maxDepth) return -1;
  const head = bytes[at]!;
  if (head <= 0x7f) {
    const keys = head < 0x40 ? -1 : recordKeys[head & 0x3f]!;
    return keys < 0 ? at + 1 : walkMany(bytes, at + 1, keys, depth);
  }
  if (head >= 0xe0) return at + 1;
  if (head <= 0x8f) return walkPairs(bytes, at + 1, head & 0x0f, depth);
  if (head <= 0x9f) return walkMany(bytes, at + 1, head & 0x0f, depth);
  if (head <= 0xbf) return skip(bytes, at + 1 + (head & 0x1f));
  switch (head) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return at + 1;
    case 0xc4: // bin 8, 16, 32
      return skipSized(bytes, at + 1, 1);
    case 0xc5:
      return skipSized(bytes, at + 1, 2);
    case 0xc6:
      return skipSized(bytes, at + 1, 4);
    case 0xca: // float 32
      return skip(bytes, at + 5);
    case 0xcb: // float 64
      return skip(bytes, at + 9);
    case 0xcc: // unsigned and signed integers
    case 0xd0:
      return skip(bytes, at + 2);
    case 0xcd:
    case 0xd1:
      return skip(bytes, at + 3);
    case 0xce:
    case 0xd2:
      return skip(bytes, at + 5);
    case 0xd4: // the packer's `undefined`, and its records
      if (bytes[at + 1] === 0) return skip(bytes, at + 3);
      return bytes[at + 1] === 0x72 ? walkRecord(bytes, at + 2, depth) : -1;
    case 0xd9: // str 8, 16, 32
      return skipSized(bytes, at + 1, 1);
    case 0xda:
      return skipSized(bytes, at + 1, 2);
    case 0xdb:
      return skipSized(bytes, at + 1, 4);
    case 0xdc: // array 16, 32
      return walkMany(bytes, at + 3, readSize(bytes, at + 1, 2), depth);
    case 0xdd:
      return walkMany(bytes, at + 5, readSize(bytes, at + 1, 4), depth);
    case 0xde: // map 16, 32
      return walkPairs(bytes, at + 3, readSize(bytes, at + 1, 2), depth);
    case 0xdf:
      return walkPairs(bytes, at + 5, readSize(bytes, at + 1, 4), depth);
    default: // extensions and integers of 64 bits, which become BigInt: not plain data
      return -1;
  }
}

function walkRecord(bytes: Uint8Array, at: number, depth: number): number {
  const head = bytes[at + 1] ?? 0;
  const isLong = head === 0xdc;
  if (!isLong && (head & 0xf0) !== 0x90) return -1;
  const count = isLong ? readSize(bytes, at + 2, 2) : head & 0x0f;
  let values = count < 0 ? -1 : at + (isLong ? 4 : 2);
  for (let i = 0; i < count && values >= 0; i++) values = walkKey(bytes, values, depth);
  if (values < 0) return -1;
  recordKeys[bytes[at]! & 0x3f] = count;
  return walkMany(bytes, values, count, depth);
}

/** `count` values; more than there are bytes left cannot be whole, however much is claimed. */
function walkMany(bytes: Uint8Array, at: number, count: number, depth: number): number {
  if (count < 0 || count > bytes.length - at) return -1;
  let next = at;
  for (let i = 0; i < count && next >= 0; i++) next = walk(bytes, next, depth + 1);
  return next;
}

function walkPairs(bytes: Uint8Array, at: number, count: number, depth: number): number {
  if (count < 0 || count > bytes.length - at) return -1;
  let next = at;
  for (let i = 0; i < count && next >= 0; i++) {
    next = walkKey(bytes, next, depth);
    if (next >= 0) next = walk(bytes, next, depth + 1);
  }
  return next;
}

/** Keys are strings, as in JSON. */
function walkKey(bytes: Uint8Array, at: number, depth: number): number {
  const head = bytes[at] ?? 0;
  const isString = (head >= 0xa0 && head <= 0xbf) || (head >= 0xd9 && head <= 0xdb);
  return isString ? walk(bytes, at, depth + 1) : -1;
}

function skipSized(bytes: Uint8Array, at: number, sizeBytes: number): number {
  const size = readSize(bytes, at, sizeBytes);
  return size < 0 ? -1 : skip(bytes, at + sizeBytes + size);
}

function skip(bytes: Uint8Array, to: number): number {
  return to <= bytes.length ? to : -1;
}

function readSize(bytes: Uint8Array, at: number, sizeBytes: number): number {
  if (at + sizeBytes > bytes.length) return -1;
  let size = 0;
  for (let i = 0; i < sizeBytes; i++) size = size * 256 + bytes[at + i]!;
  return size;
}
