/** Handles are one person's, look-alikes included; names may be in any script but disguise nothing. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { anyText } from "../../test/lib/anyText.ts";
import { openStorage, type Storage } from "../storage.ts";
import { handlesContract } from "./handles.suite.ts";
import { checkHandle, createHandles, displayName, isHandle, skeletonOf } from "./handles.ts";

const storages: Storage[] = [];
afterEach(() => {
  for (const storage of storages.splice(0)) storage.close();
});

handlesContract("SQLite", () => {
  const storage = openStorage(":memory:");
  storages.push(storage);
  return () => createHandles(storage);
});

const handle = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,32}$/);

describe("[ID4] a handle", () => {
  it.each(["a", "Ada", "ada.l", "_", "-.-", "0", "x".repeat(32)])("may be %s", (good) => {
    expect(isHandle(good)).toBe(true);
    expect(() => checkHandle(good)).not.toThrow();
  });

  it.each(["", "x".repeat(33), "a b", "ada\n", "\nada", "ädä", "аda", "a/b", "a@b", "😀", "a\u0000", "a\u200bb"])(
    "may not be %j",
    (bad) => {
      expect(isHandle(bad)).toBe(false);
      expect(() => checkHandle(bad)).toThrow(expect.objectContaining({ code: "BAD_HANDLE" }));
    },
  );

  it.each([undefined, null, 7, {}, ["ada"]])("is text, not %j", (bad) => {
    expect(isHandle(bad)).toBe(false);
  });

  it("whatever look-alikes are put into one, wherever and in whatever order, it is one to a reader", () => {
    const pairs = [
      ["0", "O"],
      ["1", "l"],
      ["I", "l"],
      ["rn", "m"],
      ["vv", "w"],
      ["5", "S"],
      [".", "_"],
      ["-", "_"],
    ] as const;
    const swaps = fc.array(fc.tuple(fc.constantFrom(...pairs), fc.boolean(), fc.nat({ max: 40 })), { maxLength: 6 });
    const tight = fc.array(fc.constantFrom("v", "w", "r", "n", "m", "l", "1", "I", "0", "o", "S", "5", "."), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        tight.map((parts) => parts.join("")),
        swaps,
        (text, all) => {
          let disguised = text;
          for (const [[a, b], isBack, from] of all) {
            const [old, next] = isBack ? [b, a] : [a, b];
            const at = disguised.indexOf(old, from % (disguised.length + 1));
            if (at >= 0) disguised = disguised.slice(0, at) + next + disguised.slice(at + old.length);
          }
          expect(skeletonOf(disguised)).toBe(skeletonOf(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("has a skeleton that has itself as its skeleton", () => {
    fc.assert(
      fc.property(handle, (text) => {
        expect(skeletonOf(skeletonOf(text))).toBe(skeletonOf(text));
      }),
    );
  });
});

describe("[ID4] a display name", () => {
  it.each(["Ada Lovelace", "Łukasz", "李小龍", "عمر", "👩‍👩‍👧‍👦 and I", "नमस्ते", "O'Neil-5"])("may be %s", (name) => {
    expect(displayName(name, "fallback")).toBe(name);
  });

  it("has at most 64 characters, and a wide one counts as one", () => {
    expect(displayName("x".repeat(100), "f")).toBe("x".repeat(64));
    expect(displayName("😀".repeat(100), "f")).toBe("😀".repeat(64));
    expect(displayName("é".repeat(64), "f")).toBe("é".repeat(64));
  });

  it("ends in no half of a character and no space", () => {
    expect(displayName(`${"x".repeat(63)} yz`, "f")).toBe("x".repeat(63));
    expect(displayName(`${"x".repeat(63)}😀😀`, "f")).toBe(`${"x".repeat(63)}😀`);
  });

  it.each([
    ["turns what follows around", "ada\u202egpj.exe", "adagpj.exe"],
    ["isolates it", "\u2066ada\u2069", "ada"],
    ["marks a direction", "a\u200fd\u061ca\u200e", "ada"],
    ["breaks the line", "ada\nroot: hello\r\u2028x\u2029y", "adaroot: helloxy"],
    ["is drawn over other lines", `a\u0301${"\u0324\u0310".repeat(60)}da`, `\u00e1${"\u0324".repeat(5)}da`],
    ["controls a terminal", "\u001b[31mada\u0007\u009b", "[31mada"],
  ])("loses what %s", (_, name, shown) => {
    expect(displayName(name, "f")).toBe(shown);
  });

  it.each([
    "",
    "   ",
    "\n\t",
    "\u0301".repeat(64),
    "\u202e",
    "\u200b",
    "\u3164",
    "\u00ad\ufeff",
    undefined,
    null,
    5,
    ["x"],
    { name: "x" },
  ])("is the fallback for %j", (name) => {
    expect(displayName(name, "guest-ab12")).toBe("guest-ab12");
  });

  it("is one that would be left as it is, whatever was given", () => {
    fc.assert(
      fc.property(anyText(700), (name) => {
        const shown = displayName(name, "fallback");
        expect([...shown].length).toBeLessThanOrEqual(64);
        expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(shown.isWellFormed()).toBe(true);
        expect(displayName(shown, "other")).toBe(shown);
      }),
      { numRuns: 2000 },
    );
  });
});
