/** What every store of restrictions must do: the contract of `store.ts` as tests. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Restriction, RestrictionStore } from "./store.ts";

const ban: Restriction = { kind: "ban", person: "ada", scope: "world:field", until: 5000.5, reason: "spam", at: 1.25 };

/** `newPlace` makes an empty one, which its answer opens again and again. */
export function restrictionsContract(store: string, newPlace: () => () => RestrictionStore): void {
  describe(`[OP2] restrictions in ${store}`, () => {
    let open: () => RestrictionStore;
    let kept: RestrictionStore;
    beforeEach(() => {
      open = newPlace();
      kept = open();
    });

    it("are there after a restart, exactly, with no end or with one", async () => {
      const forGood = { ...ban, scope: "all", until: Number.POSITIVE_INFINITY, reason: "" } as const;
      await kept.put(ban, forGood);
      const read = await open().all();
      expect(read).toHaveLength(2);
      expect(read).toEqual(expect.arrayContaining([ban, forGood]));
    });

    it("are one for each kind, person and scope: the newest", async () => {
      const others = [
        { ...ban, kind: "mute" },
        { ...ban, person: "bea" },
        { ...ban, scope: "world:pond" },
      ] as const;
      await kept.put(ban, ...others);
      await kept.put({ ...ban, until: 9000 });
      const read = await kept.all();
      expect(read).toHaveLength(4);
      expect(read).toEqual(expect.arrayContaining([{ ...ban, until: 9000 }, ...others]));
    });

    it("are gone when they are lifted; lifting what is not there does nothing", async () => {
      await kept.put(ban, { ...ban, person: "bea" });
      await kept.remove(ban);
      await kept.remove(ban);
      await kept.remove({ ...ban, scope: "all" });
      expect((await open().all()).map(({ person }) => person)).toEqual(["bea"]);
    });

    it("are gone as they were read, and not where another took the place meanwhile", async () => {
      await kept.put(ban, { ...ban, person: "bea" });
      const read = await kept.all();
      await kept.put({ ...ban, person: "bea", at: 2 });
      const were: boolean[] = [];
      for (const one of read) were.push(await kept.removeSame(one));
      expect(were.sort()).toEqual([false, true]);
      expect(await kept.all()).toEqual([{ ...ban, person: "bea", at: 2 }]);
    });

    it("may be none", async () => {
      expect(await kept.all()).toEqual([]);
      await kept.put();
      expect(await kept.all()).toEqual([]);
    });

    it("hold any text", async () => {
      const odd = { ...ban, reason: "'; DROP TABLE restrictions; -- \u202e🎈\n" };
      await kept.put(odd);
      expect(await kept.all()).toEqual([odd]);
    });
  });
}
