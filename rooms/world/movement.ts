/**
 * Movement of one world: takes the moves of clients by its rules, and sends everyone their frame of each tick.
 * Knows slots and clients, not people.
 */

import { ClientState } from "@colyseus/core";
import type { Piece } from "../../pieces/index.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { isNewer } from "../../schema/frames.ts";
import type { Geometry, Pose } from "../../schema/geometry.ts";
import { decodeMove, movePoses } from "../../schema/moves.ts";
import { backlogOf, sendFrame } from "../colyseus.ts";
import type { DatagramPlugin } from "../plugins/datagram.ts";
import type { SeatClient } from "../seat.ts";
import type { RoomServices } from "../services.ts";
import type { Traffic } from "../traffic.ts";
import { createView, Frames, type FrameTarget } from "./frames.ts";
import { move, Stride, within } from "./motion.ts";
import { Poses } from "./poses.ts";

const scatter = 48;
const decoded: Pose[] = Array.from({ length: movePoses }, () => ({ x: 0, y: 0, z: 0, angle: 0 }));

export class Movement {
  readonly #poses: Poses;
  readonly #frames: Frames;
  readonly #piece: Piece;
  readonly #services: RoomServices;
  readonly #traffic: Traffic;
  readonly #datagrams: DatagramPlugin;
  readonly #targets = new WeakMap<SeatClient, FrameTarget>();
  readonly #strides: (Stride | undefined)[] = [];
  /** Taken since the last frames. */
  #moves = 0;
  /** Whether anything may have changed since the last frames that is to be in the next ones. */
  #isTouched = true;
  /** How many were sent the last frames. */
  #served = 0;
  /** Of this tick's frames: counted once for all. */
  readonly #sent = { datagram: { count: 0, bytes: 0 }, websocket: { count: 0, bytes: 0 } };
  /** Called before the frames of a tick are sent, with what they are made of. */
  onTick = (_time: number): void => {};

