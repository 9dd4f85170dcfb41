/** Tokens and what else is signed or made up by a sender: only what this server signed itself is believed. */
import { createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import { Peers } from "../../../routes/peers.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import { isSlug } from "../../../schema/slug.ts";
import { fromLink, toLink } from "../../../services/audio/explorer/link.ts";
import { createHandles } from "../../../services/identity/handles.ts";
import { createTokens } from "../../../services/identity/tokens.ts";
import { networkOf } from "../../../services/pace.ts";
import { isIdLike, newId } from "../../../services/sessions/ids.ts";
import { openStorage } from "../../../services/storage.ts";
import { mangledBytes, mangledText } from "../../lib/mangle.ts";
import type { Random } from "../../lib/random.ts";
import { mayRefuse, mustBe, type Reader } from "../reader.ts";

const authSecret = "a secret of the fuzzer's own";
const config = {
  authSecret,
  authIssuer: "",
  authAudience: "",
  authJwksUrl: "",
  dataDir: ":memory:",
  guestTokenDays: 1,
};
const tokens = createTokens(config, createHandles(openStorage(":memory:")));
const good = [(await tokens.guest({ name: "Guest" })).token, await tokens.mint({ handle: "ann", role: "admin" })];
const heads = [
  { alg: "HS256" },
  { alg: "none" },
  { alg: "hs256" },
  { alg: "RS256" },
  { alg: "HS256", crit: ["x"] },
  { alg: "HS256", b64: false },
  [],
];

function partsMangled(random: Random, token: string): string {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const change = (part: string) =>
    Buffer.from(mangledText(random, Buffer.from(part, "base64url").toString())).toString("base64url");
  const signed = (text: string) =>
    createHmac("sha256", random.pick(["", authSecret.slice(1), "secret"]))
      .update(text)
      .digest("base64url");
  switch (random.int(5)) {
    case 0:
      return mangledText(random, token);
    case 1:
      return `${head}.${change(claims)}.${signature}`;
    case 2:
      return `${Buffer.from(JSON.stringify(random.pick(heads))).toString("base64url")}.${claims}.${random.pick(["", signature])}`;
    case 3:
      return `${head}.${claims}.${signed(`${head}.${claims}`)}`;
    default:
      return [change(head), claims, signature].slice(0, 1 + random.int(4)).join(random.pick([".", "..", ""]));
  }
}

/** The same bytes in another spelling of base64 are the same token. */
const same = (a: string, b: string) =>
  a
    .split(".")
    .map((part) => Buffer.from(part, "base64url").toString("hex"))
    .join() ===
  b
    .split(".")
    .map((part) => Buffer.from(part, "base64url").toString("hex"))
    .join();

async function token(random: Random): Promise<void> {
  const from = random.pick(good);
  const given = partsMangled(random, from);
  if (given === "") return;
  try {
    await tokens.verify(given);
  } catch (error) {
    if (error instanceof HereaboutsError && error.code === "BAD_TOKEN") return;
    throw error;
  }
  mustBe(same(given, from), `a token that was changed is refused: ${given}`);
}

const now = 1_800_000_000_000;
const peers = new Peers(authSecret, () => now);
const sealed = peers.seal({ ip: "127.0.0.1", protocol: "http", host: "x" } as never, { locals: {} } as never);

function seal(random: Random): void {
  const given = mangledText(random, sealed);
  const passed = peers.open(random.chance(0.9) ? given : random.pick([undefined, [], ["a", "b"], "", "."]));
  if (passed) mustBe(given.startsWith(sealed), "what was sealed by others counts for nothing");
}

const directions = ["start", "chosen"] as const;
const journeyOf = (random: Random) => {
  const id = () => Array.from({ length: 16 }, () => random.int(16).toString(16)).join("");
  const steps = Array.from({ length: 1 + random.int(70) }, () => ({ id: id(), direction: random.pick(directions) }));
  return { seed: random.int(2 ** 32), steps, at: random.int(steps.length), heard: [] };
};

/** In half of all cases with a checksum that is right. */
function journey(random: Random): void {
  const link = toLink(journeyOf(random));
  const bytes = mangledBytes(random, Buffer.from(link, "base64url"));
  if (random.chance(0.5) && bytes.length > 4) bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  const given = random.chance(0.7) ? bytes.toString("base64url") : mangledText(random, link);
  const read = mayRefuse(["BAD_JOURNEY"], () => fromLink(given));
  if (!read) return;
  mustBe(read.at < read.steps.length && read.steps.length <= 64, "a journey is somewhere");
  mustBe(toLink(read) === given, "a journey that was read is written as it was");
}

function address(random: Random): void {
  const from = random.pick(["127.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "fe80::1%eth0", "::", "1:2:3:4:5:6:7:8"]);
  mustBe(typeof networkOf(mangledText(random, from)) === "string", "an address counts for someone");
  const id = newId(mangledText(random, random.pick(["Radio Zoë", "ᴹᵃˢᵗᵉʳ", "---", "日本", "x".repeat(64)])));
  mustBe(isSlug(id) && isIdLike(id), "an id of a session is a slug");
}

export const signed: readonly Reader[] = [
  { name: "tokens", share: 0.2, once: token },
  { name: "seals", share: 0.5, once: seal },
  { name: "journeys", share: 0.5, once: journey },
  { name: "addresses", share: 0.5, once: address },
];
