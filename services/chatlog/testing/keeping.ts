/** Contract: time, retention, opening again, closing, and the whole against the model. */
import { describe, expect, it, vi } from "vitest";
import { fuzzChatLog } from "./fuzz.ts";
import type { Opener } from "./opener.ts";
import { ada, bob, said, sayIn } from "./people.ts";

export function keeping({ open, place }: Opener): void {
  describe("time", () => {
    it("[CH2] never goes back within an instance, even if the clock does, also after reopening", async () => {
      const here = place();
      let now = 10_000;
      let log = here.open({ now: () => now });
      expect((await sayIn(log, "t")(ada, "1")).line.at).toBe(10_000);
      now = 9000;
      expect((await sayIn(log, "t")(ada, "2")).line.at).toBe(10_000);
      expect((await sayIn(log, "fresh")(ada, "2")).line.at).toBe(9000);
      expect((await log.edit("t", 2, "two"))!.editedAt).toBe(10_000);
      now = 12_000;
      expect((await log.edit("t", 2, "2"))!.editedAt).toBe(12_000);
      now = 11_000.7;
      expect((await log.edit("t", 2, "II"))!.editedAt).toBe(12_000);
      await log.close();
      now = 8000;
      log = here.open({ now: () => now });
      expect((await sayIn(log, "t")(ada, "3")).line.at).toBe(10_000);
      now = 11_000.7;
      expect((await sayIn(log, "t")(ada, "4")).line.at).toBe(11_000);
    });
  });

  describe("retention", () => {
    it("[CH3] keeps the newest lines of each instance; numbers go on", async () => {
      const here = place();
      let now = 1000;
      let log = here.open({ keep: 100, now: () => now++ });
      const [first, again] = [said(ada, "1"), said(ada, "1")];
      const { line } = await log.append("k", first);
      await log.append("k", again);
      for (let i = 2; i <= 350; i++) void log.append("k", said(ada, `${i}`, { original: `was ${i}` }));
      await sayIn(log, "quiet")(bob, "alone");
      await log.flush();
      await vi.waitFor(
        async () => {
          expect((await log.read("k", { limit: 1000 })).map(({ seq }) => seq)).toEqual(
            Array.from({ length: 100 }, (_, i) => i + 251),
          );
          expect(await log.notes("k", 1000)).toHaveLength(100);
        },
        { timeout: 8000, interval: 50 },
      );
      expect(await log.line("k", 250)).toBeUndefined();
      expect(await log.last("k")).toBe(350);
      expect(await log.last("quiet")).toBe(1);
      await log.close();

      log = here.open({ keep: 100 });
      const gone = { seq: 1, id: "k:1", at: line.at, text: "", state: "gone" };
      expect(await log.append("k", first)).toMatchObject({ isRepeat: true, isCounted: false, line: gone });
      expect(await log.append("k", again)).toMatchObject({ isRepeat: true, isCounted: true, line: gone });
      expect((await sayIn(log, "k")(bob, "next")).line.seq).toBe(351);
    });
  });

  describe("closing", () => {
    it("[SV4] stores what was begun, then takes nothing more", async () => {
      const here = place();
      const log = here.open();
      const answers = Promise.all(Array.from({ length: 300 }, (_, i) => sayIn(log, "z")(ada, `${i}`)));
      const closed = log.close();
      expect(await answers).toHaveLength(300);
      await closed;
      await log.close();
      await expect(sayIn(log, "z")(ada, "late")).rejects.toThrow("closed");
      await expect(log.last("z")).rejects.toThrow("closed");
      expect(await here.open().last("z")).toBe(300);
    });

    it("flush waits for all that was begun", async () => {
      const log = open();
      let stored = 0;
      for (let i = 0; i < 100; i++) void sayIn(log, "z")(ada, `${i}`).then(() => stored++);
      await log.flush();
      await Promise.resolve();
      expect(stored).toBe(100);
    });
  });

  describe("against the model", () => {
    it("answers as the model does, whatever is asked in whatever order (pinned seed)", {
      timeout: 30_000,
    }, async () => {
      const here = place();
      await fuzzChatLog({ open: (now) => here.open({ now }), runs: 150, seed: 20_261_101, reopens: 0 });
    });

    it("answers as the model does, closed and opened now and then (a new seed each time)", async () => {
      const here = place();
      const seed = Date.now() % 1_000_000_000;
      await fuzzChatLog({ open: (now) => here.open({ now }), runs: 20, seed, reopens: 3 });
    });
  });
}
