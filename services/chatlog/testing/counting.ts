/** Contract: the same said again straight away counts up, by id, and nothing else does. */
import { describe, expect, it } from "vitest";
import type { Opener } from "./opener.ts";
import { ada, bob, person, sayIn } from "./people.ts";

export function counting({ open }: Opener): void {
  describe("[CH5] counting up", () => {
    it("goes on past two and takes no sequence number", async () => {
      let now = 1000;
      const log = open({ now: () => now++ });
      const say = sayIn(log, "c");
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(await say(ada, "hi"));
      expect(answers.map(({ line }) => [line.seq, line.count])).toEqual([1, 2, 3, 4, 5].map((n) => [1, n]));
      expect(answers.map(({ isCounted }) => isCounted)).toEqual([false, true, true, true, true]);
      expect(answers.map(({ line }) => line.at)).toEqual(Array(5).fill(answers[0]!.line.at));
      expect(await log.last("c")).toBe(1);
      expect((await say(ada, "bye")).line).toMatchObject({ seq: 2, count: 1 });
    });

    it("counts each of many that are sent at once", async () => {
      const log = open();
      const say = sayIn(log, "c");
      const answers = await Promise.all(Array.from({ length: 50 }, () => say(ada, "hi")));
      expect(answers.map(({ line }) => line.count)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    });

    it("stops at another author's line, also one that is gone or a shadow", async () => {
      const log = open();
      const say = sayIn(log, "c");
      await say(ada, "hi");
      await say(bob, "hi");
      expect((await say(ada, "hi")).line).toMatchObject({ seq: 3, count: 1 });
      await say(bob, "rude");
      await log.delete("c", 4, "mod", "rude");
      expect((await say(ada, "hi")).line).toMatchObject({ seq: 5, count: 1 });
      await say(bob, "psst", { isShadow: true });
      expect((await say(ada, "hi")).line).toMatchObject({ seq: 7, count: 1 });
    });

    it("stops at an own line with another text, or one that is gone", async () => {
      const log = open();
      const say = sayIn(log, "c");
      await say(ada, "hi");
      await say(ada, "there");
      expect((await say(ada, "hi")).line.seq).toBe(3);
      await log.delete("c", 3, "ada", "");
      expect((await say(ada, "hi")).line).toMatchObject({ seq: 4, count: 1 });
      expect((await say(ada, "Hi")).line.seq).toBe(5);
    });

    it("counts shadow lines apart from those that are shown", async () => {
      const log = open();
      const say = sayIn(log, "c");
      const shadow = { isShadow: true };
      expect((await say(ada, "hi", shadow)).line).toMatchObject({ seq: 1, state: "shadow", text: "hi" });
      expect((await say(ada, "hi", shadow)).line).toMatchObject({ seq: 1, count: 2, state: "shadow" });
      expect((await say(ada, "hi")).line).toMatchObject({ seq: 2, count: 1, state: "shown" });
      expect((await say(ada, "hi", shadow)).line).toMatchObject({ seq: 3, count: 1, state: "shadow" });
      expect((await say(bob, "hi", shadow)).line).toMatchObject({ seq: 4, count: 1, state: "shadow" });
    });

    it("compares with the text as it is after an edit", async () => {
      const log = open();
      const say = sayIn(log, "c");
      await say(ada, "hi");
      await log.edit("c", 1, "hello");
      expect((await say(ada, "hello")).line).toMatchObject({ seq: 1, count: 2 });
      expect((await say(ada, "hi")).line).toMatchObject({ seq: 2, count: 1 });
    });

    it("never puts the words of one whom a service speaks for into the mouth of another", async () => {
      const log = open();
      const say = sayIn(log, "c");
      const bridged = (handle: string) => person("bridge", { handle, via: "irc" });
      await say(bridged("zoe"), "+1");
      expect((await say(bridged("kim"), "+1")).line).toMatchObject({ seq: 2, count: 1 });
      expect((await say(bridged("kim"), "+1")).line).toMatchObject({ seq: 2, count: 2 });
      expect((await say(person("bridge", { handle: "kim" }), "+1")).line).toMatchObject({ seq: 3, count: 1 });
    });

    it("compares as it stores, also what is not well-formed text", async () => {
      const log = open();
      const say = sayIn(log, "c");
      await say(ada, "half \ud800");
      expect((await say(ada, "half \ud800")).line).toMatchObject({ seq: 1, count: 2 });
    });

    it("keeps hearts", async () => {
      const log = open();
      const say = sayIn(log, "c");
      await say(ada, "hi");
      await log.heart("c", 1, "bob", true);
      expect((await say(ada, "hi")).line).toMatchObject({ count: 2, hearts: ["bob"] });
    });
  });
}
