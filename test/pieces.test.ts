/** Server sides of pieces in a real server: what the SDK sees of them, what is kept, and those that misbehave. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "../client/index.ts";
import type { Bells } from "../pieces/bells.ts";
import type { Paint } from "../pieces/paint.ts";
import { createTestSite, type TestSite, until } from "../testing/index.ts";

const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
const unruly = `unruly-${process.pid}`;
const broken = `broken-${process.pid}`;
const files = [unruly, broken].map((slug) => `pieces/${slug}.ts`);
const remove = () => {
  for (const file of files) rmSync(file, { force: true });
};

let site: TestSite;
const open = async () => (site = await createTestSite({ settings: { DATA_DIR: dataDir } }));
beforeAll(async () => {
  writeFileSync(
    files[0]!,
    `/** Fails in each way a piece can. */
import { z } from "zod";
import { definePiece } from "./index.ts";
const fail = () => { throw new Error("a bug"); };
const later = async () => { await null; fail(); };
export default definePiece({
  slug: "${unruly}",
  state: z.object({ rung: z.number().default(0) }),
  messages: { fail: z.null(), later: z.null(), stray: z.null(), ring: z.strictObject({ by: z.number() }) },
  on: { fail, later, stray: () => { setTimeout(fail, 0); void later(); }, ring: (world, _, { by }) => (world.state.rung += by) },
  onStart: (world) => { world.after(1, fail); world.every(5, later); void later(); },
  onJoin: later,
  onLeave: fail,
  onTick: fail,
});
`,
  );
  writeFileSync(files[1]!, `/** No piece. */\nexport default 3;\n`);
  await open();
});
afterAll(async () => {
  await site?.close();
  remove();
  rmSync(dataDir, { recursive: true, force: true });
});

const line = { c: 1, w: 8 as const, p: [10, 10, 400, 300] };
const strokes = (world: World) => [...world.props.entries()].filter(([key]) => key.startsWith("stroke-"));

describe("[WO3] the server side of a piece", () => {
  it("answers, shows its state, and keeps both over a restart", async () => {
    const ada = await (await site.connect("Ada", { handle: "ada" })).world<Paint>("paint");
    const bob = await (await site.connect("Bob")).world<Paint>("paint");
    const { key } = await ada.ask("draw", line);
    await until(() => bob.props.get(key));
    expect([bob.props.get(key), bob.props.ownerOf(key)]).toEqual([line, ada.me!.id]);
    await until(() => bob.piece.next === 2);
    await bob.ask("draw", line);
    expect(await bob.ask("wipe", null)).toEqual({ strokes: 1 });
    await expect(bob.props.delete(key)).rejects.toMatchObject({ code: "PROP_OWNED" });
    const odd: [number[], RegExp][] = [
      [[1], /at p/],
      [[1, 1e9], /at p/],
      [Array(1000).fill(1), /at p/],
    ];
    for (const [p, why] of odd) await expect(ada.ask("draw", { ...line, p })).rejects.toThrow(why);
    await site.close();
    await open();
    const again = await (await site.connect("Ada", { handle: "ada" })).world<Paint>("paint");
    expect([strokes(again as World).length, again.piece.next]).toEqual([1, 3]);
    expect(await again.ask("undo", null)).toEqual({ key });
    expect(await again.ask("undo", null)).toEqual({ key: null });
  });

  it("is missed nowhere else: a world without one says that it takes nothing", async () => {
    const world = await (await site.connect("Ada")).world("meadow");
    await expect(world.ask("draw", null)).rejects.toMatchObject({ code: "UNKNOWN_MESSAGE" });
    expect(world.piece).toEqual({});
  });

  it("that fails in each way it can ends neither the process nor the world", async () => {
    const stray: unknown[] = [];
    const take = (error: unknown) => stray.push(error);
    const events = ["uncaughtException", "unhandledRejection"] as const;
    const before = events.map((event) => process.rawListeners(event) as ((error: unknown) => void)[]);
    for (const event of events) process.removeAllListeners(event).on(event, take);
    try {
      const here = await site.connect("Ada");
      const world = await here.world<never>(unruly);
      const ask = (type: string, data: unknown) => world.ask(type as never, data as never) as Promise<unknown>;
      for (const type of ["fail", "later"]) await expect(ask(type, null)).rejects.toMatchObject({ code: "INTERNAL" });
      expect(await ask("stray", null)).toBeNull();
      expect(await ask("ring", { by: 2 })).toBe(2);
      await until(() => (world as World).piece["rung"] === 2);
      const other = await (await site.connect("Bob")).world(unruly);
      await other.say("still here");
      await other.leave();
      // what a server outlives by itself: it has handlers for both (server.ts)
      expect(stray.every((error) => (error as Error).message === "a bug")).toBe(true);
    } finally {
      events.forEach((event, i) => {
        process.removeAllListeners(event);
        for (const listener of before[i]!) process.on(event, listener);
      });
    }
  });

  it("that cannot be used is left out", async () => {
    const world = await (await site.connect("Ada")).world(broken);
    await world.props.set("lamp", true);
    await expect(world.ask("any", null)).rejects.toMatchObject({ code: "UNKNOWN_MESSAGE" });
  });

  it("is no way around being seen", async () => {
    const hidden = await site.connect("Mo", { handle: "mo", role: "moderator" });
    const world = await hidden.world<Paint>("paint", { invisible: true });
    await expect(world.ask("draw", line)).rejects.toMatchObject({ code: "FORBIDDEN" });
    const belfry = await hidden.world<Bells>("bells", { invisible: true });
    expect(await belfry.ask("time", null)).toEqual({ now: expect.any(Number) });
    await expect(belfry.ask("toggle", { cell: 1 })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});
