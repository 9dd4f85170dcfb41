/** Records in memory, as text, so that nothing is shared but what is written. */
import { HereaboutsError } from "../../../schema/errors.ts";
import { nameKey } from "../ids.ts";
import type { SessionRecord, SessionStore } from "../record.ts";

export type MemoryStore = SessionStore & { writes: number };

export function memoryStore(isUp: () => boolean): MemoryStore {
  const texts = new Map<string, string>();
  const ask = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isUp()) throw new HereaboutsError("UNAVAILABLE");
  };
  const read = (id: string) => {
    const text = texts.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as SessionRecord);
  };
  const store: MemoryStore = {
    writes: 0,
    async save(record) {
      await ask();
      store.writes++;
      if ((read(record.id)?.fence ?? 0) <= record.fence) texts.set(record.id, JSON.stringify(record));
    },
    async drop(id) {
      await ask();
      texts.delete(id);
    },
    async load(id) {
      await ask();
      return read(id);
    },
    async named(key) {
      await ask();
      return [...texts.keys()].find((id) => read(id)!.name && nameKey(read(id)!.name) === key);
    },
    async all() {
      await ask();
      return [...texts.keys()];
    },
  };
  return store;
}
