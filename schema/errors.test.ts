/** The error table, and that an error is the same one on the other side. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  closeOf,
  codeOfClose,
  type ErrorCode,
  errorTable,
  fromLine,
  HereaboutsError,
  type Refusal,
  toLine,
} from "./errors.ts";

type Entry = { status: number; close?: number; message: string; remedy: string };
const table = Object.entries(errorTable) as [ErrorCode, Entry][];
const overTheWire = (refusal: Refusal) => HereaboutsError.fromRefusal(JSON.parse(JSON.stringify(refusal)) as Refusal);

describe("[SD3] every error", () => {
  it.each(table)("%s names its cause and its remedy in whole sentences", (code, { status, message, remedy }) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(status >= 400 && status < 600).toBe(true);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });

  it("that closes a connection has a close code of its own, which applications may use", () => {
    const closes = table.flatMap(([, { close }]) => (close === undefined ? [] : [close]));
    expect(new Set(closes).size).toBe(closes.length);
    for (const close of closes) expect(close === 1009 || (close > 4000 && close < 5000)).toBe(true);
    for (const [code, { close }] of table) if (close !== undefined) expect(codeOfClose(close)).toBe(code);
    expect(codeOfClose(1000)).toBeUndefined();
    expect(codeOfClose(4000)).toBeUndefined();
  });

  it("that does not close is a plain leave where it has to", () => {
    expect(closeOf("BAD_SLUG")).toBe(4000);
    expect(closeOf("TOO_LARGE")).toBe(1009);
  });

  it("says all of it in its message", () => {
    const cause = new Error("why");
    const error = new HereaboutsError("TOO_FAST", "In chat.", { retryAfterMs: 120, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "HereaboutsError", code: "TOO_FAST", status: 429, retryAfterMs: 120, cause });
    const { message, remedy } = errorTable.TOO_FAST;
    expect(error.message).toBe(`${message} In chat. ${remedy}`);
    expect(new HereaboutsError("TOO_FAST").message).toBe(`${message} ${remedy}`);
  });
});

describe("[SD3] a refusal", () => {
  it("is the same error on the other side", () => {
    const details = fc.string({ maxLength: 80 }).map((text) => text.trim());
    fc.assert(
      fc.property(
        fc.constantFrom(...table.map(([code]) => code)),
        details,
        fc.option(fc.nat(), { nil: undefined }),
        (code, text, retryAfterMs) => {
          const error = new HereaboutsError(code, text, retryAfterMs === undefined ? {} : { retryAfterMs });
          const other = overTheWire(error.toRefusal("say"));
          expect(other).toMatchObject({ code, details: text, message: error.message, status: error.status });
          expect(other.retryAfterMs).toBe(retryAfterMs);
        },
      ),
    );
  });

  it("names what was refused, and nothing of why in the server", () => {
    const error = new HereaboutsError("INTERNAL", "", { cause: new Error("secret path /root") });
    expect(error.toRefusal("say")).toEqual({
      code: "INTERNAL",
      message: errorTable.INTERNAL.message,
      remedy: errorTable.INTERNAL.remedy,
      of: "say",
    });
    expect(error.toRefusal()).not.toHaveProperty("of");
    expect(error.toRefusal()).not.toHaveProperty("retryAfterMs");
  });

  it.each(["FROM_THE_FUTURE", "constructor", "toString", "__proto__", ""])(
    "of a code that this side does not know (%j) says what the other side said",
    (code) => {
      const other = overTheWire({ code: code as ErrorCode, message: "Something new.", remedy: "" });
      expect(other.code).toBe("INTERNAL");
      expect(other.details).toBe("Something new.");
    },
  );

  it("is the same one as a line, where it may say when to come again", () => {
    const again = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(
        fc.constantFrom(...table.map(([code]) => code)),
        fc.string(),
        again,
        (code, details, retryAfterMs) => {
          const error = new HereaboutsError(code, details.trim(), retryAfterMs === undefined ? {} : { retryAfterMs });
          expect(fromLine(toLine(error))).toMatchObject({ code, details: error.details, retryAfterMs });
        },
      ),
    );
    expect(fromLine("fetch failed")).toBeUndefined();
    expect(fromLine("FROM_THE_FUTURE: what")).toBeUndefined();
  });

  it("of another version that leaves out its message is an error all the same", () => {
    const other = HereaboutsError.fromRefusal({ code: "TOO_FAST", retryAfterMs: 5 });
    expect(other).toMatchObject({ code: "TOO_FAST", retryAfterMs: 5 });
  });
});
