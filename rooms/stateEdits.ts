/** What operators may change of a room's state by hand (OP1): one value to another of its type, and entries of maps. */
import { MapSchema, Schema } from "@colyseus/schema";
import { HereaboutsError } from "../schema/errors.ts";

export type StatePath = readonly (string | number)[];

/** Throws BAD_MESSAGE for anything but another value of the same type: it would break the encoder. */
export function editState(state: unknown, path: StatePath, value: unknown): void {
  const owner = stateAt(state, path.slice(0, -1));
  const key = String(path.at(-1));
  const isText = typeof value === "string" && value.isWellFormed();
  const isValue = isText || typeof value === "boolean" || Number.isFinite(value);
  if (!owner || !isValue || typeof owner[key] !== typeof value) throw notEditable(path);
  owner[key] = value;
}

/** Throws BAD_MESSAGE for anything but an entry of a map, as fields are always there. */
export function deleteFromState(state: unknown, path: StatePath): void {
  const owner = stateAt(state, path.slice(0, -1));
  if (!(owner instanceof MapSchema)) throw notEditable(path);
  owner.delete(String(path.at(-1)));
}

function stateAt(state: unknown, path: StatePath): Record<string, unknown> | undefined {
  let at: unknown = state;
  for (const key of path) {
    at = at instanceof MapSchema ? at.get(String(key)) : at instanceof Schema ? at[key as keyof Schema] : undefined;
  }
  return at instanceof Schema || at instanceof MapSchema ? (at as unknown as Record<string, unknown>) : undefined;
}

export function notEditable(path: StatePath): HereaboutsError {
  return new HereaboutsError("BAD_MESSAGE", `${path.join(".")} does not take this from the monitor.`);
}
