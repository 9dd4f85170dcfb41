/**
 * Clients of a large world that are sent the same blocks, because they see it from nearly the same place: choosing and
 * encoding them costs once for all of them. Each member knows all that its audience was sent, so that who leaves takes that
 * along, and what a newcomer lacks is sent to all of them again.
 */
import { maxSlots } from "../../schema/blocks.ts";
import type { Eye } from "./interest.ts";
import type { Poses } from "./poses.ts";

/** Who lacks more than these is sent them alone first: to the others they are no news. */
const mostLacking = 16;
/** A guess, for a mover without a third axis and an angle. */
const usualBytes = 4.5;

export class Audience implements Eye {
  /** Whose place all of it sees from. */
  slot: number | undefined;
  nearSquared = 0;
  /** Running estimate of what a near mover costs in a frame. */
  bytesPerMover: number = usualBytes;
  /** The tick whose blocks these are; 0 before the first. */
  encodedAt = 0;
  blocks: Buffer = Buffer.alloc(0);
  /** Of several clients, or of one only. */
  readonly isShared: boolean;
  /** The tick at which each slot was last sent; the same number for all of those that it has not heard of yet. */
  #sentAt: Uint32Array;
  readonly #unheard: number;

  private constructor(slot: number | undefined, isShared: boolean, sentAt: Uint32Array, unheard: number) {
    this.slot = slot;
    this.isShared = isShared;
    this.#sentAt = sentAt;
    this.#unheard = unheard;
  }

  /** Of a client that was sent all that changed up to `tick`. */
  static ofOne(slot: number | undefined, tick: number): Audience {
    return new Audience(slot, false, new Uint32Array(0), tick);
  }

  /** Knows what this one knows, and sees as far. */
  copy(slot: number | undefined, isShared: boolean): Audience {
    const copy = new Audience(slot, isShared, this.#sentAt.slice(), this.#unheard);
    copy.nearSquared = this.nearSquared;
    copy.bytesPerMover = this.bytesPerMover;
    return copy;
  }

  /** The tick at which each slot was last sent, for every slot that there is. */
  sentAt(slots: number): Uint32Array {
    if (this.#sentAt.length >= slots) return this.#sentAt;
    const grown = new Uint32Array(Math.min(maxSlots, 2 ** Math.ceil(Math.log2(slots)))).fill(this.#unheard);
    grown.set(this.#sentAt);
    this.#sentAt = grown;
    return grown;
  }

  /** Sends again what `other` was not sent and this one was, so that it can take this one's place. False if that is too much. */
  takeIn(other: Audience, { changedAt, slots }: Poses): boolean {
    const mine = this.sentAt(slots);
    const theirs = other.sentAt(slots);
    const lacks = (slot: number) => changedAt[slot]! > theirs[slot]! && changedAt[slot]! <= mine[slot]!;
    let lacking = 0;
    for (let slot = 0; slot < slots; slot++) if (lacks(slot) && ++lacking > mostLacking) return false;
    if (lacking > 0) for (let slot = 0; slot < slots; slot++) if (lacks(slot)) mine[slot] = theirs[slot]!;
    return true;
  }

  /** What was sent at `tick` was not sent to this one after all. */
  forget(tick: number): void {
    const sentAt = this.#sentAt;
    for (let slot = 0; slot < sentAt.length; slot++) if (sentAt[slot] === tick) sentAt[slot] = 0;
  }

  /** What was sent after `tick` may not have arrived. */
  doubt(tick: number): void {
    const sentAt = this.#sentAt;
    for (let slot = 0; slot < sentAt.length; slot++) sentAt[slot] = Math.min(sentAt[slot]!, tick);
  }
}
