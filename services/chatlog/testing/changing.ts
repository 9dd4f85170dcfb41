/** Contract: editing, deleting, hearts, and what the moderation log keeps of them. */
import { describe, expect, it } from "vitest";
import type { Opener } from "./opener.ts";
import { ada, bob, sayIn } from "./people.ts";

export function changing({ open }: Opener): void {
  describe("[CH5] changing", () => {
    it("edits a line's text; the log keeps the one before, by whom it was changed", async () => {
      let now = 1000;
      const log = open({ now: () => now });
      const { line } = await sayIn(log, "e")(ada, "frist");
      now = 2000;
      const edited = { ...line, text: "first", editedAt: 2000 };
      expect(await log.edit("e", 1, "first")).toEqual(edited);
      expect(await log.edit("e", 1, "1st", undefined, "mod")).toEqual({ ...edited, text: "1st" });
      expect(await log.read("e", { limit: 9 })).toEqual([{ ...edited, text: "1st" }]);
      const entry = { instance: "e", at: 2000, action: "edit", person: "ada", reason: "" };
      expect(await log.notes("e", 9)).toEqual([
        { ...entry, by: "mod", detail: "first" },
        { ...entry, by: "ada", detail: "frist" },
      ]);
    });

    it("deletes a line: its text and hearts are gone for everyone but the log, its place stays", async () => {
      const log = open({ now: () => 1000 });
      const say = sayIn(log, "e");
      const { line } = await say(ada, "secret");
      await say(bob, "what?");
      await log.heart("e", 1, "bob", true);
      const gone = { ...line, text: "", state: "gone" };
      expect(await log.delete("e", 1, "mod", "off topic")).toEqual(gone);
      expect((await log.read("e", { limit: 9 }))[0]).toEqual(gone);
      expect(JSON.stringify(await log.read("e", { limit: 9 }))).not.toContain("secret");
      expect(await log.notes("e", 9)).toEqual([
        {
          ...{ instance: "e", at: 1000, by: "mod", action: "delete", person: "ada" },
          ...{ reason: "off topic", detail: "secret" },
        },
      ]);
      expect((await say(bob, "next")).line.seq).toBe(3);
    });

    it("does nothing to a line that is not there or gone", async () => {
      const log = open();
      await sayIn(log, "e")(ada, "hi");
      await log.delete("e", 1, "ada", "");
      for (const seq of [0, 1, 2, -1]) {
        expect(await log.edit("e", seq, "x")).toBeUndefined();
        expect(await log.delete("e", seq, "mod", "")).toBeUndefined();
        expect(await log.heart("e", seq, "bob", true)).toBeUndefined();
      }
      expect(await log.notes("e", 9)).toHaveLength(1);
    });

    it("edits and deletes shadow lines, which stay shadows until they are gone", async () => {
      const log = open();
      await sayIn(log, "e")(ada, "psst", { isShadow: true });
      expect(await log.edit("e", 1, "psssst")).toMatchObject({ state: "shadow", text: "psssst" });
      expect(await log.delete("e", 1, "ada", "")).toMatchObject({ state: "gone", text: "" });
    });

    it("gives and takes back hearts, one per person, in the order they were given", async () => {
      const log = open();
      await sayIn(log, "e")(ada, "hi");
      const hearts = async (person: string, on: boolean) => (await log.heart("e", 1, person, on))?.hearts;
      expect(await hearts("zoe", true)).toEqual(["zoe"]);
      expect(await hearts("bob", true)).toEqual(["zoe", "bob"]);
      expect(await hearts("zoe", true)).toEqual(["zoe", "bob"]);
      expect(await hearts("kim", true)).toEqual(["zoe", "bob", "kim"]);
      expect(await hearts("zoe", false)).toEqual(["bob", "kim"]);
      expect(await hearts("zoe", false)).toEqual(["bob", "kim"]);
      expect(await hearts("zoe", true)).toEqual(["bob", "kim", "zoe"]);
      expect((await log.read("e", { limit: 1 }))[0]!.hearts).toEqual(["bob", "kim", "zoe"]);
      expect((await log.line("e", 1))!.hearts).toEqual(["bob", "kim", "zoe"]);
    });

    it("counts each of 200 hearts given at once", async () => {
      const log = open();
      await sayIn(log, "e")(ada, "hi");
      const people = Array.from({ length: 200 }, (_, i) => `p${i}`);
      await Promise.all([...people, ...people].map((person) => log.heart("e", 1, person, true)));
      expect((await log.line("e", 1))!.hearts).toEqual(people);
    });

    it("[CH6] keeps what a filter changed for the moderation log only", async () => {
      const log = open({ now: () => 1000 });
      const say = sayIn(log, "e");
      const first = await say(ada, "you ****", { original: "you lout", clientId: "1" });
      await say(ada, "you ****", { original: "you lout", clientId: "1" });
      await say(ada, "you ****", { original: "you boor" });
      await log.edit("e", 1, "you *****", "you rogue");
      expect(JSON.stringify([first, await log.read("e", { limit: 9 }), await log.line("e", 1)])).not.toMatch(
        /lout|boor|rogue/,
      );
      expect((await log.notes("e", 9)).map(({ by, action, person, detail }) => [by, action, person, detail])).toEqual([
        ["filter", "filter", "ada", "you rogue"],
        ["ada", "edit", "ada", "you ****"],
        ["filter", "filter", "ada", "you boor"],
        ["filter", "filter", "ada", "you lout"],
      ]);
    });
  });
}
