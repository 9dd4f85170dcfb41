/** Fails when a new `msgpackr` is to be told otherwise that its native part is not there. */
import "./plainMsgpack.ts";
import { isNativeAccelerationEnabled, pack, unpack } from "msgpackr";
import { expect, it } from "vitest";

it("unpacks without the native part, which would throw at each text", () => {
  expect(isNativeAccelerationEnabled).toBe(false);
  expect(unpack(pack({ text: "hello, all of you" }))).toEqual({ text: "hello, all of you" });
});
