/** Slugs have one spelling, and nothing else is one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSlug, parseSlug } from "./slug.ts";

const letter = fc.constantFrom(..."abcxyzABCXYZ0189_-");
const refused = expect.objectContaining({ code: "BAD_SLUG", status: 400 });

describe("[SV3] a slug", () => {
  it.each(["a", "0", "field", "a-b_c", "a".repeat(64), "creates", "0-_"])("may be %s", (slug) => {
    expect(isSlug(slug)).toBe(true);
    expect(parseSlug(slug)).toBe(slug);
  });

  it.each([
    "",
    "a".repeat(65),
    "-a",
    "_a",
    "a b",
    "a/b",
    "../a",
    "a.b",
    "a\n",
    "\na",
    "ä",
    "😀",
    "a\u0000",
    "%61",
    "create",
    "follow",
    "info",
    "list",
    "LIST",
    "Create",
  ])("may not be %j", (slug) => {
    expect(isSlug(slug)).toBe(false);
    expect(() => parseSlug(slug)).toThrow(refused);
  });

  it.each([undefined, null, 5, {}, ["field"], true])("is text, not %j", (value) => {
    expect(() => parseSlug(value)).toThrow(refused);
  });

  it("is the same in whatever case it is written", () => {
    expect(parseSlug("FiELD")).toBe("field");
  });

  it("is never long in an error, nor a path, and always its own slug", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: fc.constantFrom(..."aZ09_-./\u0130\u212a\n ") }),
          fc.string({ unit: letter, maxLength: 70 }),
        ),
        (text) => {
          try {
            const slug = parseSlug(text);
            expect(slug).toMatch(/^[a-z0-9][a-z0-9_-]{0,63}$/);
            expect(parseSlug(slug)).toBe(slug);
          } catch (error) {
            expect(error).toEqual(refused);
            expect((error as Error).message.length).toBeLessThan(400);
          }
        },
      ),
    );
  });
});
