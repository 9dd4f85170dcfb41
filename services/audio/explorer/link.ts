/**
 * A journey as a short text for links: base64url of a version, the seed, the position, each step's track (8 bytes) and
 * direction, and a checksum. Holds the last 64 steps around the position. What is no such text is refused.
 */
import { crc32 } from "node:zlib";
import { directions } from "../../../schema/directions.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Journey, Step } from "./journey.ts";

const version = 1;
const maxSteps = 64;
const headBytes = 7;
const stepBytes = 9;
const checkBytes = 4;

/** What stands in the direction's place where there is none. */
const others = { start: 255, chosen: 254 } as const;
const isOther = (direction: string): direction is keyof typeof others => Object.hasOwn(others, direction);
const numberOf = (direction: Step["direction"]) =>
  isOther(direction) ? others[direction] : directions.indexOf(direction);
const directionOf = (number: number): Step["direction"] | undefined =>
  number === others.start ? "start" : number === others.chosen ? "chosen" : directions[number];

export function toLink({ seed, steps, at }: Journey): string {
  const from = Math.max(0, Math.min(at, steps.length - maxSteps));
  const kept = steps.slice(from, from + maxSteps);
  const bytes = Buffer.alloc(headBytes + kept.length * stepBytes + checkBytes);
  bytes.writeUInt8(version, 0);
  bytes.writeUInt32BE(seed, 1);
  bytes.writeUInt8(at - from, 5);
  bytes.writeUInt8(kept.length, 6);
  kept.forEach(({ id, direction }, i) => {
    const offset = headBytes + i * stepBytes;
    bytes.write(id, offset, "hex");
    bytes.writeUInt8(numberOf(direction), offset + 8);
  });
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -checkBytes)), bytes.length - checkBytes);
  return bytes.toString("base64url");
}

export function fromLink(link: string): Journey {
  const refuse = (why: string) => new HereaboutsError("BAD_JOURNEY", why);
  if (link.length > 1000 || !/^[\w-]+$/.test(link)) throw refuse("It has other characters, or too many.");
  const bytes = Buffer.from(link, "base64url");
  const count = bytes.length > headBytes ? bytes.readUInt8(6) : 0;
  if (count === 0 || count > maxSteps || bytes.length !== headBytes + count * stepBytes + checkBytes) {
    throw refuse("Its length is wrong.");
  }
  if (
    bytes.toString("base64url") !== link ||
    bytes.readUInt32BE(bytes.length - checkBytes) !== crc32(bytes.subarray(0, -checkBytes))
  ) {
    throw refuse("Its checksum is wrong.");
  }
  if (bytes.readUInt8(0) !== version) throw refuse("It is of another version.");
  const at = bytes.readUInt8(5);
  const steps = Array.from({ length: count }, (_, i): Step => {
    const offset = headBytes + i * stepBytes;
    const direction = directionOf(bytes.readUInt8(offset + 8));
    if (!direction) throw refuse("It has an unknown direction.");
    return { id: bytes.toString("hex", offset, offset + 8), direction };
  });
  if (at >= count) throw refuse("Its position is beyond its end.");
  return { seed: bytes.readUInt32BE(1), steps, at, heard: steps.slice(0, at + 1).map(({ id }) => id) };
}

/** The journey without tracks that are not here; nothing if none of them is. */
export function keepKnown(journey: Journey, isKnown: (id: string) => boolean): Journey | undefined {
  const steps = journey.steps.filter(({ id }) => isKnown(id));
  if (steps.length === 0) return undefined;
  const before = journey.steps.slice(0, journey.at + 1).filter(({ id }) => isKnown(id)).length;
  return { ...journey, steps, at: Math.max(0, before - 1), heard: journey.heard.filter(isKnown) };
}
