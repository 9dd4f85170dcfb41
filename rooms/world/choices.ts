/**
 * What each client of a large world gets of it: the near ones by interest, of the far ones those whose turn it is. Clients
 * that see it from the same neighbourhood are one audience and get the same, chosen and encoded once.
 */
import { maxSlots, writeBlocks } from "../../schema/blocks.ts";
import { correctionBytes } from "../../schema/frames.ts";
import type { Pose } from "../../schema/geometry.ts";
import { Audience } from "./audience.ts";
import { Interest } from "./interest.ts";
import { Neighbourhoods } from "./neighbourhoods.ts";
import type { Poses } from "./poses.ts";
import { type Span, Sweep } from "./sweep.ts";

/** A client, as far as it matters here. */
export interface Viewer {
  /** Whose place it sees from; undefined sees from the middle. */
  slot: number | undefined;
  /** 0 before its first frame. */
  lastTick: number;
  /** In a small world: all that changed up to this tick was sent. */
  syncedTick: number;
  /** In a large world. */
  audience: Audience | undefined;
  /** Its own pose, when the server had to change it. */
  correction: Pose | undefined;
  /** What was swept in frames that were lost. */
  missed: Span[];
}

export type ChoicesOptions = {
  tickHz: number;
  /** Of blocks, in a client's first frame and in those that follow. */
  firstBytes: number;
  bytes: number;
};

/** Part of a world's width within which all are equally near. */
const equallyNear = 32;
/** Within this everyone goes to everyone, if the budget allows. What was lost of it follows within 2 s. */
const farMs = 1500;
/** Who walks sees from another neighbourhood within this. */
const partMs = 250;
/** Of a sample that tells what a mover costs. */
const fewest = 8;

export class Choices {
  readonly #poses: Poses;
  readonly #options: ChoicesOptions;
  readonly #interest: Interest;
  readonly #all: Interest;
  #gatheredAllAt = 0;
  readonly #sweep: Sweep;
  readonly #neighbourhoods: Neighbourhoods;
  #audiences: Map<number, Audience> = new Map();
  readonly #farTicks: number;
  readonly #partTicks: number;
  readonly #chosen: Uint16Array = new Uint16Array(maxSlots);
  readonly #blocks: Buffer;

  constructor(poses: Poses, options: ChoicesOptions) {
    this.#poses = poses;
    this.#options = options;
    const { minX, maxX, step } = poses.geometry;
    const leastSteps = (maxX - minX) / step / equallyNear;
    this.#interest = new Interest(poses, leastSteps);
    this.#all = new Interest(poses, leastSteps);
    this.#neighbourhoods = new Neighbourhoods(poses, leastSteps);
    this.#farTicks = Math.round((farMs / 1000) * options.tickHz);
    this.#partTicks = Math.max(1, Math.round((partMs / 1000) * options.tickHz));
    this.#sweep = new Sweep(this.#farTicks, options.bytes);
    this.#blocks = Buffer.alloc(options.firstBytes);
  }

