/** Definitions of pieces: what is wrong with one is named, and its world goes on without it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { puckGame } from "../schema/puck.ts";
import { definePiece, loadPiece } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "hereabouts-pieces-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("[WO3] a piece's definition", () => {
  it.each([
    ["slug", { slug: "No Slug" }],
    ["maxSpeed", { maxSpeed: -1 }],
    ["maxSpeed", { maxSpeed: Number.NaN }],
    ["tickHz", { tickHz: 500 }],
    ["bounds", { bounds: { minX: 5, minY: 0, minZ: 0, maxX: 1, maxY: 1, maxZ: 1 } }],
    ["bounds.maxZ", { bounds: { minX: 0, minY: 0, minZ: 0, maxX: 1, maxY: 1 } }],
    ["onTick", { onTick: 3 }],
    ["guardsProps", { guardsProps: "" }],
    ["onJion", { onJion: () => {} }],
    ["state.score", { state: z.object({ score: z.number() }) }],
    ["state", { state: { score: 0 } }],
    ["messages.ring", { messages: { ring: {} }, on: { ring: () => {} } }],
    ["on.ring", { messages: { ring: z.null() } }],
    ["messages.ring", { on: { ring: () => {} } }],
    ["reads", { messages: { ring: z.null() }, on: { ring: () => {} }, reads: ["rings"] }],
    ["game.input.x", { game: { ...puckGame, input: { x: [1, -1] } } }],
    ["game.input", { game: { ...puckGame, input: {} } }],
    ["game.player", { game: { ...puckGame, player: { x: 0, ack: 0 } } }],
    ["game.player.x", { game: { ...puckGame, player: { x: Number.NaN } } }],
    ["game.things", { game: { ...puckGame, things: { me: { x: 0 } } } }],
    ["game.step", { game: { ...puckGame, step: undefined } }],
    ["game", { game: { ...puckGame, seats: 60 } }],
    ["manyTabs", { game: puckGame, manyTabs: true }],
  ])("is refused for its %s: %j", (field, given) => {
    const define = () => definePiece({ slug: "odd", ...given } as never);
    expect(define).toThrow(expect.objectContaining({ code: "BAD_PIECE", message: expect.stringContaining(field) }));
  });

  const index = JSON.stringify(new URL("./index.ts", import.meta.url).href);
  it.each([
    ["throws", "throw new Error('at the top')", "at the top"],
    ["typo", "export default {", ""],
    ["nothing", "export {}", "export default"],
    ["other", `import { definePiece } from ${index}; export default definePiece({ slug: "another" })`, "rename"],
    [
      "wrong",
      `import { definePiece } from ${index}; export default definePiece({ slug: "wrong", tickHz: 0 })`,
      "tickHz",
    ],
  ])("that %s leaves a world with the rules of any", async (slug, code, why) => {
    writeFileSync(join(folder, `${slug}.ts`), code);
    const { piece, problem } = await loadPiece(slug, pathToFileURL(`${folder}/`));
    expect(piece).toMatchObject({ slug, manyTabs: false, maxSpeed: Number.POSITIVE_INFINITY });
    expect(String(problem)).toContain(why);
  });

  it("is not wanted: a slug without a file is a world", async () => {
    expect(await loadPiece("nowhere")).toEqual({ piece: expect.objectContaining({ slug: "nowhere" }) });
    expect((await loadPiece("index")).problem).toBeUndefined();
    const { piece, problem } = await loadPiece("field");
    expect([piece.maxSpeed, problem]).toEqual([320, undefined]);
  });
});
