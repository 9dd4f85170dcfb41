/**
 * A light client of the baseline, the counterpart of lib/lightClient.ts: same walk, same rate, same measure. After each
 * patch it takes stock of every player, so that ages compare with those of frames that hold everyone.
 */
import { now } from "../lib/clock.ts";
import { Mirror } from "../lib/mirror.ts";
import { protocol, Seat, type SeatListener } from "../lib/seat.ts";
import type { Bench, View } from "../lib/view.ts";
import { ArenaState } from "./arena.ts";

/** float32 of the walk's coordinates: far finer than a stride, far coarser than its rounding. */
const tolerance = 0.01;

/** ROOM_DATA, the type "move" as @colyseus/schema writes strings, and msgpack of { x, y } with doubles, as the SDK sends. */
const message = Buffer.from([
  protocol.data,
  0xa4,
  ...Buffer.from("move"),
  0x82,
  0xa1,
  0x78,
  0xcb,
  ...new Uint8Array(8),
  0xa1,
  0x79,
  0xcb,
  ...new Uint8Array(8),
]);
const xAt = 10;
const yAt = 21;

export class ColyseusClient implements SeatListener {
  readonly #view: View;
  readonly #bench: Bench;
  readonly #mirror = new Mirror(new ArenaState());
  #seat: Seat | undefined;

  private constructor(view: View, bench: Bench) {
    this.#view = view;
    this.#bench = bench;
    view.tolerance = tolerance;
  }

  static async join(url: string, mover: number, view: View, bench: Bench): Promise<ColyseusClient> {
    const client = new ColyseusClient(view, bench);
    client.#seat = await Seat.take({ url, room: "arena", options: { name: String(mover) } }, client, bench);
    return client;
  }

  get lost(): string | undefined {
    return this.#seat?.lost;
  }

  move(x: number, y: number): void {
    message.writeDoubleBE(x, xAt);
    message.writeDoubleBE(y, yAt);
    this.#bench.tally.moves++;
    this.#seat!.send(message);
  }

  /** Indices of the movers whom this client believes to be in the room. */
  roster(): Set<string> {
    const names = new Set<string>();
    for (const player of this.#mirror.state()?.players.values() ?? []) names.add(player.name);
    return names;
  }

  async leave(): Promise<void> {
    await this.#seat?.leave();
  }

  onState(bytes: Buffer, isFull: boolean): void {
    const at = now();
    const { tally } = this.#bench;
    if (bytes.length > tally.largestFrame) tally.largestFrame = bytes.length;
    this.#mirror.push(bytes, isFull);
    const state = this.#mirror.state();
    if (!state) return;
    this.#view.begin(at);
    for (const player of state.players.values()) this.#view.see(Number(player.name), player.x, player.y);
    this.#view.end();
  }

  onBytes(): void {}

  onData(): void {}
}
