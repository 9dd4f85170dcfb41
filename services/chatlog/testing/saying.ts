/** Contract: saying and reading. One order, no gaps, a repeat stored once, texts as they came. */
import { describe, expect, it } from "vitest";
import type { Opener } from "./opener.ts";
import { ada, bob, person, said, sayIn } from "./people.ts";

export function saying({ open, place }: Opener): void {
  describe("saying", () => {
    it("[CH2] answers with the line as it was stored", async () => {
      const log = open({ now: () => 5000 });
      const author = person("ada", { guest: true, kind: "persona", via: "bridge" });
      const { line, ...how } = await log.append("system", said(author, "hello", { font: "mono" }));
      expect(how).toEqual({ isRepeat: false, isCounted: false, lostBefore: 0 });
      expect(line).toEqual({
        ...{ seq: 1, id: "system:1", author, text: "hello", font: "mono", at: 5000 },
        ...{ count: 1, editedAt: 0, state: "shown", hearts: [] },
      });
      expect(await log.line("system", 1)).toEqual(line);
      expect(await log.read("system", { limit: 10 })).toEqual([line]);
    });

    it("[CH2] keeps the order of 2,000 concurrent lines in several instances, without gaps", async () => {
      const log = open();
      const instances = ["a", "b", "c", "d", "e"];
      const calls = Array.from({ length: 2000 }, (_, i) => ({ instance: instances[i % 5]!, line: said(bob, `${i}`) }));
      const answers = await Promise.all(calls.map(({ instance, line }) => log.append(instance, line)));
      for (const [which, instance] of instances.entries()) {
        const lines = await log.read(instance, { limit: 1000 });
        expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
        expect(lines.map(({ text }) => Number(text))).toEqual(Array.from({ length: 400 }, (_, i) => i * 5 + which));
        expect(lines).toEqual(answers.map(({ line }) => line).filter(({ id }) => id.startsWith(`${instance}:`)));
        expect(await log.last(instance)).toBe(400);
      }
    });

    it("[CH1] keeps instances apart", async () => {
      const log = open();
      for (const instance of ["clock", "clock:1", "clock 1"]) {
        const { line } = await log.append(instance, said(ada, `in ${instance}`, { clientId: "same" }));
        expect(line).toMatchObject({ seq: 1, id: `${instance}:1` });
        await log.heart(instance, 1, "bob", true);
      }
      expect((await log.read("clock", { limit: 9 })).map(({ text }) => text)).toEqual(["in clock"]);
      expect(await log.last("nowhere")).toBe(0);
      expect(await log.read("nowhere", { limit: 9 })).toEqual([]);
      expect(await log.line("nowhere", 1)).toBeUndefined();
    });

    it("[CH2] stores texts exactly: emoji, combining characters, any script, quotes, 512 code points", async () => {
      const log = open();
      const odd = Array.from({ length: 0x2ff }, (_, i) => String.fromCodePoint(i + 1)).join("");
      const texts = [
        "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u{1f3fd}",
        "Z\u0351\u036b\u0343a\u0329\u0321\u0353lgo\u0334\u0321",
        "\u0627\u0644\u0633\u0644\u0627\u0645 \u{10348} \ufeff \u202e \u2028",
        `'; DROP TABLE lines; -- " \\ \\u0041 %s {{}} [1,{"a":null}] /</script>`,
        "\u{1f600}".repeat(512),
        odd,
        "1e999",
        "-0",
        " ",
      ];
      for (const text of texts) expect((await log.append("texts", said(ada, text))).line.text).toBe(text);
      expect((await log.read("texts", { limit: 20 })).map(({ text }) => text)).toEqual(texts);
      const half = await log.append("texts", said(ada, "half \ud800 a pair"));
      expect(half.line.text).toBe("half \ufffd a pair");
    });
  });

  describe("a repeat", () => {
    it("[CH2] is stored once and answered the same", async () => {
      const log = open();
      const line = said(ada, "once");
      const first = await log.append("r", line);
      await log.append("r", said(bob, "between"));
      const second = await log.append("r", { ...line, text: "what it says now does not matter" });
      expect(second).toEqual({ ...first, isRepeat: true });
      expect(await log.last("r")).toBe(2);
    });

    it("[CH2] is stored once when both are sent together, in whatever batch", async () => {
      const log = open();
      const lines = Array.from({ length: 20 }, (_, i) => said(i % 2 ? ada : bob, `line ${i}`));
      const answers = await Promise.all([...lines, ...lines, ...lines].map((line) => log.append("r", line)));
      expect(answers.filter(({ isRepeat }) => !isRepeat)).toHaveLength(20);
      for (const [i, { line }] of answers.entries()) expect(line.seq).toBe((i % 20) + 1);
    });

    it("[CH2] is a repeat only for the same author in the same instance", async () => {
      const log = open();
      const one = { clientId: "1" };
      expect((await log.append("r", said(ada, "x", one))).isRepeat).toBe(false);
      expect((await log.append("r", said(bob, "x", one))).isRepeat).toBe(false);
      expect((await log.append("s", said(ada, "x", one))).isRepeat).toBe(false);
      expect((await log.append("r", said(person("adab"), "x", { clientId: "1" }))).isRepeat).toBe(false);
      expect((await log.append("r", said(ada, "x", { clientId: "b1" }))).isRepeat).toBe(false);
    });

    it("[CH2] of one that counted up does not count again, and later ones neither", async () => {
      const log = open();
      const [first, again] = [said(ada, "hey"), said(ada, "hey")];
      await log.append("r", first);
      expect(await log.append("r", again)).toMatchObject({ isCounted: true, line: { seq: 1, count: 2 } });
      expect(await log.append("r", again)).toMatchObject({ isRepeat: true, isCounted: true, line: { count: 2 } });
      expect(await log.append("r", first)).toMatchObject({ isRepeat: true, isCounted: false, line: { count: 2 } });
      await log.append("r", said(bob, "oh"));
      expect(await log.append("r", again)).toMatchObject({ isRepeat: true, isCounted: true, line: { seq: 1 } });
      expect(await log.last("r")).toBe(2);
    });

    it("[CH2] is known after reopening, also of one that counted up or is gone by now", async () => {
      const here = place();
      let log = here.open();
      const [first, again, other] = [said(ada, "hey"), said(ada, "hey"), said(bob, "oh")];
      for (const line of [first, again, other]) await log.append("r", line);
      await log.delete("r", 2, "mod", "");
      await log.close();
      log = here.open();
      expect(await log.append("r", again)).toMatchObject({
        isRepeat: true,
        isCounted: true,
        line: { seq: 1, count: 2 },
      });
      expect(await log.append("r", other)).toMatchObject({ isRepeat: true, line: { seq: 2, text: "", state: "gone" } });
      expect(await log.append("r", said(ada, "new"))).toMatchObject({ isRepeat: false, line: { seq: 3 } });
    });
  });

  describe("reading", () => {
    it("[CH3] gives pages, oldest first, back to the first line", async () => {
      const log = open();
      await Promise.all(Array.from({ length: 1234 }, (_, i) => log.append("p", said(ada, `${i + 1}`))));
      const seqs = async (limit: number, before?: number) =>
        (await log.read("p", { limit, ...(before === undefined ? {} : { before }) })).map(({ seq }) => seq);
      expect(await seqs(3)).toEqual([1232, 1233, 1234]);
      expect(await seqs(3, 1232)).toEqual([1229, 1230, 1231]);
      expect(await seqs(5, 3)).toEqual([1, 2]);
      expect(await seqs(5, 1)).toEqual([]);
      expect(await seqs(0)).toEqual([]);
      expect(await seqs(2, 99_999)).toEqual([1233, 1234]);
      expect(await seqs(5000)).toEqual(Array.from({ length: 1234 }, (_, i) => i + 1));
    });

    it("[CH2] sees every line that was answered, and what was said before it was asked", async () => {
      const log = open();
      const say = sayIn(log, "p");
      const answers = Promise.all(["a", "b", "c"].map((text) => say(ada, text)));
      expect((await log.read("p", { limit: 9 })).map(({ text }) => text)).toEqual(["a", "b", "c"]);
      await answers;
    });
  });
}
