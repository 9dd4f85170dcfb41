/** What a client may say: the shapes and their limits, in characters as people count them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { anyText } from "../test/lib/anyText.ts";
import { cleanText, limits, seatMessages, worldJoin, worldMessages } from "./messages.ts";

const takes = (shape: z.ZodType, value: unknown) => shape.safeParse(value).success;
const { say, emote, avatar } = worldMessages;
const { attention, play, identify } = seatMessages;
const set = worldMessages["prop.set"];
const remove = worldMessages["prop.delete"];

describe("[WO2] [CH4] text", () => {
  it("is in one form: NFC, trimmed, well-formed, without controls, line breaks and turned directions", () => {
    fc.assert(
      fc.property(anyText(200), (text) => {
        const clean = cleanText(text);
        expect(clean.isWellFormed()).toBe(true);
        expect(clean).toBe(clean.normalize("NFC"));
        expect(clean).toBe(clean.trim());
        expect(clean).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(cleanText(clean)).toBe(clean);
      }),
      { numRuns: 2000 },
    );
  });

  it("that a control character held apart is put together", () => {
    expect(cleanText("e\u0000\u0301")).toBe("é");
  });

  it("leaves of marks piled on one letter what scripts need", () => {
    expect(cleanText(`z${"\u0310\u0324".repeat(40)}algo`)).toBe(`z${"\u0324".repeat(5)}algo`);
    expect(cleanText("שָּׁ 1️⃣ བརྒྱུད")).toBe("שָּׁ 1️⃣ བརྒྱུད".normalize("NFC"));
  });

  it.each(["Hello, world!", "你好", "مرحبا بالعالم", "👩‍👩‍👧‍👦🏳️‍🌈", "a  b", "नमस्ते"])(
    "like %s stays as it is",
    (text) => {
      expect(cleanText(text)).toBe(text);
    },
  );
});

describe("[WO2] say", () => {
  it("takes 1 to 280 characters, wide ones counting as one", () => {
    expect(say.parse({ text: "  hi\u0000 " })).toEqual({ text: "hi" });
    expect(takes(say, { text: "x".repeat(280) })).toBe(true);
    expect(takes(say, { text: "x".repeat(281) })).toBe(false);
    expect(takes(say, { text: "😀".repeat(280) })).toBe(true);
    expect(takes(say, { text: "😀".repeat(281) })).toBe(false);
    expect(takes(say, { text: "e\u0301".repeat(280) })).toBe(true);
  });

  it.each([
    { text: "" },
    { text: " \n" },
    { text: "\u202e" },
    { text: 5 },
    {},
    null,
    undefined,
    "hi",
    [],
    { text: ["hi"] },
  ])("does not take %j", (message) => {
    expect(takes(say, message)).toBe(false);
  });

  it("takes nothing beside the text, so that nobody says it for someone else", () => {
    expect(takes(say, { text: "hi", from: "ada" })).toBe(false);
  });
});

describe("[WO2] emote", () => {
  it("takes 1 to 32 characters", () => {
    expect(takes(emote, { emote: "🎉" })).toBe(true);
    expect(takes(emote, { emote: "🎉".repeat(33) })).toBe(false);
    expect(takes(emote, { emote: " " })).toBe(false);
  });
});

describe("[WO1] avatar", () => {
  it("takes any part of it, at most 4 KB shown", () => {
    expect(takes(avatar, {})).toBe(true);
    expect(takes(avatar, { color: "#ff0000", face: "🙂", showing: "x".repeat(4096) })).toBe(true);
    expect(takes(avatar, { showing: "x".repeat(4097) })).toBe(false);
    expect(takes(avatar, { color: "x".repeat(33) })).toBe(false);
    expect(takes(avatar, { face: "🙂".repeat(17) })).toBe(false);
    expect(takes(avatar, { hat: "top" })).toBe(false);
  });

  it.each(["color", "face", "showing"])("lets no half of a character into %s", (key) => {
    const parsed = avatar.safeParse({ [key]: "a\ud83d" });
    if (parsed.success) expect((parsed.data as Record<string, string>)[key]!.isWellFormed()).toBe(true);
  });
});

describe("[WO1] props", () => {
  it("take any JSON under a key of 1 to 128 characters", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(takes(set, { key: "lamp", value })).toBe(true);
      }),
    );
    expect(takes(set, { key: "x".repeat(128), value: 1, owned: true, saved: false })).toBe(true);
    for (const key of ["", "x".repeat(129), 5, undefined, "\ud83d"]) {
      expect(takes(set, { key, value: 1 }), String(key)).toBe(false);
      expect(takes(remove, { key }), String(key)).toBe(false);
    }
  });

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, 5n, new Date(0), () => 1, new Uint8Array(2), Symbol("x")])(
    "take nothing else: %s",
    (value) => {
      expect(takes(set, { key: "lamp", value })).toBe(false);
      expect(takes(set, { key: "lamp", value: { deep: [value] } })).toBe(false);
    },
  );
});

describe("[ID3] identify, attention and play", () => {
  it("take what they need and nothing that says who one is", () => {
    expect(takes(identify, { token: "x" })).toBe(true);
    expect(takes(identify, { token: "x".repeat(9000) })).toBe(false);
    expect(takes(identify, { token: "x", person: "ada" })).toBe(false);
    for (const one of ["focused", "visible", "hidden"]) expect(takes(attention, { attention: one })).toBe(true);
    expect(takes(attention, { attention: "asleep" })).toBe(false);
    expect(takes(play, {})).toBe(true);
    expect(takes(play, undefined)).toBe(true);
    expect(takes(play, { seat: "another's" })).toBe(false);
  });
});

describe("joining a world", () => {
  it("takes a slug and what may go with it", () => {
    expect(takes(worldJoin, { slug: "field" })).toBe(true);
    const all = { slug: "field", connection: "tab-name_1", attention: "hidden", avatar: { color: "red" }, share: true };
    expect(takes(worldJoin, all)).toBe(true);
  });

  it.each([
    {},
    { slug: 5 },
    { slug: "field", connection: "short" },
    { slug: "field", connection: "x".repeat(65) },
    { slug: "field", connection: "with space!" },
    { slug: "field", attention: "asleep" },
    { slug: "field", avatar: { hat: 1 } },
    { slug: "field", share: "yes" },
    null,
    "field",
  ])("does not take %j", (options) => {
    expect(takes(worldJoin, options)).toBe(false);
  });

  it("drops what it does not know, an identity above all", () => {
    expect(worldJoin.parse({ slug: "field", person: "ada", role: "admin" })).toEqual({ slug: "field" });
  });
});

describe("the limits", () => {
  it("are those of the requirements", () => {
    expect(limits).toMatchObject({
      sayChars: 280,
      avatarBytes: 4096,
      pieceBytes: 1024,
      props: 1000,
      propBytes: 4096,
      propsBytes: 256 * 1024,
      nameChars: 64,
    });
  });
});
