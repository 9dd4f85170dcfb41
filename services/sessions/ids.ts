/** Ids of audio sessions: a readable label, then 128 random bits; each fits the slug rule. Names are labels for people. */
import { randomBytes } from "node:crypto";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
const randomChars = 26;
const labelChars = 32;

const idPattern = new RegExp(`^[a-z0-9][a-z0-9_-]*-[a-z2-7]{${randomChars}}$`);

export function newId(name: string): string {
  return `${labelOf(name)}-${randomPart()}`;
}

/** Whether a text has the form of an id: such a text names no new session. */
export function isIdLike(text: string): boolean {
  return idPattern.test(text.toLowerCase());
}

/** Under which names that look the same to people are the same. */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

/** The 26 letters of base 32 hold 130 bits. */
function randomPart(): string {
  let bits = BigInt(`0x${randomBytes(16).toString("hex")}`);
  let text = "";
  for (let i = 0; i < randomChars; i++, bits >>= 5n) text += alphabet[Number(bits & 31n)];
  return text;
}

function labelOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const label = plain.replace(/[^a-z0-9_]+/g, "-").replace(/^[-_]+/, "");
  return label.slice(0, labelChars).replace(/-+$/, "") || "session";
}
