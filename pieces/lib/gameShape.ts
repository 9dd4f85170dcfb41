/** What a game has to be for a world to have it. */
import { z } from "zod";
import { maxPayloadBytes } from "../../schema/datagrams.ts";
import { type AnyGame, sizeOfStep } from "../../schema/game.ts";

const finite = z.number();
const rules = z.custom((value) => typeof value === "function", "must be a function");
const name = z.string().regex(/^[a-z]\w{0,31}$/i, "must be a name: letters, digits and _");
const range = z.tuple([finite, finite]).refine(([least, most]) => least <= most, "the least is above the most");
const body = z.record(name, finite).refine(hasSome, "needs a field");

export const gameShape = z
  .strictObject({
    input: z.record(name, range).refine(hasSome, "needs a field"),
    player: body.refine((fields) => !("person" in fields || "ack" in fields), "person and ack are the world's own"),
    things: z.record(name, body).refine((things) => !("me" in things), "me is the name of one's own body"),
    seats: z.int().min(1).max(64),
    step: rules,
    drift: rules.optional(),
  })
  .superRefine((game, context) => {
    const bytes = sizeOfStep(game as unknown as AnyGame);
    if (bytes <= maxPayloadBytes) return;
    const message = `a step has up to ${bytes} bytes, and a datagram ${maxPayloadBytes}: take fewer seats or fields`;
    context.addIssue({ code: "custom", message });
  });

function hasSome(fields: object): boolean {
  return Object.keys(fields).length > 0;
}
