/** What the server side of a piece shows, as the SDK gives it: values parsed once when they change. */
import { fieldOfProp } from "../schema/piece.ts";
import type { Json } from "./types.ts";

type PropFields = { value: string; owner: string };

export class PieceView {
  /** Another object whenever something has changed. */
  fields: Readonly<Record<string, Json>> = {};
  readonly #texts = new Map<string, string>();

  /** Takes over what the state says and returns the fields that are different. */
  sync(state: Iterable<[string, PropFields]>): string[] {
    const changed: string[] = [];
    const next: Record<string, Json> = { ...this.fields };
    const gone = new Set(this.#texts.keys());
    for (const [key, { value, owner }] of state) {
      const field = fieldOfProp(key, owner);
      if (field === undefined) continue;
      gone.delete(field);
      if (this.#texts.get(field) === value) continue;
      this.#texts.set(field, value);
      Object.defineProperty(next, field, { value: JSON.parse(value), enumerable: true, configurable: true });
      changed.push(field);
    }
    for (const field of gone) {
      this.#texts.delete(field);
      delete next[field];
      changed.push(field);
    }
    if (changed.length > 0) this.fields = next;
    return changed;
  }
}
