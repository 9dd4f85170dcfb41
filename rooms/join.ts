/** Who may take a seat: the token verified and the options checked, before Colyseus looks for the room. */
import type { ServerError } from "@colyseus/core";
import type { z } from "zod";
import { HereaboutsError } from "../schema/errors.ts";
import { validate } from "../schema/validate.ts";
import type { Identity } from "../services/identity/person.ts";
import { toServerError } from "./BaseRoom.ts";
import type { RoomServices } from "./services.ts";

/**
 * For `static onAuth` of a room. `normalize` may bring the options into their one spelling, so that a key is one room.
 * Throws what Colyseus tells the client.
 */
export async function authenticate<T extends z.ZodType>(
  { tokens }: RoomServices,
  token: string | undefined,
  options: unknown,
  shape: T,
  normalize: (join: z.output<T>) => void | Promise<void>,
): Promise<Identity> {
  try {
    const join = validate(shape, options);
    if (!join.success) throw badJoin(join.error);
    await normalize(join.data);
    return await tokens.verify(token);
  } catch (error) {
    throw toServerError(error) satisfies ServerError;
  }
}

function badJoin({ issues }: z.ZodError): HereaboutsError {
  return new HereaboutsError("BAD_BODY", `${issues[0]?.path.join(".") || "options"}: ${issues[0]?.message}.`);
}
