/**
 * The props of a world: what people put there for everyone. Limits, ownership and saving are decided here; the state
 * holds them as JSON text.
 */
import type { MapSchema } from "@colyseus/schema";
import { HereaboutsError } from "../../schema/errors.ts";
import { limits, type WorldMessages } from "../../schema/messages.ts";
import { pieceOwner } from "../../schema/piece.ts";
import { PropState } from "../../schema/world.ts";
import type { KeptProp, WorldSave } from "../../services/saves/saves.ts";

export class Props {
  readonly #state: MapSchema<PropState>;
  readonly #save: WorldSave;
  readonly #savesAll: boolean;
  readonly #guarded: boolean | string;
  /** What people may fill up: all but the state of the piece, which has its own room. */
  #count = 0;
  #bytes = 0;

  constructor(state: MapSchema<PropState>, save: WorldSave, savesAll: boolean, guarded: boolean | string = false) {
    this.#state = state;
    this.#save = save;
    this.#savesAll = savesAll;
    this.#guarded = guarded;
    for (const prop of save.props) this.#put(prop);
  }

  /** All of them, owners and all, for another world to adopt; but for what its piece shows, which is of this world. */
  copy(): KeptProp[] {
    return [...this.#state]
      .filter(([, { owner }]) => owner !== pieceOwner)
      .map(([key, { value, owner, saved }]) => ({ key, value, owner, saved }));
  }

  get(key: string): Readonly<Pick<PropState, "value" | "owner">> | undefined {
    return this.#state.get(key);
  }

  /** Those that are no part of the piece's state. */
  keys(): string[] {
    return [...this.#state].filter(([, { owner }]) => owner !== pieceOwner).map(([key]) => key);
  }

  /**
   * Takes a copy of another world's, but for what the piece guards. False, and nothing changes, where there are some
   * already or all of them are the piece's.
   */
  adopt(props: readonly KeptProp[]): boolean {
    const free = props.filter(({ key }) => !this.#isGuarded(key));
    if (this.keys().length > 0 || (free.length === 0 && props.length > 0)) return false;
    for (const given of free) this.#put({ ...given, saved: given.saved || this.#savesAll });
    this.saveAll();
    return true;
  }

  #put({ key, value, owner, saved }: KeptProp): void {
    this.#state.set(key, new PropState({ value, owner, saved }));
    this.#bytes += sizeOf(key, value, owner);
    this.#count += countOf(owner);
  }

  /** Throws TOO_LARGE, PROPS_FULL or PROP_OWNED. */
  set(person: string, { key, value, owned, saved }: WorldMessages["prop.set"]): void {
    const text = textOf(value);
    const owner = owned === undefined ? undefined : owned ? person : "";
    this.#write(key, text, this.#allowed(person, key), { owner, saved });
  }

  /** The piece may change any, whoever owns it; its state is outside the limits of all. Throws TOO_LARGE or PROPS_FULL. */
  setAsPiece(key: string, value: unknown, options: { owner?: string | undefined; saved?: boolean | undefined }): void {
    this.#write(key, textOf(value), this.#state.get(key), options);
  }

  #write(
    key: string,
    text: string,
    before: PropState | undefined,
    { owner, saved }: { owner?: string | undefined; saved?: boolean | undefined },
  ): void {
    const nextOwner = owner ?? before?.owner ?? "";
    const bytes = this.#bytes - (before ? sizeOf(key, before.value, before.owner) : 0) + sizeOf(key, text, nextOwner);
    const count = this.#count - (before ? countOf(before.owner) : 0) + countOf(nextOwner);
    const isTooMany = count > this.#count && count > limits.props;
    if (nextOwner !== pieceOwner && (isTooMany || bytes > limits.propsBytes)) {
      throw new HereaboutsError("PROPS_FULL", `The limits are ${limits.props} props and ${limits.propsBytes} bytes.`);
    }
    const prop = before ?? new PropState({ value: "", owner: "", saved: false });
    const wasSaved = prop.saved;
    prop.value = text;
    prop.owner = nextOwner;
    prop.saved = saved ?? (prop.saved || this.#savesAll);
    if (!before) this.#state.set(key, prop);
    this.#bytes = bytes;
    this.#count = count;
    if (prop.saved || wasSaved || this.#save.keepsAll) this.#keep(key, prop);
  }

  /** Whether an operator may give a field of a prop this value, or delete the prop: all of it stays readable to everyone. */
  mayBeEdited(key: string, field: unknown, value: unknown): boolean {
    if (this.#state.get(key)?.owner === pieceOwner) return false;
    if (field === "owner") return value !== pieceOwner;
    return field !== "value" || isPropText(value);
  }

  /** The state has another prop of this key than was set here, or none. */
  edited(key: string): void {
    this.#bytes = 0;
    this.#count = 0;
    for (const [name, { value, owner }] of this.#state) {
      this.#bytes += sizeOf(name, value, owner);
      this.#count += countOf(owner);
    }
    const prop = this.#state.get(key);
    if (prop) this.#keep(key, prop);
    else this.#save.dropProp(key);
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
    this.#drop(key, this.#allowed(person, key));
  }

  deleteAsPiece(key: string): void {
    this.#drop(key, this.#state.get(key));
  }

  #drop(key: string, prop: PropState | undefined): void {
    if (!prop) return;
    this.#state.delete(key);
    this.#bytes -= sizeOf(key, prop.value, prop.owner);
    this.#count -= countOf(prop.owner);
    if (prop.saved || this.#save.keepsAll) this.#save.dropProp(key);
  }

  /** Set and deleted by the piece alone, or a field of its state. */
  #isGuarded(key: string): boolean {
    if (this.#state.get(key)?.owner === pieceOwner) return true;
    return typeof this.#guarded === "string" ? key.startsWith(this.#guarded) : this.#guarded;
  }

  #allowed(person: string, key: string): PropState | undefined {
    if (this.#isGuarded(key)) throw new HereaboutsError("PROP_OWNED", `"${key}" is the piece's.`);
    const prop = this.#state.get(key);
    if (prop && prop.owner !== "" && prop.owner !== person) throw new HereaboutsError("PROP_OWNED", `"${key}".`);
    return prop;
  }
}

/** Throws TOO_LARGE. What JSON has no word for is null. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  const size = Buffer.byteLength(text);
  if (size > limits.propBytes) {
    throw new HereaboutsError("TOO_LARGE", `The prop has ${size} bytes; the limit is ${limits.propBytes}.`);
  }
  return text;
}

/** Whether it is as `textOf` makes them. */
function isPropText(text: unknown): boolean {
  if (typeof text !== "string" || Buffer.byteLength(text) > limits.propBytes) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** In bytes, as counted towards the limits. */
function sizeOf(key: string, value: string, owner: string): number {
  return owner === pieceOwner ? 0 : Buffer.byteLength(key) + Buffer.byteLength(value);
}

function countOf(owner: string): number {
  return owner === pieceOwner ? 0 : 1;
}
