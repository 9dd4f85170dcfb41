/**
 * The props of a world: what people put there for everyone. Limits, ownership and saving are decided here; the state
 * holds them as JSON text.
 */
import type { MapSchema } from "@colyseus/schema";
import { HereaboutsError } from "../../schema/errors.ts";
import { limits, type WorldMessages } from "../../schema/messages.ts";
import { PropState } from "../../schema/world.ts";
import type { WorldSave } from "../../services/saves/saves.ts";

export class Props {
  readonly #state: MapSchema<PropState>;
  readonly #save: WorldSave;
  readonly #savesAll: boolean;
  #bytes = 0;

  constructor(state: MapSchema<PropState>, save: WorldSave, savesAll: boolean) {
    this.#state = state;
    this.#save = save;
    this.#savesAll = savesAll;
    for (const { key, value, owner, saved } of save.props) {
      state.set(key, new PropState({ value, owner, saved }));
      this.#bytes += sizeOf(key, value);
    }
  }

  /** Throws TOO_LARGE, PROPS_FULL or PROP_OWNED. */
  set(person: string, { key, value, owned, saved }: WorldMessages["prop.set"]): void {
    const text = JSON.stringify(value);
    const size = Buffer.byteLength(text);
    if (size > limits.propBytes) {
      throw new HereaboutsError("TOO_LARGE", `The prop has ${size} bytes; the limit is ${limits.propBytes}.`);
    }
    const before = this.#allowed(person, key);
    const bytes = this.#bytes - (before ? sizeOf(key, before.value) : 0) + sizeOf(key, text);
    if ((!before && this.#state.size >= limits.props) || bytes > limits.propsBytes) {
      throw new HereaboutsError("PROPS_FULL", `The limits are ${limits.props} props and ${limits.propsBytes} bytes.`);
    }
    const prop = before ?? new PropState({ value: "", owner: "", saved: false });
    const wasSaved = prop.saved;
    prop.value = text;
    if (owned !== undefined) prop.owner = owned ? person : "";
    prop.saved = saved ?? (prop.saved || this.#savesAll);
    if (!before) this.#state.set(key, prop);
    this.#bytes = bytes;
    if (prop.saved || wasSaved || this.#save.keepsAll) this.#keep(key, prop);
  }

  /** Saves all of them again. */
  saveAll(): void {
    for (const [key, prop] of this.#state) if (prop.saved || this.#save.keepsAll) this.#keep(key, prop);
  }

  #keep(key: string, { value, owner, saved }: PropState): void {
    this.#save.saveProp({ key, value, owner, saved });
  }

  /** Throws PROP_OWNED. A prop that is not there is deleted already. */
  delete(person: string, key: string): void {
    const prop = this.#allowed(person, key);
    if (!prop) return;
    this.#state.delete(key);
    this.#bytes -= sizeOf(key, prop.value);
    if (prop.saved || this.#save.keepsAll) this.#save.dropProp(key);
  }

  #allowed(person: string, key: string): PropState | undefined {
    const prop = this.#state.get(key);
    if (prop && prop.owner !== "" && prop.owner !== person) throw new HereaboutsError("PROP_OWNED", `"${key}".`);
    return prop;
  }
}

function sizeOf(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value);
}
