/** One person's state as a plain object: what a page keeps, and a recording has. Needs no class of Colyseus. */
import type { PersonState } from "./world.ts";

export type PersonFields = ReturnType<typeof fieldsOf>;

/** A copy of one person's state, flat. */
export function fieldsOf(state: PersonState) {
  const { id, slot, handle, name, kind, guest, status, to, attention, connections, since } = state;
  const { color, face, showing } = state.avatar;
  return { id, slot, handle, name, kind, guest, status, to, attention, connections, since, color, face, showing };
}