  /** Begins a tick. */
  begin(viewers: readonly Viewer[]): void {
    const { tick, slots } = this.#poses;
    this.#sweep.advance(slots);
    this.#interest.gather(tick - this.#farTicks);
    // what one of them lost is no news to the others, and a correction takes room that they do not miss
    for (const viewer of viewers) if (viewer.missed.length > 0 || viewer.correction) this.leave(viewer);
    if (tick % this.#partTicks === 0) this.#part(viewers);
  }

  /** Blocks for a client, and what of those who may be far is in them. Valid until the next. */
  for(viewer: Viewer): { blocks: Buffer; spans: readonly Span[] } {
    const audience = viewer.audience ?? Audience.ofOne(viewer.slot, viewer.syncedTick);
    viewer.audience = audience;
    viewer.syncedTick = 0;
    const spans = [this.#sweep.span, ...viewer.missed.splice(0, 1)];
    if (!audience.isShared) {
      audience.slot = viewer.slot;
      return { blocks: this.#encode(audience, spans, viewer), spans };
    }
    if (audience.encodedAt !== this.#poses.tick) {
      audience.blocks = Buffer.from(this.#encode(audience, spans));
      audience.encodedAt = this.#poses.tick;
    }
    return { blocks: audience.blocks, spans };
  }

  /** The world is small for now: what the audiences know is not kept for those who may never come. */
  rest(): void {
    this.#audiences.clear();
  }

  /** A client goes on by itself, with what it knows. */
  leave(viewer: Viewer): void {
    const { audience } = viewer;
    if (!audience?.isShared) return;
    viewer.audience = audience.copy(viewer.slot, false);
    // the others may have been sent this tick's blocks already
    viewer.audience.forget(this.#poses.tick);
  }

  /** Makes those who see from the same neighbourhood one audience. */
  #part(viewers: readonly Viewer[]): void {
    this.#neighbourhoods.part();
    const isSteady = ({ audience, lastTick, missed, correction }: Viewer) =>
      audience && lastTick > 0 && missed.length === 0 && !correction;
    const parts = Map.groupBy(viewers.filter(isSteady), ({ slot }) => this.#placeOf(slot));
    const audiences = new Map<number, Audience>();
    for (const [place, members] of parts) {
      const founder = members[0]!;
      const there = this.#audiences.get(place) ?? founder.audience!.copy(founder.slot, true);
      there.slot = this.#middleOf(members);
      audiences.set(place, there);
      for (const member of members) {
        if (member.audience === there) continue;
        if (there.takeIn(member.audience!, this.#poses)) member.audience = there;
        else this.leave(member);
      }
    }
    this.#audiences = audiences;
  }

  /** 0 for those who see from the middle. */
  #placeOf(slot: number | undefined): number {
    return slot === undefined || this.#poses.changedAt[slot] === 0 ? 0 : this.#neighbourhoods.of(slot);
  }

  /** Whose place is nearest to the mean of theirs. */
  #middleOf(members: readonly Viewer[]): number | undefined {
    const { x, y } = this.#poses;
    const slots = members.flatMap(({ slot }) => slot ?? []);
    const mean = (along: Uint16Array) => slots.reduce((sum, slot) => sum + along[slot]!, 0) / slots.length;
    const [meanX, meanY] = [mean(x), mean(y)];
    const away = (slot: number) => (x[slot]! - meanX) ** 2 + (y[slot]! - meanY) ** 2;
    return slots.toSorted((one, other) => away(one) - away(other))[0];
  }

  /** `viewer`: of an audience of one. */
  #encode(audience: Audience, spans: readonly Span[], viewer?: Viewer): Buffer {
    const poses = this.#poses;
    const sentAt = audience.sentAt(poses.slots);
    const isFirst = viewer?.lastTick === 0;
    const end = this.#options[isFirst ? "firstBytes" : "bytes"] - (viewer?.correction ? correctionBytes : 0);
    let swept = 0;
    for (const span of spans) swept = this.#sweep.write(this.#blocks, swept, end, poses, sentAt, span);
    const room = Math.floor((end - swept) / audience.bytesPerMover);
    const interest = isFirst ? this.#interestInAll() : this.#interest;
    const count = interest.choose(sentAt, audience, room, this.#chosen);
    let written = 0;
    const bytes = writeBlocks(this.#blocks, swept, end, poses, this.#chosen, count, (slot) => {
      sentAt[slot] = poses.tick;
      written++;
    });
    if (written > fewest) adapt(audience, (bytes - swept) / written, written < count);
    return this.#blocks.subarray(0, bytes);
  }

  /** For who has just come, to whom those at rest are news too. */
  #interestInAll(): Interest {
    if (this.#gatheredAllAt !== this.#poses.tick) this.#all.gather(0);
    this.#gatheredAllAt = this.#poses.tick;
    return this.#all;
  }
}

/** Asks for as many movers as fit: at once for fewer where some did not, slowly for more. */
function adapt(audience: Audience, bytesPerMover: number, isTooMany: boolean): void {
  const { bytesPerMover: before } = audience;
  audience.bytesPerMover = isTooMany ? before * 1.02 : before * 0.95 + bytesPerMover * 1.01 * 0.05;
}
