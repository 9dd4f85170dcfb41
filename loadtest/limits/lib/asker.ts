/** A light seat that makes requests: for rooms whose answers are what is measured. */
import { encode } from "@colyseus/schema";
import { pack, unpack } from "msgpackr";
import { connectionOf, type Guest } from "../../lib/lightClient.ts";
import { protocol, Seat, type SeatListener } from "../../lib/seat.ts";
import { createTally } from "../../lib/tally.ts";

const patienceMs = 30_000;

export type Answer = { status: number; data: Record<string, unknown> };

export class Asker implements SeatListener {
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #seat: Seat | undefined;
  #requests = 0;

  static async join(url: string, room: "world" | "chat", place: object, guest: Guest): Promise<Asker> {
    const asker = new Asker();
    const options = { ...place, connection: connectionOf(guest) };
    const request = { url, room, options, token: guest.token };
    asker.#seat = await Seat.take(request, asker, { tally: createTally() });
    return asker;
  }

  get lost(): string | undefined {
    return this.#seat?.lost;
  }

  /** Rejects if no answer comes. */
  ask(type: string, data: object): Promise<Answer> {
    const id = this.#requests++ & 0x7f;
    const head = Buffer.alloc(64);
    const it = { offset: 1 };
    head[0] = protocol.request;
    encode.number(head, id, it);
    encode.string(head, type, it);
    this.send(Buffer.concat([head.subarray(0, it.offset), pack(data)]));
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(
        () => reject(new Error(`no answer to ${type}; ${this.lost ?? "not closed"}`)),
        patienceMs,
      );
      this.#waiting.set(id, (answer) => {
        clearTimeout(giveUp);
        resolve(answer);
      });
    });
  }

  send(bytes: Buffer): void {
    this.#seat!.send(bytes);
  }

  onResponse(id: number, status: number, bytes: Buffer): void {
    const data = bytes.length > 0 ? (unpack(bytes) as Record<string, unknown>) : {};
    this.#waiting.get(id)?.({ status, data });
    this.#waiting.delete(id);
  }

  onState(): void {}
  onBytes(): void {}
  onData(): void {}

  drop(): void {
    this.#seat!.drop();
  }
}
