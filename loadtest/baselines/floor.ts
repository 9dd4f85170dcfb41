/**
 * The least that moving people can cost: each sends its pose, each is sent one frame a tick, and nothing is checked, chosen
 * or encoded. A frame holds as many poses as hereabouts would send at this size, in turn, the same for everyone.
 */

/** As large as a move of hereabouts with the two poses before it. */
export const moveBytes = 29;
/** A mover's number and x and y as float32. */
export const poseBytes = 10;
/** As many as fit a frame of hereabouts among 100 people. */
const posesOfFrame = 40;
export const tickMs = 50;

export class Floor {
  readonly #poses = new Map<number, Buffer>();
  #next = 0;

  /** A move: a pose, and padding. */
  take(message: Buffer): number {
    const mover = message.readUInt16LE(0);
    const pose = this.#poses.get(mover) ?? Buffer.alloc(poseBytes);
    message.copy(pose, 0, 0, poseBytes);
    this.#poses.set(mover, pose);
    return mover;
  }

  forget(mover: number): void {
    this.#poses.delete(mover);
  }

  /** The frame of this tick. */
  frame(): Buffer {
    const poses = [...this.#poses.values()];
    const count = Math.min(posesOfFrame, poses.length);
    const chosen = Array.from({ length: count }, (_, i) => poses[(this.#next + i) % poses.length]!);
    this.#next += count;
    return Buffer.concat(chosen);
  }
}
