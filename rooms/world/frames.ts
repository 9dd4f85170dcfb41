/**
 * Sends each client of a world one frame a tick: what changed since it was last sent something, its own acknowledged
 * input, and server time.
 *
 * Up to 100 people everyone gets everything, so the blocks are encoded once and copied. Above, each client gets
 * the choice of its interest within a smaller budget. Frames for a socket that is behind are left out, never queued: what
 * they would have carried stays stale for that client and goes with a later frame, so nothing is lost.
 */
import { Protocol } from "@colyseus/core";
import { maxSlots, writeBlocks } from "../../schema/blocks.ts";
import { correctionBytes, type FrameHeader, headerBytes, movementType, writeHeader } from "../../schema/frames.ts";
import type { Pose } from "../../schema/geometry.ts";
import { frameMargin } from "../colyseus.ts";
import { type Eye, Interest } from "./interest.ts";
import type { Poses } from "./poses.ts";
import { Rested } from "./rested.ts";
import { type Span, Sweep } from "./sweep.ts";

/** One client's side of the frames it is sent. */
export interface View extends Eye {
  /** Whose poses this client sends; undefined until it has a place. */
  slot: number | undefined;
  seq: number;
  /** Newest input taken from this client; undefined before the first. */
  ack: number | undefined;
  /** Its own pose, when the server had to change it. */
  correction: Pose | undefined;
  ackSent: number | undefined;
  /** 0 before the first frame. */
  lastTick: number;
  /** All that changed up to this tick was sent. */
  syncedTick: number;
  /** In a large world: the tick at which each slot was last sent. */
  sentAt: Uint32Array | undefined;
  nearSquared: number;
  /** What was swept in frames that were lost. */
  missed: Span[];
  wasLossy: boolean;
  /** Running estimate of what a near mover costs in a large world's frame. */
  bytesPerMover: number;
}

export interface FrameTarget {
  readonly view: View;
  /** Some of what is sent to it now may be lost. */
  isLossy(): boolean;
  /** Unsent bytes above the limit: nothing may be added. */
  isBehind(): boolean;
  /** Takes a message with `frameMargin` free bytes before it. `onLost` is called once it is known to be lost. */
  send(bytes: Buffer, onLost?: () => void): void;
  /** As `send`, by a way on which nothing is lost. */
  sendReliably(bytes: Buffer): void;
}

export interface FrameOptions {
  tickHz: number;
  smallBytes: number;
  largeBytes: number;
  /** Once a tick in which any were: so many frames, of so many bytes together. */
  onSent(frames: number, bytes: number): void;
  onDropped(): void;
  /** A client's frame was not sent. */
  onError(error: unknown): void;
}

const smallWorld = 100;
/** Part of a world's width within which all are equally near. */
const equallyNear = 32;
/** What a mover with a third axis and an angle costs, and the blocks of movers that share nothing. */
const worstMoverBytes = 8;
const worstBlockBytes = 300;
/** Within this everyone in a large world goes to everyone, if the budget allows. What was lost of it follows within 2 s. */
const farMs = 1500;
/** Spans of the sweep that wait to go again: more than these come by anew as soon. */
const mostMissed = 8;
/** A channel that lost everything is found out within this. */
const doubtMs = 3000;
/** Bytes before a frame on the wire: what Colyseus calls a message of bytes, and our number for it. */
const prefix = Buffer.from([Protocol.ROOM_DATA_BYTES, movementType]);
/** Bytes of a message without its blocks. */
const overhead = prefix.length + headerBytes;

export function createView(): View {
  return {
    slot: undefined,
    seq: 0,
    ack: undefined,
    correction: undefined,
    ackSent: undefined,
    lastTick: 0,
    syncedTick: 0,
    sentAt: undefined,
    nearSquared: 0,
    missed: [],
    wasLossy: false,
    bytesPerMover: 4.5,
  };
}

export class Frames {
  readonly #poses: Poses;
  readonly #options: FrameOptions;
  readonly #interest: Interest;
  readonly #all: Interest;
  #gatheredAllAt = 0;
  readonly #sweep: Sweep;
  readonly #farTicks: number;
  readonly #idleTicks: number;
  readonly #doubtTicks: number;
  readonly #rested: Rested;
  readonly #smallWorld: number;
  readonly #chosen: Uint16Array = new Uint16Array(maxSlots);
  readonly #blocks: Buffer = Buffer.alloc(1100);
  #sentFrames = 0;
  #sentBytes = 0;

