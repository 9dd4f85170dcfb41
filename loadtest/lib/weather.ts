/**
 * One direction of a network with weather: what is sent comes out late, twice, in another order or not at all. The same
 * seed makes the same weather. It has no clock and no sockets: whoever turns the crank says what time it is, and brings
 * packets of any kind.
 */
import { randomOf } from "../../web/shared/seed.ts";

export type Weather = {
  delayMs: number;
  /** Up to this much longer, evenly; it keeps the order. */
  jitterMs: number;
  /** Shares of packets, 0 to 1. */
  loss: number;
  duplicate: number;
  reorder: number;
  /** How much later a reordered packet comes; those behind it overtake it. */
  reorderMs: number;
  /** Above 0: nothing is lost or overtaken; what would be comes so much later, or reorderMs, and all behind it wait: as by TCP. */
  repairMs: number;
  /** What the link carries; Infinity: no limit. */
  bytesPerSecond: number;
  /** Packets that would wait longer than this for a busy link are lost. */
  queueMs: number;
};

export const fairWeather: Weather = {
  delayMs: 0,
  jitterMs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderMs: 20,
  repairMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  queueMs: 500,
};

type Underway<Packet> = { packet: Packet; at: number };

export class Link<Packet extends { readonly length: number } = Uint8Array> {
  readonly counts = { sent: 0, lost: 0, overflowed: 0, duplicated: 0, reordered: 0, delivered: 0 };
  readonly #random: () => number;
  #weather: Weather;
  /** By time of arrival; the order of sending where that is equal. */
  readonly #underway: Underway<Packet>[] = [];
  #busyUntil = Number.NEGATIVE_INFINITY;
  #lastArrival = Number.NEGATIVE_INFINITY;

  constructor(weather: Partial<Weather>, seed: number) {
    this.#weather = { ...fairWeather, ...weather };
    this.#random = randomOf(seed);
  }

  /** Changes the weather from now on; what is underway arrives as it would have. */
  change(weather: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...weather };
  }

  get underway(): number {
    return this.#underway.length;
  }

  /** When the next packet arrives. */
  get nextAt(): number | undefined {
    return this.#underway[0]?.at;
  }

  send(packet: Packet, now: number): void {
    const { delayMs, jitterMs, loss, duplicate, reorder, reorderMs, repairMs, bytesPerSecond, queueMs } = this.#weather;
    this.counts.sent++;
    const freeAt = Math.max(now, this.#busyUntil);
    if (freeAt - now > queueMs) {
      this.counts.overflowed++;
      return;
    }
    this.#busyUntil = freeAt + (packet.length / bytesPerSecond) * 1000;
    // As many draws for every packet, so that a change of one figure leaves the other dice as they were.
    const [toLose, toDouble, toReorder, toJitter] = [this.#random(), this.#random(), this.#random(), this.#random()];
    const isLost = toLose < loss;
    if (isLost) this.counts.lost++;
    if (isLost && repairMs === 0) return;
    let at = this.#busyUntil + delayMs + toJitter * jitterMs + (isLost ? repairMs : 0);
    if (toReorder < reorder) {
      this.counts.reordered++;
      at += reorderMs;
    }
    if (toReorder >= reorder || repairMs > 0) at = this.#lastArrival = Math.max(at, this.#lastArrival);
    this.#insert(packet, at);
    if (toDouble < duplicate) {
      this.counts.duplicated++;
      this.#insert(packet, at);
    }
  }

  /** Takes out what has arrived by `now`, in the order of arrival. */
  due(now: number): Packet[] {
    let count = 0;
    while (count < this.#underway.length && this.#underway[count]!.at <= now) count++;
    this.counts.delivered += count;
    return this.#underway.splice(0, count).map(({ packet }) => packet);
  }

  #insert(packet: Packet, at: number): void {
    let index = this.#underway.length;
    while (index > 0 && this.#underway[index - 1]!.at > at) index--;
    this.#underway.splice(index, 0, { packet, at });
  }
}
