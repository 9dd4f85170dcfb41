/** The props of a world as the SDK shows them: values parsed once when they change. */
import { fieldOfProp } from "../schema/piece.ts";
import type { Outbox } from "./outbox.ts";
import type { Json, Props } from "./types.ts";

type Shown = { text: string; value: Json; owner: string };
type PropFields = { value: string; owner: string };
type PropChange = { key: string; value: Json | undefined; owner: string | undefined };

export class PropsView implements Props {
  readonly #shown = new Map<string, Shown>();
  readonly #outbox: Outbox;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  get size(): number {
    return this.#shown.size;
  }

  get(key: string): Json | undefined {
    return this.#shown.get(key)?.value;
  }

  ownerOf(key: string): string | undefined {
    return this.#shown.get(key)?.owner || undefined;
  }

  *entries(): IterableIterator<[string, Json]> {
    for (const [key, { value }] of this.#shown) yield [key, value];
  }

  async set(key: string, value: Json, options: { owned?: boolean; saved?: boolean } = {}): Promise<void> {
    await this.#outbox.request("prop.set", { key, value, ...options }, { repeatable: true });
  }

  async delete(key: string): Promise<void> {
    await this.#outbox.request("prop.delete", { key }, { repeatable: true });
  }

  /** Takes over what the state says and returns what that changed. */
  sync(state: Iterable<[string, PropFields]>): PropChange[] {
    const changes: PropChange[] = [];
    const gone = new Set(this.#shown.keys());
    for (const [key, { value: text, owner }] of state) {
      if (fieldOfProp(key, owner) !== undefined) continue; // PieceView shows it
      gone.delete(key);
      const before = this.#shown.get(key);
      if (before?.text === text && before.owner === owner) continue;
      const value = before?.text === text ? before.value : (JSON.parse(text) as Json);
      this.#shown.set(key, { text, value, owner });
      changes.push({ key, value, owner: owner || undefined });
    }
    for (const key of gone) {
      this.#shown.delete(key);
      changes.push({ key, value: undefined, owner: undefined });
    }
    return changes;
  }
}
