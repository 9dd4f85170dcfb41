/** Whether a definition is one: says which field is wrong and what it should be. */
import { z } from "zod";
import { HereaboutsError } from "../../schema/errors.ts";
import { limits } from "../../schema/messages.ts";
import { keyOfField } from "../../schema/piece.ts";
import { isSlug } from "../../schema/slug.ts";
import { validate } from "../../schema/validate.ts";
import { gameShape } from "./gameShape.ts";

const finite = z.number();
const bounds = z
  .strictObject({ minX: finite, minY: finite, minZ: finite, maxX: finite, maxY: finite, maxZ: finite })
  .refine((b) => b.minX < b.maxX && b.minY < b.maxY && b.minZ <= b.maxZ, "each minimum must be below its maximum");
const code = z.custom((value) => typeof value === "function", "must be a function").optional();
const shapeOf = (value: unknown): value is z.ZodType => value instanceof z.ZodType;

const definition = z.strictObject({
  slug: z.string().refine(isSlug, "must be a slug: a-z, 0-9, _ and -"),
  bounds: bounds.optional(),
  step: z.number().positive().optional(),
  maxSpeed: z.union([z.number().positive(), z.literal(Number.POSITIVE_INFINITY)]).optional(),
  tickHz: z.int().min(1).max(60).optional(),
  manyTabs: z.boolean().optional(),
  start: z.strictObject({ x: finite, y: finite }).optional(),
  savesPoses: z.boolean().optional(),
  savesProps: z.boolean().optional(),
  savesState: z.boolean().optional(),
  guardsProps: z.union([z.boolean(), z.string().min(1)]).optional(),
  state: z.custom((value) => value instanceof z.ZodObject, "must be z.object({ … })").optional(),
  messages: z.record(z.string(), z.custom(shapeOf, "must be a shape of zod")).optional(),
  on: z.record(z.string(), code.unwrap()).optional(),
  reads: z.array(z.string()).optional(),
  game: gameShape.optional(),
  onStart: code,
  onJoin: code,
  onLeave: code,
  onRename: code,
  onTick: code,
});

/** Throws BAD_PIECE, naming the field. */
export function checkDefinition(given: unknown): void {
  const result = validate(definition, given);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw bad(issue?.path.join(".") || "definition", issue?.message ?? "not valid");
  }
  const {
    state,
    messages = {},
    on = {},
    reads = [],
    game,
    manyTabs,
  } = given as {
    state?: z.ZodType;
    messages?: object;
    on?: object;
    reads?: string[];
    game?: object;
    manyTabs?: boolean;
  };
  if (game && manyTabs) throw bad("manyTabs", "a person has one body in a game, and moves it from one tab");
  for (const name of Object.keys(messages))
    if (!(name in on)) throw bad(`on.${name}`, "messages has it: say what is done");
  for (const name of Object.keys(on))
    if (!(name in messages)) throw bad(`messages.${name}`, "on has it: give its shape");
  for (const name of reads) if (!(name in messages)) throw bad("reads", `messages has no "${name}"`);
  if (state) checkState(state);
}

function checkState(state: z.ZodType): void {
  const initial = validate(state, {});
  if (!initial.success) throw bad(`state.${initial.error.issues[0]?.path.join(".")}`, "needs a default");
  for (const [field, value] of Object.entries(initial.data as object)) {
    if (!isPlain(value)) throw bad(`state.${field}`, "has a default that is no JSON");
    if (keyOfField(field).length > limits.propKeyChars) throw bad(`state.${field}`, "has too long a name");
  }
}

function isPlain(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

export function bad(field: string, why: string): HereaboutsError {
  return new HereaboutsError("BAD_PIECE", `${field}: ${why}.`);
}
