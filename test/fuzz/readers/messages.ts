/** What a seat sends and is joined with, as the gate reads it: told apart, unpacked, and held to the shapes. */
import { decode } from "@colyseus/schema";
import { unpack } from "msgpackr";
import type { z } from "zod";
import { readInbound } from "../../../rooms/inbound.ts";
import { audioJoin, audioMessages } from "../../../schema/audio.ts";
import { chatMessages } from "../../../schema/chat.ts";
import { joinShape, limits, seatMessages, worldJoin, worldMessages } from "../../../schema/messages.ts";
import { isSlug, parseSlug } from "../../../schema/slug.ts";
import { validate } from "../../../schema/validate.ts";
import { displayName, isHandle, skeletonOf } from "../../../services/identity/handles.ts";
import { roomKinds } from "../../lib/honest.ts";
import { junkFrame } from "../../lib/junk.ts";
import { joinOptions } from "../../lib/junkHttp.ts";
import { mangledText } from "../../lib/mangle.ts";
import type { Random } from "../../lib/random.ts";
import { mayRefuse, mustBe, type Reader } from "../reader.ts";

const shapes: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  world: { ...seatMessages, ...worldMessages },
  chat: { ...seatMessages, ...chatMessages },
  audio: { ...seatMessages, ...audioMessages },
};

/** What is let through goes to others: no text in it may break what carries it. */
function mustBeWhole(value: unknown): void {
  if (typeof value === "string") mustBe(value.isWellFormed(), "a text is well-formed");
  else if (Array.isArray(value)) for (const part of value) mustBeWhole(part);
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) mustBeWhole(part);
}

/** Logs, tokens and offers go to nobody, and what is JSON is written as JSON. */
const shown = new Set(["say", "edit", "emote", "avatar", "fork", "prop.delete"]);

function message(random: Random): void {
  const room = random.pick(roomKinds);
  const frame = junkFrame(random, room);
  const bytes = Buffer.from(frame);
  const inbound = readInbound(bytes);
  if (inbound.kind !== "message") return;
  mustBe(inbound.type.length > 0 && Buffer.byteLength(inbound.type) <= 64, "a type has 1 to 64 bytes");
  const at = dataOf(bytes, inbound.requestId !== undefined);
  const data: unknown = at < bytes.length ? unpack(bytes.subarray(at)) : undefined;
  const shape = Object.hasOwn(shapes[room]!, inbound.type) ? shapes[room]![inbound.type] : undefined;
  const read = shape && validate(shape, data);
  if (read?.success && shown.has(inbound.type)) mustBeWhole(read.data);
  JSON.stringify(data);
}

/** Where the data begins, as Colyseus reads it: behind the request's number and the type. */
function dataOf(bytes: Buffer, isRequest: boolean): number {
  const it = { offset: 1 };
  if (isRequest) decode.number(bytes, it);
  decode.string(bytes, it);
  return it.offset;
}

function join(random: Random): void {
  const options = joinOptions(random);
  for (const shape of [joinShape, worldJoin, audioJoin]) {
    const read = validate(shape, options);
    // what a slug may be is said below
    if (read.success) mustBeWhole({ ...read.data, slug: "" });
  }
  const given = random.chance(0.5) ? (options as { slug?: unknown } | null)?.slug : mangledText(random, "field");
  const slug = mayRefuse(["BAD_SLUG"], () => parseSlug(given));
  if (slug !== undefined) mustBe(isSlug(slug) && /^[a-z0-9_-]{1,64}$/.test(slug), "a slug is one");
}

const names = ["Mallory", "Zoë 👩‍👩‍👧‍👦", "ع‎م‏ر", "z̷̧͇a̸͖̽l̴̰̈g̵̣̈ọ̴̈", "𝕏".repeat(64), "guest-ab12", "admin"];

function name(random: Random): void {
  const given = mangledText(random, random.pick(names));
  const shown = displayName(given, "someone");
  mustBe(shown.isWellFormed() && shown.trim() === shown && shown !== "", "a name can be shown");
  mustBe([...shown].length <= limits.nameChars, "a name is not endless");
  mustBe(!/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(shown), "a name turns and breaks nothing");
  mustBe(!/\p{M}{6}/u.test(shown), "a name does not reach into other lines");
  mustBe(displayName(shown, "someone") === shown, "a name that was cleaned stays");
  if (isHandle(given))
    mustBe(skeletonOf(given) === skeletonOf(given.toUpperCase()), "handles are one whatever their case");
}

export const messages: readonly Reader[] = [
  { name: "messages", share: 1, once: message },
  { name: "joins", share: 0.5, once: join },
  { name: "names", share: 0.5, once: name },
];
