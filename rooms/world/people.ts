/**
 * The roster of a world as its clients see it: presence's entries become state, with a slot, a pose and an avatar each.
 */
import type { Piece } from "../../pieces/index.ts";
import type { AvatarChange } from "../../schema/messages.ts";
import { AvatarState, PersonState, type WorldState } from "../../schema/world.ts";
import type { Counts, RosterChange, RosterEntry } from "../../services/presence/crowd.ts";
import type { WorldSave } from "../../services/saves/saves.ts";
import { changeAvatar } from "./messages/avatar.ts";
import type { Movement } from "./movement.ts";

export class People {
  readonly #state: WorldState;
  readonly #movement: Movement;
  readonly #piece: Piece;
  readonly #save: WorldSave;
  readonly #wishes = new Map<string, AvatarChange>();

  constructor(state: WorldState, movement: Movement, piece: Piece, save: WorldSave) {
    this.#state = state;
    this.#movement = movement;
    this.#piece = piece;
    this.#save = save;
  }

  /** How someone who is about to join wants to look. Throws TOO_LARGE. */
  wish(person: string, avatar: AvatarChange): void {
    const present = this.#state.people.get(person);
    if (present) changeAvatar(present.avatar, avatar);
    else {
      changeAvatar(blankAvatar(), avatar);
      this.#wishes.set(person, avatar);
    }
  }

  /** Whoever joined has what they wished for, or is invisible. */
  forgetWish(person: string): void {
    this.#wishes.delete(person);
  }

  /** Finds out where someone who is about to join was before. Rejects with UNAVAILABLE. */
  async prepare(person: string): Promise<void> {
    if (this.#piece.savesPoses && !this.#state.people.has(person)) await this.#save.prepare(person);
  }

  slotOf(person: string): number | undefined {
    return this.#state.people.get(person)?.slot;
  }

  apply(change: RosterChange, counts: Readonly<Counts>): void {
    if (change.type === "leave") this.#remove(change.person);
    else if (change.type === "update" && change.was) this.#rename(change.was, change.entry);
    else this.#put(change.entry);
    this.#state.peopleCount = counts.people;
    this.#state.connectionCount = counts.connections;
    this.#state.guestCount = counts.guests;
  }

  savePoses(): void {
    if (!this.#piece.savesPoses) return;
    for (const { id, slot } of this.#state.people.values()) this.#savePose(id, slot);
  }

  #put(entry: RosterEntry): void {
    const { person } = entry.identity;
    const known = this.#state.people.get(person);
    if (known) {
      Object.assign(known, fieldsOf(entry));
      return;
    }
    const slot = this.#movement.allocate();
    if (slot === undefined) return;
    const saved = this.#piece.savesPoses ? this.#save.pose(person) : undefined;
    this.#movement.start(slot, saved);
    const avatar = blankAvatar();
    const state = new PersonState({ id: person, slot, avatar, ...fieldsOf(entry) });
    this.#state.people.set(person, state);
    const wish = this.#wishes.get(person);
    this.#wishes.delete(person);
    if (wish) changeAvatar(state.avatar, wish);
  }

  /** A guest has signed in: the same place, slot and looks under another id. */
  #rename(was: string, entry: RosterEntry): void {
    const before = this.#state.people.get(was);
    if (!before) {
      this.#put(entry);
      return;
    }
    const { person } = entry.identity;
    const { color, face, showing } = before.avatar;
    const avatar = new AvatarState({ color, face, showing });
    const state = new PersonState({ id: person, slot: before.slot, avatar, ...fieldsOf(entry) });
    this.#state.people.delete(was);
    this.#state.people.set(person, state);
  }

  #remove(person: string): void {
    const state = this.#state.people.get(person);
    if (!state) return;
    if (this.#piece.savesPoses) this.#savePose(person, state.slot);
    this.#movement.free(state.slot);
    this.#state.people.delete(person);
  }

  #savePose(person: string, slot: number): void {
    const pose = this.#movement.poseOf(slot);
    if (pose) this.#save.savePose(person, pose);
  }
}

function blankAvatar(): AvatarState {
  return new AvatarState({ color: "", face: "", showing: "" });
}

function fieldsOf({ identity, status, to, attention, connections, since }: RosterEntry) {
  const { handle, name, kind, guest } = identity;
  return { handle, name, kind, guest, status, to, attention, connections, since };
}