  constructor(poses: Poses, options: FrameOptions) {
    this.#poses = poses;
    this.#options = options;
    this.#farTicks = Math.round((farMs / 1000) * options.tickHz);
    const { minX, maxX, step } = poses.geometry;
    this.#interest = new Interest(poses, (maxX - minX) / step / equallyNear);
    this.#all = new Interest(poses, (maxX - minX) / step / equallyNear);
    this.#sweep = new Sweep(this.#farTicks, options.largeBytes);
    this.#smallWorld = Math.min(smallWorld, Math.floor((options.smallBytes - worstBlockBytes) / worstMoverBytes));
    this.#idleTicks = Math.max(1, Math.round(options.tickHz / 4));
    this.#rested = new Rested(poses, this.#idleTicks);
    this.#doubtTicks = Math.round((doubtMs / 1000) * options.tickHz);
  }

  /** Sends this tick's frames and begins the next tick. `time` is server time in ms. */
  send(targets: Iterable<FrameTarget>, time: number): void {
    const poses = this.#poses;
    const isSmall = poses.ordered().length <= this.#smallWorld;
    let shared = -1;
    if (!isSmall) {
      this.#sweep.advance(poses.slots);
      this.#interest.gather(poses.tick - this.#farTicks);
    }
    for (const target of targets) {
      // what is wrong with one client must not keep their frames from the others
      try {
        shared = this.#sendTo(target, time, isSmall, shared);
      } catch (error) {
        shared = -1;
        this.#options.onError(error);
      }
    }
    if (this.#sentFrames > 0) this.#options.onSent(this.#sentFrames, this.#sentBytes);
    this.#sentFrames = 0;
    this.#sentBytes = 0;
    poses.tick++;
  }

  /** `shared`: bytes of the blocks that hold for all who are in step, or -1 if they are to be encoded. Returns that. */
  #sendTo(target: FrameTarget, time: number, isSmall: boolean, shared: number): number {
    const { view } = target;
    const { tick } = this.#poses;
    this.#allowForLoss(target, time);
    if (target.isBehind()) {
      this.#options.onDropped();
      return shared;
    }
    if (!isSmall) {
      const spans = [this.#sweep.span, ...view.missed.splice(0, 1)];
      const bytes = this.#encodeChoice(view, spans);
      this.#sendFrame(target, time, bytes, () => {
        view.missed = [...view.missed, ...spans].slice(-mostMissed);
      });
      return shared;
    }
    const isInStep = view.syncedTick === tick - 1;
    const bytes = isInStep && shared >= 0 ? shared : this.#encodeSince(view.syncedTick);
    if (!isInStep) view.sentAt = undefined;
    this.#sendFrame(target, time, bytes);
    view.syncedTick = tick;
    return isInStep ? bytes : -1;
  }

  /** What rests is told reliably while frames may be lost; when they are not any more, what was sent lately is sent again. */
  #allowForLoss(target: FrameTarget, time: number): void {
    const { view } = target;
    const isLossy = target.isLossy();
    if (view.wasLossy && !isLossy) this.#doubt(view);
    if (isLossy && !view.wasLossy) {
      // what it was not sent yet would go by a frame that may be lost, after it was told to everyone
      const { sentAt, syncedTick } = view;
      this.#tellRested(target, time, this.#rested.missed(sentAt ? (slot) => sentAt[slot] ?? 0 : () => syncedTick));
    }
    if (isLossy) this.#tellRested(target, time, this.#rested.due());
    view.wasLossy = isLossy;
  }

  #tellRested(target: FrameTarget, time: number, blocks: Buffer): void {
    if (blocks.length === 0) return;
    const { seq, ack } = target.view;
    const header = { seq, time, ack, correction: undefined, isReliable: true };
    target.sendReliably(this.#encodeFrame(header, blocks, blocks.length));
    this.#count(overhead + blocks.length);
  }

  #doubt(view: View): void {
    const sure = Math.max(0, this.#poses.tick - this.#doubtTicks);
    view.syncedTick = Math.min(view.syncedTick, sure);
    if (view.sentAt) for (let i = 0; i < view.sentAt.length; i++) view.sentAt[i] = Math.min(view.sentAt[i]!, sure);
  }

  /** Encodes all that changed after `tick`; returns the number of bytes. */
  #encodeSince(tick: number): number {
    const { changedAt } = this.#poses;
    let count = 0;
    for (const slot of this.#poses.ordered()) if (changedAt[slot]! > tick) this.#chosen[count++] = slot;
    return writeBlocks(this.#blocks, 0, this.#options.smallBytes - overhead, this.#poses, this.#chosen, count);
  }

  /** `spans`: what goes of those who may be far. */
  #encodeChoice(view: View, spans: readonly Span[]): number {
    const poses = this.#poses;
    const sentAt = this.#sentAt(view);
    const isFirst = view.lastTick === 0;
    const budget = isFirst ? this.#options.smallBytes : this.#options.largeBytes;
    const end = budget - overhead - (view.correction ? correctionBytes : 0);
    let swept = 0;
    for (const span of spans) swept = this.#sweep.write(this.#blocks, swept, end, poses, sentAt, span);
    const room = Math.floor((end - swept) / view.bytesPerMover);
    const interest = isFirst ? this.#interestInAll() : this.#interest;
    const count = interest.choose(sentAt, view, room, this.#chosen);
    let written = 0;
    const bytes = writeBlocks(this.#blocks, swept, end, poses, this.#chosen, count, (slot) => {
      sentAt[slot] = poses.tick;
      written++;
    });
    if (written > 8) adapt(view, (bytes - swept) / written, written < count);
    return bytes;
  }

  /** For who has just come, to whom those at rest are news too. */
  #interestInAll(): Interest {
    if (this.#gatheredAllAt !== this.#poses.tick) this.#all.gather(0);
    this.#gatheredAllAt = this.#poses.tick;
    return this.#all;
  }

  /** What `view` was sent when, with room for every slot there is. */
  #sentAt(view: View): Uint32Array {
    const { slots } = this.#poses;
    if (view.sentAt && view.sentAt.length >= slots) return view.sentAt;
    const grown = new Uint32Array(Math.min(maxSlots, 2 ** Math.ceil(Math.log2(slots)))).fill(view.syncedTick);
    if (view.sentAt) grown.set(view.sentAt);
    view.sentAt = grown;
    view.syncedTick = 0;
    return grown;
  }

  #sendFrame(target: FrameTarget, time: number, blockBytes: number, onLost?: () => void): void {
    const { view } = target;
    const { tick } = this.#poses;
    const isNews = blockBytes > 0 || view.ack !== view.ackSent || view.correction !== undefined;
    if (!isNews && tick - view.lastTick < this.#idleTicks) return;
    const { ack, correction } = view;
    view.seq = (view.seq + 1) & 0xffff;
    // nobody would correct again what was lost
    const isReliable = correction !== undefined;
    const bytes = this.#encodeFrame({ seq: view.seq, time, ack, correction, isReliable }, this.#blocks, blockBytes);
    if (isReliable) target.sendReliably(bytes);
    else target.send(bytes, onLost);
    view.ackSent = ack;
    view.correction = undefined;
    view.lastTick = tick;
    this.#count(bytes.length - frameMargin);
  }

  #count(bytes: number): void {
    this.#sentFrames++;
    this.#sentBytes += bytes;
  }

  #encodeFrame(header: FrameHeader, blocks: Buffer, blockBytes: number): Buffer {
    const length = overhead + (header.correction ? correctionBytes : 0) + blockBytes;
    const bytes = Buffer.allocUnsafe(frameMargin + length);
    bytes[frameMargin] = prefix[0]!;
    bytes[frameMargin + 1] = prefix[1]!;
    const at = writeHeader(bytes, frameMargin + prefix.length, header);
    blocks.copy(bytes, at, 0, blockBytes);
    return bytes;
  }
}

/** Asks for as many movers as fit: at once for fewer where some did not, slowly for more. */
function adapt(view: View, bytesPerMover: number, isTooMany: boolean): void {
  view.bytesPerMover = isTooMany ? view.bytesPerMover * 1.02 : view.bytesPerMover * 0.95 + bytesPerMover * 1.01 * 0.05;
}
