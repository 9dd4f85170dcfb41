/** Contract: restrictions, the moderation log, erasing a person. */
import { describe, expect, it } from "vitest";
import type { ModerationEntry } from "../chatlog.ts";
import type { Opener } from "./opener.ts";
import { ada, bob, sayIn } from "./people.ts";

export function moderating({ open, place }: Opener): void {
  describe("[CH6] restrictions", () => {
    const mute = { person: "ada", kind: "mute", until: 2000, reason: "loud" } as const;
    const ban = { person: "bob", kind: "ban", until: Infinity, reason: "spam" } as const;

    it("hold until their time, or for good, in their instance, also after reopening", async () => {
      const here = place();
      let log = here.open({ now: () => 1000 });
      await log.restrict("m", mute, "mod");
      await log.restrict("m", ban, "mod");
      await log.close();
      log = here.open();
      expect(await log.restrictions("m", 1999)).toEqual([mute, ban]);
      expect(await log.restrictions("m", 2000)).toEqual([ban]);
      expect(await log.restrictions("m", 9e15)).toEqual([ban]);
      expect(await log.restrictions("other", 1000)).toEqual([]);
    });

    it("are told of all instances, by name, those that hold and the first of them", async () => {
      const here = place();
      const log = here.open({ now: () => 1000 });
      for (const instance of ["n", "m", "o"]) await log.restrict(instance, mute, "mod");
      await log.restrict("m", ban, "mod");
      await log.restrict("o", ban, "mod");
      await log.lift("n", "ada", "mute", "mod", "");
      await log.lift("o", "ada", "mute", "mod", "");
      await log.close();
      const again = here.open();
      const all = [
        { instance: "m", ...mute },
        { instance: "m", ...ban },
        { instance: "o", ...ban },
      ];
      expect(await again.allRestrictions(1999, 9)).toEqual(all);
      expect(await again.allRestrictions(1999, 2)).toEqual(all.slice(0, 2));
      expect(await again.allRestrictions(2000, 9)).toEqual(all.slice(1));
      await again.lift("m", "ada", "mute", "mod", "");
      await again.lift("m", "bob", "ban", "mod", "");
      expect(await again.allRestrictions(1000, 9)).toEqual(all.slice(2));
    });

    it("replace one of their kind, and end when lifted; each is logged with who, whom, why, when", async () => {
      let now = 1000;
      const log = open({ now: () => now });
      const shadow = { ...mute, kind: "shadow" } as const;
      await log.restrict("m", mute, "mod");
      await log.restrict("m", { ...mute, until: 5000 }, "mod");
      await log.restrict("m", shadow, "mod");
      await log.restrict("m", ban, "mod");
      now = 1500;
      expect(await log.restrictions("m", 1500)).toEqual([{ ...mute, until: 5000 }, shadow, ban]);
      await log.lift("m", "ada", "mute", "boss", "sorry");
      await log.lift("m", "ada", "mute", "boss", "sorry again");
      await log.lift("m", "ada", "shadow", "boss", "");
      await log.lift("m", "bob", "ban", "boss", "");
      expect(await log.restrictions("m", 1500)).toEqual([]);
      const told = (await log.notes("m", 99)).map((n) => [n.at, n.by, n.action, n.person, n.reason, n.detail]);
      expect(told.reverse()).toEqual([
        [1000, "mod", "mute", "ada", "loud", "1 s"],
        [1000, "mod", "mute", "ada", "loud", "4 s"],
        [1000, "mod", "shadow", "ada", "loud", "1 s"],
        [1000, "mod", "ban", "bob", "spam", "for good"],
        [1500, "boss", "unmute", "ada", "sorry", "mute"],
        [1500, "boss", "unmute", "ada", "", "shadow"],
        [1500, "boss", "unban", "bob", "", "ban"],
      ]);
    });

    it("[CH6] are in the log newest first, beside what others note", async () => {
      const log = open();
      const entry: ModerationEntry = {
        ...{ instance: "m", at: 7, by: "mod", action: "slow", person: "", reason: "busy", detail: "5 s" },
      };
      await log.note(entry);
      await log.note({ ...entry, at: 6, detail: "off \u{1f600} 'quoted'" });
      await log.note({ ...entry, instance: "other" });
      expect(await log.notes("m", 9)).toEqual([{ ...entry, at: 6, detail: "off \u{1f600} 'quoted'" }, entry]);
      expect(await log.notes("m", 1)).toHaveLength(1);
      expect(await log.notes("m", 0)).toEqual([]);
    });
  });

  it("[CH6] slow mode is known however much was noted since, also after reopening", async () => {
    const here = place();
    let log = here.open({ keep: 100 });
    const entry: ModerationEntry = {
      ...{ instance: "m", at: 7, by: "mod", action: "slow", person: "", reason: "busy", detail: "5" },
    };
    expect(await log.slow("m")).toBe(0);
    await log.note({ ...entry, detail: "30" });
    await log.note(entry);
    await Promise.all(Array.from({ length: 600 }, (_, i) => sayIn(log, "m")(ada, `${i}`, { original: `was ${i}` })));
    expect((await log.notes("m", 500)).some(({ action }) => action === "slow")).toBe(false);
    await log.close();
    log = here.open({ keep: 100 });
    expect([await log.slow("m"), await log.slow("other")]).toEqual([5, 0]);
    await log.note({ ...entry, detail: "0" });
    expect(await log.slow("m")).toBe(0);
  });

  describe("[ID5] erasing", () => {
    it("takes out all that a person said and their hearts, everywhere, and nothing else", async () => {
      const log = open({ now: () => 1000 });
      await sayIn(log, "x")(ada, "my street is");
      const kept = await sayIn(log, "x")(bob, "hello ada");
      await sayIn(log, "y")(ada, "psst", { isShadow: true });
      await sayIn(log, "y")(ada, "****", { original: "darn" });
      await sayIn(log, "y")(ada, "tpyo");
      await log.edit("y", 3, "typo");
      await log.delete("y", 3, "ada", "oops");
      await sayIn(log, "z")(bob, "unseen by ada");
      await log.heart("x", 2, "ada", true);
      await log.heart("x", 2, "eve", true);
      await log.restrict("y", { person: "ada", kind: "ban", until: Infinity, reason: "asked" }, "mod");

      expect(await log.erase("ada", "mod")).toEqual([
        { instance: "x", seq: 1 },
        { instance: "x", seq: 2 },
        { instance: "y", seq: 1 },
        { instance: "y", seq: 2 },
        { instance: "y", seq: 3 },
      ]);
      const [x, y, z] = await Promise.all(["x", "y", "z"].map((instance) => log.read(instance, { limit: 9 })));
      const nobody = { id: "ada", handle: "", name: "", kind: "human", guest: false };
      for (const line of [x![0]!, ...y!]) {
        expect(line).toMatchObject({ author: nobody, text: "", state: "gone", hearts: [] });
      }
      expect(x![1]).toEqual({ ...kept.line, hearts: ["eve"] });
      expect(z).toHaveLength(1);
      const notes = [...(await log.notes("x", 99)), ...(await log.notes("y", 99))];
      expect(JSON.stringify(notes)).not.toMatch(/darn|tpyo|typo/);
      expect(notes.map(({ action, detail }) => `${action} ${detail}`)).toEqual([
        "erase 2 lines",
        "erase 3 lines",
        "ban for good",
        "delete ",
        "edit ",
        "filter ",
      ]);
      expect(await log.restrictions("y", 1000)).toHaveLength(1);
      expect(await log.erase("ada", "mod")).toEqual([]);
    });

    it("leaves the sequence as it was, and lets the person speak again", async () => {
      const log = open();
      const line = { clientId: "1" };
      await sayIn(log, "x")(ada, "hi", line);
      await log.erase("ada", "mod");
      expect(await sayIn(log, "x")(ada, "hi", line)).toMatchObject({ isRepeat: true, line: { seq: 1, state: "gone" } });
      expect(await sayIn(log, "x")(ada, "hi")).toMatchObject({ isRepeat: false, line: { seq: 2, count: 1 } });
      expect(await log.erase("ada", "mod")).toEqual([{ instance: "x", seq: 2 }]);
    });

    it("does so in long histories", async () => {
      const log = open();
      await Promise.all(
        Array.from({ length: 1300 }, (_, i) => sayIn(log, "x")(i % 3 ? bob : ada, `${i}`, { original: `was ${i}` })),
      );
      const touched = await log.erase("ada", "mod");
      expect(touched.map(({ seq }) => seq)).toEqual(Array.from({ length: 434 }, (_, i) => i * 3 + 1));
      const lines = await log.read("x", { limit: 2000 });
      expect(lines.every(({ state, seq }) => (state === "gone") === (seq % 3 === 1))).toBe(true);
      const words = (await log.notes("x", 2000)).filter(({ person, detail }) => person === "ada" && /was/.test(detail));
      expect(words).toEqual([]);
    });
  });
}
