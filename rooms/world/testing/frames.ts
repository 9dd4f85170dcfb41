/** A world's frames for tests: clients that decode what they are sent, and ticks by hand. */
import { expect } from "vitest";
import { readBlocks } from "../../../schema/blocks.ts";
import { readHeader } from "../../../schema/frames.ts";
import type { Bounds, Pose } from "../../../schema/geometry.ts";
import { randomOf } from "../../../web/shared/seed.ts";
import { frameMargin } from "../../colyseus.ts";
import { createView, Frames, type FrameTarget, type Sent, type View } from "../frames.ts";
import { Poses } from "../poses.ts";

export const tickHz = 20;
export const tickMs = 1000 / tickHz;
/** How long it takes to find out that a frame was lost. */
const toldTicks = 8;
const field: Bounds & { step: number } = {
  minX: -512,
  minY: -512,
  minZ: 0,
  maxX: 512,
  maxY: 512,
  maxZ: 64,
  step: 1 / 16,
};
export const pose = (x: number, y = 0, z = 0, angle = 0): Pose => ({ x, y, z, angle });

/** One client: what it was sent, and where it believes everyone to be. */
class Client implements FrameTarget {
  readonly view: View = createView();
  readonly seen = new Map<number, Pose>();
  /** Tick at which each slot was last in a frame. */
  readonly heardAt = new Map<number, number>();
  readonly sizes: number[] = [];
  readonly headers: ReturnType<typeof readHeader>[] = [];
  isSlow = false;
  /** Sent to over a channel, which a slow socket does not hold up and which loses this part of it; undefined while nothing can be lost. */
  lost: number | undefined;
  readonly #told: { at: number; onLost: () => void }[] = [];
  readonly #random = randomOf(7);
  readonly #poses: Poses;

  constructor(poses: Poses, slot?: number) {
    this.#poses = poses;
    this.view.slot = slot;
  }

  isBehind(): boolean {
    return this.isSlow && this.lost === undefined;
  }

  isLossy(): boolean {
    return this.lost !== undefined;
  }

  sendReliably(framed: Buffer): void {
    this.#take(framed);
  }

  send(framed: Buffer, onLost: () => void = () => {}): Sent {
    if (this.lost === undefined || this.#random() >= this.lost) this.#take(framed);
    else this.#told.push({ at: this.#poses.tick + toldTicks, onLost });
    return this.lost === undefined ? "websocket" : "datagram";
  }

  /** Is told what was lost. */
  tell(): void {
    while (this.#told[0] && this.#told[0].at <= this.#poses.tick) this.#told.shift()!.onLost();
  }

  #take(framed: Buffer): void {
    const bytes = framed.subarray(frameMargin);
    if (this.isBehind()) expect.unreachable("nothing may be sent to a client that is behind");
    this.sizes.push(bytes.length);
    const frame = bytes.subarray(2);
    const header = readHeader(frame);
    this.headers.push(header);
    readBlocks(frame, header.end, this.#poses.geometry, (slot, x, y, z, angle) => {
      this.seen.set(slot, { x, y, z, angle });
      this.heardAt.set(slot, this.#poses.tick);
    });
  }

  forget(slot: number): void {
    this.seen.delete(slot);
    this.heardAt.delete(slot);
  }
}

type Options = {
  tickHz?: number;
  bounds?: Bounds & { step?: number };
  smallBytes?: number;
  largeBytes?: number;
  onError?: (error: unknown) => void;
};

/** A world without people, and what is done to it. */
export function start(options: Options = {}) {
  const poses = new Poses(options.bounds ?? field);
  const dropped = { count: 0 };
  const sent = { bytes: 0, frames: 0 };
  const frames = new Frames(poses, {
    tickHz: options.tickHz ?? tickHz,
    smallBytes: options.smallBytes ?? 1100,
    largeBytes: options.largeBytes ?? 400,
    onSent(_carrier, bytes) {
      sent.bytes += bytes;
      sent.frames++;
    },
    onDropped: () => void dropped.count++,
    onError:
      options.onError ??
      ((error) => {
        throw error;
      }),
  });
  const clients: Client[] = [];
  return {
    poses,
    frames,
    clients,
    dropped,
    sent,
    client(slot?: number): Client {
      const client = new Client(poses, slot);
      clients.push(client);
      return client;
    },
    /** Hands out a slot with a pose. */
    mover(at: Pose, now = 0): number {
      const slot = poses.allocate(now)!;
      poses.set(slot, at);
      return slot;
    },
    tick(count = 1): void {
      for (let i = 0; i < count; i++) {
        for (const client of clients) client.tell();
        frames.send(clients, Math.round(poses.tick * tickMs));
      }
    },
  };
}
export type World = ReturnType<typeof start>;

/** A client believes what is so, of everyone, to half a step and half a direction. */
export function expectSynced({ poses }: World, client: Client, slots: Iterable<number>): void {
  const half = (poses.geometry.step / 2) * 1.001;
  for (const slot of slots) {
    const real = poses.get(slot)!;
    const seen = client.seen.get(slot) ?? expect.unreachable(`slot ${slot} was never seen`);
    const isRight =
      Math.abs(seen.x - real.x) <= half && Math.abs(seen.y - real.y) <= half && Math.abs(seen.z - real.z) <= half;
    if (!isRight) expect(seen, `slot ${slot}`).toEqual(real);
  }
}
