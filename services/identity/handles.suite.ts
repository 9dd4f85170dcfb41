/** What every store of handles must do. Titles quote REQUIREMENTS.md. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Handles } from "./handles.ts";

const refused = (code: string) => expect.objectContaining({ code });

/** `newPlace` makes an empty one, which its answer opens again and again. */
export function handlesContract(store: string, newPlace: () => () => Handles): void {
  describe(`[ID4] a handle kept in ${store}`, () => {
    let open: () => Handles;
    let handles: Handles;
    beforeEach(() => {
      open = newPlace();
      handles = open();
    });

    it.each(["", "x".repeat(33), "a b", "ada\n", "ädä", "а", "a\u0000"])("may not be %j", async (bad) => {
      await expect(handles.claim("s", bad)).rejects.toEqual(refused("BAD_HANDLE"));
    });

    it("is its first claimant's for good", async () => {
      await handles.claim("one", "ada");
      await handles.claim("one", "ada");
      await expect(handles.claim("two", "ada")).rejects.toEqual(refused("HANDLE_TAKEN"));
      await handles.claim("two", "bea");
      await expect(handles.claim("one", "bea")).rejects.toEqual(refused("HANDLE_TAKEN"));
    });

    it("is one person's of two that claim it at once", async () => {
      const other = open();
      const claims = await Promise.allSettled([handles.claim("one", "ada"), other.claim("two", "AdA")]);
      expect(claims.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    });

    it("is kept over a restart of the service", async () => {
      await handles.claim("one", "ada");
      const again = open();
      await expect(again.claim("two", "ADA")).rejects.toEqual(refused("HANDLE_TAKEN"));
      await again.claim("one", "ADA");
    });

    it.each([
      ["ada", "ADA"],
      ["Paypal", "paypaI"],
      ["paypal", "paypa1"],
      ["bob", "b0b"],
      ["sam", "5am"],
      ["mary", "rnary"],
      ["wanda", "vvanda"],
      ["vw", "wv"],
      ["vw", "vvv"],
      ["a_b", "a.b"],
      ["a-b", "a_b"],
      ["Mw", "RNVV"],
    ])("%s is not to be had beside %s", async (first, second) => {
      await handles.claim("one", first);
      await expect(handles.claim("two", second)).rejects.toEqual(refused("HANDLE_TAKEN"));
      await handles.claim("one", second);
    });

    it.each([
      ["ada", "adam"],
      ["bob", "rob"],
      ["nr", "rn"],
      ["ab", "a-b"],
    ])("%s may be had beside %s", async (first, second) => {
      await handles.claim("one", first);
      await handles.claim("two", second);
    });
  });
}