  constructor(
    piece: Piece,
    { services, traffic }: { services: RoomServices; traffic: Traffic },
    datagrams: DatagramPlugin,
    tickHz: number,
  ) {
    const { config, metrics } = services;
    this.#piece = piece;
    this.#services = services;
    this.#traffic = traffic;
    this.#datagrams = datagrams;
    this.#poses = new Poses({ ...piece.bounds, ...(piece.step === undefined ? {} : { step: piece.step }) });
    this.#frames = new Frames(this.#poses, {
      tickHz,
      smallBytes: config.frameBytesSmall,
      largeBytes: config.frameBytesLarge,
      onSent: (carrier, bytes) => {
        this.#sent[carrier].count++;
        this.#sent[carrier].bytes += bytes;
      },
      onDropped: () => metrics.framesDropped.inc(),
      onError(error) {
        metrics.errors.inc({ where: "frames" });
        services.log.limited("error", "frames", { error }, "a frame was not sent");
      },
    });
  }

  get poses(): Poses {
    return this.#poses;
  }

  get geometry(): Geometry {
    return this.#poses.geometry;
  }

  allocate(): number | undefined {
    this.#isTouched = true;
    return this.#poses.allocate(performance.now());
  }

  free(slot: number): void {
    this.#isTouched = true;
    this.#poses.free(slot, performance.now());
    this.#strides[slot] = undefined;
  }

  poseOf(slot: number): Readonly<Pose> | undefined {
    return this.#poses.get(slot);
  }

  /** Puts someone who has just come where they were, or near the start of the piece. */
  start(slot: number, saved: Pose | undefined): void {
    const start = this.#piece.start;
    const angle = slot * 2.4;
    const away = scatter * Math.sqrt((slot % 64) / 64);
    const pose =
      saved ?? (start && { x: start.x + away * Math.cos(angle), y: start.y + away * Math.sin(angle), z: 0, angle: 0 });
    if (pose) this.put(slot, pose);
  }

  /** Puts someone where the rules say. */
  put(slot: number, pose: Readonly<Pose>): void {
    this.#isTouched = true;
    this.#poses.set(slot, within(pose, this.#poses.geometry));
  }

  /** Begins to send frames to a client, from nothing. */
  open(client: SeatClient): void {
    this.#isTouched = true;
    const limit = this.#services.config.backlogFrameBytes;
    const way = this.#datagrams.wayTo(client);
    this.#targets.set(client, {
      view: createView(),
      isLossy: way.isOnDatagrams,
      isBehind: () => !way.isOnDatagrams() && backlogOf(client) > limit,
      send: way.send,
      sendReliably: (frame) => sendFrame(client, frame),
    });
  }

  /** Says which slot a client sees from, and tells it its own pose if that is another one than before. */
  place(client: SeatClient, slot: number | undefined): void {
    const view = this.#targets.get(client)?.view;
    if (!view || view.slot === slot) return;
    this.#isTouched = true;
    view.slot = slot;
    const pose = slot === undefined ? undefined : this.#poses.get(slot);
    view.correction = pose && { ...pose };
  }

  /** Takes a move. Throws BAD_FRAME, or BAD_MESSAGE for a pose that is none. */
  take(client: SeatClient, payload: Uint8Array, now: number): void {
    const view = this.#targets.get(client)?.view;
    const { seq, count } = decodeMove(payload, decoded);
    if (!view || view.slot === undefined) return;
    if (view.ack !== undefined && !isNewer(seq, view.ack)) return;
    const fresh = view.ack === undefined ? count : Math.min(count, (seq - view.ack) & 0xffff);
    this.#isTouched = true;
    view.ack = seq;
    this.#moves++;
    for (let i = fresh - 1; i >= 0; i--) this.#apply(view.slot, decoded[i]!, now, view);
  }

  #apply(slot: number, wanted: Pose, now: number, view: { correction: Pose | undefined }): void {
    const stride = this.#strides[slot] ?? new Stride(this.#piece.maxSpeed, now);
    this.#strides[slot] = stride;
    const from = this.#poses.get(slot);
    const moved = move(from, wanted, this.#poses.geometry, stride, now);
    if (!moved) {
      if (from) view.correction = { ...from };
      throw new HereaboutsError("BAD_MESSAGE", "A pose has a number that is not finite.");
    }
    this.#poses.set(slot, moved.pose);
    if (moved.corrected) this.#services.metrics.corrections.inc({ reason: moved.corrected });
    // what was to be told before this move, of the same tick, is past
    if (moved.corrected || view.correction) view.correction = { ...moved.pose };
  }

  /** Is this tick, where there is nothing to send in it. False: it is `sendFrames`'s. */
  rest(clients: { readonly length: number }): boolean {
    const isAtRest = !this.#isTouched && clients.length === this.#served && this.#frames.isAtRest;
    if (isAtRest) this.#frames.pass();
    return isAtRest;
  }

  sendFrames(clients: Iterable<SeatClient>, time: number): void {
    this.onTick(time);
    this.#isTouched = false;
    const joined = this.#joined(clients);
    this.#served = joined.length;
    this.#frames.send(joined, time);
    this.#count(time);
  }

  #count(time: number): void {
    if (this.#moves > 0) this.#services.metrics.moves.inc(this.#moves);
    this.#moves = 0;
    for (const carrier of ["datagram", "websocket"] as const) {
      const sent = this.#sent[carrier];
      if (sent.count === 0) continue;
      const total = this.#services.metrics.frames[carrier];
      total.count += sent.count;
      total.bytes += sent.bytes;
      this.#traffic.frames.add(sent.count, time);
      this.#traffic.bytes.add(sent.bytes, time);
      sent.count = 0;
      sent.bytes = 0;
    }
  }

  #joined(clients: Iterable<SeatClient>): FrameTarget[] {
    const joined: FrameTarget[] = [];
    for (const client of clients) {
      const target = client.state === ClientState.JOINED ? this.#targets.get(client) : undefined;
      if (target) joined.push(target);
    }
    return joined;
  }
}
