/**
 * Sends each client of a world one frame a tick: what changed since it was last sent something, its own acknowledged
 * input, and server time.
 *
 * Up to 100 people everyone gets everything, so the blocks are encoded once and copied. Above, clients get a choice
 * (choices.ts) within a smaller budget. Frames for a socket that is behind are left out, never queued: what
 * they would have carried stays stale for that client and goes with a later frame, so nothing is lost.
 */
import { Protocol } from "@colyseus/core";
import { writeBlocks } from "../../schema/blocks.ts";
import { correctionBytes, type FrameHeader, headerBytes, movementType, writeHeader } from "../../schema/frames.ts";
import { frameMargin } from "../colyseus.ts";
import { Choices, type Viewer } from "./choices.ts";
import type { Poses } from "./poses.ts";
import { Rested } from "./rested.ts";

/** What a frame went by; "kept": by the WebSocket, and its memory must stay as it is. */
export type Sent = "datagram" | "websocket" | "kept";

/** One client's side of the frames it is sent. */
export interface View extends Viewer {
  seq: number;
  /** Newest input taken from this client; undefined before the first. */
  ack: number | undefined;
  ackSent: number | undefined;
  wasLossy: boolean;
}

export interface FrameTarget {
  readonly view: View;
  /** Some of what is sent to it now may be lost. */
  isLossy(): boolean;
  /** Unsent bytes above the limit: nothing may be added. */
  isBehind(): boolean;
  /** Takes a message with `frameMargin` free bytes before it; says how it went. `onLost` is called once it is known to be lost. */
  send(bytes: Buffer, onLost?: () => void): Sent;
  /** As `send`, by a way on which nothing is lost. The memory is kept. */
  sendReliably(bytes: Buffer): void;
}

export interface FrameOptions {
  tickHz: number;
  smallBytes: number;
  largeBytes: number;
  /** For each frame. */
  onSent(carrier: "datagram" | "websocket", bytes: number): void;
  onDropped(): void;
  /** A client's frame was not sent. */
  onError(error: unknown): void;
}

const smallWorld = 100;
/** What a mover with a third axis and an angle costs, and the blocks of movers that share nothing. */
const worstMoverBytes = 8;
const worstBlockBytes = 300;
/** Spans of the sweep that wait to go again: more than these come by anew as soon. */
const mostMissed = 8;
/** A channel that lost everything is found out within this. */
const doubtMs = 3000;
/** How long there is no news before frames without any come seldom. */
const quietMs = 5000;
/** Bytes before a frame on the wire: what Colyseus calls a message of bytes, and our number for it. */
const prefix = Buffer.from([Protocol.ROOM_DATA_BYTES, movementType]);
/** Bytes of a message without its blocks. */
const overhead = prefix.length + headerBytes;
/** Where blocks stand in a frame without a correction. */
const blocksAt = frameMargin + overhead;

export function createView(): View {
  return {
    slot: undefined,
    seq: 0,
    ack: undefined,
    correction: undefined,
    ackSent: undefined,
    lastTick: 0,
    syncedTick: 0,
    audience: undefined,
    missed: [],
    wasLossy: false,
  };
}

export class Frames {
  readonly #poses: Poses;
  readonly #options: FrameOptions;
  /** Made for the first tick in which the world is large. */
  #choices: Choices | undefined;
  /** Between two frames without news, and how long there is no news before these are a second apart. */
  readonly #idleTicks: number;
  readonly #quietTicks: number;
  readonly #doubtTicks: number;
  readonly #rested: Rested;
  readonly #smallWorld: number;
  readonly #chosen: Uint16Array = new Uint16Array(smallWorld);
  /** The frame at hand: made in the same memory for each client, where blocks that hold for all of them stay. */
  #memory: Buffer;
  /** As much of it as was sent last. */
  #frame: Buffer = Buffer.alloc(0);
  /** The tick of the last frames, and of the last with news. */
  #before = 0;
  #newsAt = 0;
  #isAtRest = false;

