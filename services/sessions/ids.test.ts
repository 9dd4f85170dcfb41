/** Ids of sessions: readable, never guessed, and always slugs. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSlug } from "../../schema/slug.ts";
import { isIdLike, nameKey, newId } from "./ids.ts";

describe("ids of sessions [AU3]", () => {
  it("begin with what the name looks like", () => {
    expect(newId("Café del Mar")).toMatch(/^cafe-del-mar-[a-z2-7]{26}$/);
    expect(newId("")).toMatch(/^session-[a-z2-7]{26}$/);
    expect(newId("日本")).toMatch(/^session-[a-z2-7]{26}$/);
    expect(newId("--a--")).toMatch(/^a-[a-z2-7]{26}$/);
  });

  it("are slugs, whatever the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), (name) => {
        const id = newId(name);
        expect(isSlug(id), id).toBe(true);
        expect(id).toBe(id.toLowerCase());
        expect(isIdLike(id)).toBe(true);
      }),
    );
  });

  it("are never the same, in all of their 128 bits", () => {
    const randoms = Array.from({ length: 2000 }, () => newId("a").slice(2));
    expect(new Set(randoms).size).toBe(randoms.length);
    for (let at = 0; at < 25; at++) expect(new Set(randoms.map((text) => text[at])).size, String(at)).toBe(32);
  });

  it("names that look the same are the same", () => {
    expect(nameKey("Ｃａｆｅ\u0301")).toBe(nameKey("CAFÉ"));
    expect(isIdLike("my radio")).toBe(false);
    expect(isIdLike("an-ordinary-name")).toBe(false);
  });
});
