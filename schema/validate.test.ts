/** A shape says no to whatever does not fit it, and never throws. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { worldJoin, worldMessages } from "./messages.ts";
import { validate } from "./validate.ts";

const odd = [{ length: { toString: 1 } }, { length: Object.create(null) }, { length: [] }, [Symbol("x")], { size: {} }];

describe("validate", () => {
  it("gives what fits, as zod does", () => {
    expect(validate(z.object({ a: z.string() }), { a: "x", b: 1 })).toEqual({ success: true, data: { a: "x" } });
  });

  it.each(odd)("refuses %o wherever something else is asked for", (value) => {
    for (const shape of Object.values(worldMessages)) {
      expect(validate(shape, value).success).toBe(false);
      for (const key of ["text", "emote", "color", "face", "showing", "key", "attention", "token"]) {
        expect(validate(shape, { [key]: value }).success).toBe(false);
      }
    }
    for (const key of ["slug", "connection", "attention"])
      expect(validate(worldJoin, { [key]: value }).success).toBe(false);
  });
});