  constructor(poses: Poses, options: FrameOptions) {
    this.#poses = poses;
    this.#options = options;
    this.#smallWorld = Math.min(smallWorld, Math.floor((options.smallBytes - worstBlockBytes) / worstMoverBytes));
    this.#idleTicks = Math.max(1, Math.floor(options.tickHz / 4));
    this.#rested = new Rested(poses, this.#idleTicks);
    this.#quietTicks = Math.round((quietMs / 1000) * options.tickHz);
    this.#doubtTicks = Math.round((doubtMs / 1000) * options.tickHz);
    this.#memory = Buffer.alloc(frameMargin + Math.max(options.smallBytes, options.largeBytes));
    prefix.copy(this.#memory, frameMargin);
  }

  /** Everyone has been told everything, and until something changes this tick has nothing to be sent. */
  get isAtRest(): boolean {
    return this.#isAtRest && !this.#isDue(false);
  }

  /** Whether this tick has frames without news: the same ticks for all, so that a world at rest is looked after in these alone. */
  #isDue(isLossy: boolean): boolean {
    const { tick } = this.#poses;
    // who may have lost the last one is told of it soon
    const isQuiet = !isLossy && tick - this.#newsAt > this.#quietTicks;
    return tick % (isQuiet ? Math.round(this.#options.tickHz) : this.#idleTicks) === 0;
  }

  /** In place of `send`, at rest. */
  pass(): void {
    this.#poses.tick++;
  }

  /** Sends this tick's frames and begins the next tick. `time` is server time in ms. */
  send(targets: readonly FrameTarget[], time: number): void {
    const poses = this.#poses;
    const isSmall = poses.ordered().length <= this.#smallWorld;
    let shared = -1;
    this.#isAtRest = isSmall;
    const choices = isSmall ? undefined : this.#choicesOf(targets);
    if (isSmall) this.#choices?.rest();
    for (const target of targets) {
      // what is wrong with one client must not keep their frames from the others
      try {
        shared = this.#sendTo(target, time, choices, shared);
      } catch (error) {
        shared = -1;
        this.#isAtRest = false;
        this.#renew();
        // it has not got what it was to be sent: it begins anew
        target.view.audience = undefined;
        target.view.syncedTick = 0;
        this.#options.onError(error);
      }
    }
    this.#before = poses.tick++;
  }

  /** In a large world: what each gets, with this tick begun. */
  #choicesOf(targets: readonly FrameTarget[]): Choices {
    const { tickHz, smallBytes, largeBytes } = this.#options;
    const bytes = { firstBytes: smallBytes - overhead, bytes: largeBytes - overhead };
    this.#choices ??= new Choices(this.#poses, { tickHz, ...bytes });
    this.#choices.begin(targets.map(({ view }) => view));
    return this.#choices;
  }

  /** `shared`: bytes of the blocks that hold for all who are in step, or -1 if they are to be encoded. Returns that. */
  #sendTo(target: FrameTarget, time: number, choices: Choices | undefined, shared: number): number {
    const { view } = target;
    const { tick } = this.#poses;
    this.#allowForLoss(target, time);
    if (target.isBehind()) {
      this.#isAtRest = false;
      this.#choices?.leave(view);
      this.#options.onDropped();
      return shared;
    }
    if (choices) {
      const { blocks, spans } = choices.for(view);
      blocks.copy(this.#memory, blocksAt);
      this.#sendFrame(target, time, blocks.length, () => {
        view.missed = [...view.missed, ...spans].slice(-mostMissed);
      });
      return shared;
    }
    const isInStep = view.syncedTick === this.#before;
    const bytes = isInStep && shared >= 0 ? shared : this.#encodeSince(view.syncedTick);
    if (!isInStep) view.audience = undefined;
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
      this.#choices?.leave(view);
      const { audience, syncedTick } = view;
      const sentAt = audience?.sentAt(this.#poses.slots);
      this.#tellRested(target, time, this.#rested.missed(sentAt ? (slot) => sentAt[slot]! : () => syncedTick));
    }
    if (isLossy) {
      this.#isAtRest = false;
      this.#tellRested(target, time, this.#rested.due());
    }
    view.wasLossy = isLossy;
  }

  #tellRested(target: FrameTarget, time: number, blocks: Buffer): void {
    if (blocks.length === 0) return;
    const { seq, ack } = target.view;
    const header = { seq, time, ack, correction: undefined, isReliable: true };
    target.sendReliably(this.#encodeFrame(header, blocks));
    this.#options.onSent("websocket", overhead + blocks.length);
  }

  #doubt(view: View): void {
    const sure = Math.max(0, this.#poses.tick - this.#doubtTicks);
    view.syncedTick = Math.min(view.syncedTick, sure);
    this.#choices?.leave(view);
    view.audience?.doubt(sure);
  }

  /** Encodes all that changed after `tick` into the frame at hand; returns the number of bytes. */
  #encodeSince(tick: number): number {
    const { changedAt } = this.#poses;
    let count = 0;
    for (const slot of this.#poses.ordered()) if (changedAt[slot]! > tick) this.#chosen[count++] = slot;
    const end = frameMargin + this.#options.smallBytes;
    return writeBlocks(this.#memory, blocksAt, end, this.#poses, this.#chosen, count) - blocksAt;
  }

  /** Sends the frame at hand, with `bytes` of blocks, if there is news in it. */
  #sendFrame(target: FrameTarget, time: number, bytes: number, onLost?: () => void): void {
    const { view } = target;
    const { tick } = this.#poses;
    const isFirst = view.lastTick === 0;
    const isNews = bytes > 0 || isFirst || view.ack !== view.ackSent || view.correction !== undefined;
    if (isNews) this.#newsAt = tick;
    else if (!this.#isDue(view.wasLossy)) return;
    const { ack, correction } = view;
    view.seq = (view.seq + 1) & 0xffff;
    const header = { seq: view.seq, time, ack, correction, isReliable: correction !== undefined };
    if (correction) {
      // nobody would correct again what was lost
      const blocks = this.#memory.subarray(blocksAt, blocksAt + bytes);
      target.sendReliably(this.#encodeFrame(header, blocks));
      this.#options.onSent("websocket", overhead + correctionBytes + bytes);
    } else {
      writeHeader(this.#memory, frameMargin + prefix.length, header);
      if (this.#frame.length !== blocksAt + bytes) this.#frame = this.#memory.subarray(0, blocksAt + bytes);
      const sent = target.send(this.#frame, onLost);
      if (sent === "kept") this.#renew();
      this.#options.onSent(sent === "datagram" ? "datagram" : "websocket", overhead + bytes);
    }
    view.ackSent = ack;
    view.correction = undefined;
    view.lastTick = tick;
  }

  /** The same in memory of its own: what it was in is not ours any more. */
  #renew(): void {
    this.#memory = Buffer.from(this.#memory);
    this.#frame = Buffer.alloc(0);
  }

  #encodeFrame(header: FrameHeader, blocks: Buffer): Buffer {
    const length = overhead + (header.correction ? correctionBytes : 0) + blocks.length;
    const bytes = Buffer.allocUnsafe(frameMargin + length);
    bytes[frameMargin] = prefix[0]!;
    bytes[frameMargin + 1] = prefix[1]!;
    const at = writeHeader(bytes, frameMargin + prefix.length, header);
    blocks.copy(bytes, at);
    return bytes;
  }
}
