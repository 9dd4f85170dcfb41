/** What every store of world saves must do: the contract of `saves.ts` as tests. A store brings places to open one at. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WorldSaves } from "./saves.ts";

/** Where one store's data is. */
export interface Place {
  open(): WorldSaves;
  remove?(): void;
}

const pose = { x: 1.5, y: -2.25, z: 1e6 / 3, angle: 0.1 };
const lamp = { key: "lamp", value: '{"on":true}', owner: "ada", saved: true };
const bench = { key: "bench", value: "1", owner: "", saved: true };

export function worldSavesContract(store: string, newPlace: () => Place): void {
  describe(`world saves in ${store}`, () => {
    let place: Place;
    let saves: WorldSaves;
    beforeEach(() => {
      place = newPlace();
      saves = place.open();
    });
    afterEach(async () => {
      await saves.close();
      place.remove?.();
    });
    const reopen = async () => {
      await saves.close();
      saves = place.open();
    };
    const poseIn = async (slug: string, person: string) => {
      const save = await saves.open(slug);
      await save.prepare(person);
      return save.pose(person);
    };
    const propsOf = async (slug: string) => (await saves.open(slug)).props.toSorted((a, b) => (a.key < b.key ? -1 : 1));

    describe("[WO4] the last pose of a person in a world", () => {
      it("is there at once, exactly, and after a restart", async () => {
        const save = await saves.open("field");
        save.savePose("ada", pose);
        await save.prepare("ada");
        expect(save.pose("ada")).toEqual(pose);
        await reopen();
        expect(await poseIn("field", "ada")).toEqual(pose);
      });

      it("is per person and slug", async () => {
        const [field, pond] = [await saves.open("field"), await saves.open("pond")];
        field.savePose("ada", pose);
        pond.savePose("ada", { ...pose, x: 7 });
        field.savePose("bea", { ...pose, x: 8 });
        await reopen();
        expect((await poseIn("field", "ada"))?.x).toBe(1.5);
        expect((await poseIn("pond", "ada"))?.x).toBe(7);
        expect((await poseIn("field", "bea"))?.x).toBe(8);
        expect(await poseIn("pond", "bea")).toBeUndefined();
      });

      it("is the last one, not the one that someone goes on changing", async () => {
        const save = await saves.open("field");
        const moving = { ...pose };
        save.savePose("ada", moving);
        moving.x = 99;
        expect(save.pose("ada")?.x).toBe(1.5);
        save.savePose("ada", { ...pose, x: 3 });
        await saves.flush();
        save.savePose("ada", { ...pose, x: 4 });
        await reopen();
        expect((await poseIn("field", "ada"))?.x).toBe(4);
      });

      it("[ID5] is forgotten everywhere when its person is erased, and kept again when they come again", async () => {
        const [field, pond] = [await saves.open("field"), await saves.open("pond")];
        field.savePose("ada", pose);
        await saves.flush();
        for (const save of [field, pond]) save.savePose("ada", pose);
        pond.savePose("bea", pose);
        await saves.erase("ada");
        field.savePose("ada", { ...pose, x: 5 });
        await reopen();
        expect(await poseIn("field", "ada")).toBeUndefined();
        expect(await poseIn("pond", "ada")).toBeUndefined();
        expect(await poseIn("pond", "bea")).toEqual(pose);
        (await saves.open("field")).savePose("ada", pose);
        await reopen();
        expect(await poseIn("field", "ada")).toEqual(pose);
      });
    });

    describe("[WO4] the props of a world that is saved", () => {
      it("are there at once and after a restart", async () => {
        const save = await saves.open("field");
        save.saveProp(lamp);
        save.saveProp(bench);
        expect(await propsOf("field")).toEqual([bench, lamp]);
        expect(await propsOf("pond")).toEqual([]);
        await reopen();
        expect(await propsOf("field")).toEqual([bench, lamp]);
        expect(await propsOf("pond")).toEqual([]);
      });

      it("may be changed and dropped, before and after they were written", async () => {
        let save = await saves.open("field");
        save.saveProp(lamp);
        save.saveProp({ ...lamp, value: "2" });
        expect(await propsOf("field")).toEqual([{ ...lamp, value: "2" }]);
        save.dropProp("lamp");
        expect(await propsOf("field")).toEqual([]);
        save.saveProp(lamp);
        await reopen();
        save = await saves.open("field");
        save.dropProp("lamp");
        expect(await propsOf("field")).toEqual([]);
        await reopen();
        expect(await propsOf("field")).toEqual([]);
      });

      it("lose one that is not to be saved any more when the world ends", async () => {
        const save = await saves.open("field");
        save.saveProp(lamp);
        save.saveProp(bench);
        await saves.flush();
        save.saveProp({ ...lamp, saved: false });
        save.end();
        await reopen();
        expect(await propsOf("field")).toEqual([bench]);
      });

      it.each(["a b", "ключ", "😀", "__proto__", "'; DROP TABLE props; --", "x".repeat(128), "%", "a\u0000b"])(
        "may have the key %j",
        async (key) => {
          let save = await saves.open("field");
          save.saveProp({ ...lamp, key });
          save.saveProp({ ...bench, key: `${key}2` });
          await reopen();
          save = await saves.open("field");
          expect(save.props).toHaveLength(2);
          expect(save.props).toContainEqual({ ...lamp, key });
          save.dropProp(key);
          await reopen();
          expect(await propsOf("field")).toEqual([{ ...bench, key: `${key}2` }]);
        },
      );
    });
  });
}
