/**
 * A light client of a chat: joins as a guest, says numbered lines, and notes when each line of anyone arrived. Lines are
 * found in the bytes of patches without decoding them; the roster is decoded when asked for.
 */
import { encode } from "@colyseus/schema";
import { pack, unpack } from "msgpackr";
import { ChatState } from "../../schema/chat.ts";
import { connectionOf, type Guest } from "./lightClient.ts";
import { Mirror } from "./mirror.ts";
import { protocol, Seat, type SeatListener } from "./seat.ts";
import type { Tally } from "./tally.ts";
import type { Weather } from "./weather.ts";

/** What all chatters of a run share. */
export type ChatBench = {
  tally: Tally;
  /** Line `n` reached a client. */
  onLine(n: number): void;
  /** Line `n` was answered: stored as number `seq`. */
  onStored(n: number, seq: number): void;
  onRefused(n: number, reason: unknown): void;
  /** Put behind each line, to make it heavier. */
  more?: string;
};

const mark = Buffer.from("load#");
const digits = 7;

/** The text of line `n`: found again in whatever carries it. */
export function lineOf(n: number): string {
  return `${mark}${String(n).padStart(digits, "0")}, said to whoever listens`;
}

/** The number of a line by its text; undefined for what no load test said. */
export function numberIn(text: string): number | undefined {
  if (!text.startsWith(String(mark))) return undefined;
  return Number(text.slice(mark.length, mark.length + digits));
}

export class Chatter implements SeatListener {
  /** Numbers of the lines that came, in the order in which they came. */
  readonly heard: number[] = [];
  readonly #bench: ChatBench;
  readonly #mirror = new Mirror(new ChatState());
  #seat: Seat | undefined;
  #requests = 0;
  readonly #asked = new Map<number, number>();

  private constructor(bench: ChatBench) {
    this.#bench = bench;
  }

  static async join(
    url: string,
    instance: string,
    guest: Guest,
    bench: ChatBench,
    weather?: Weather,
  ): Promise<Chatter> {
    const chatter = new Chatter(bench);
    const options = { instance, connection: connectionOf(guest) };
    const request = { url, room: "chat", options, token: guest.token, weather };
    chatter.#seat = await Seat.take(request, chatter, bench);
    return chatter;
  }

  get lost(): string | undefined {
    return this.#seat?.lost;
  }

  say(n: number): void {
    const id = this.#requests++ & 0x7f;
    this.#asked.set(id, n);
    const head = Buffer.alloc(16);
    const it = { offset: 1 };
    head[0] = protocol.request;
    encode.number(head, id, it);
    encode.string(head, "say", it);
    this.#seat!.send(
      Buffer.concat([head.subarray(0, it.offset), pack({ text: lineOf(n) + (this.#bench.more ?? ""), id: `n${n}` })]),
    );
  }

  /** Ids of those whom this client believes to be listed, and how many it believes to be online. */
  roster(): { listed: Set<string>; online: number } {
    const state = this.#mirror.state();
    return { listed: new Set(state?.people.keys()), online: state?.online ?? 0 };
  }

  leave(): Promise<void> {
    return this.#seat!.leave();
  }

  onState(bytes: Buffer, isFull: boolean): void {
    this.#mirror.push(bytes, isFull);
    if (isFull) return;
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
      const n = Number(bytes.toString("latin1", at + mark.length, at + mark.length + digits));
      this.heard.push(n);
      this.#bench.onLine(n);
    }
  }

  onResponse(id: number, status: number, bytes: Buffer): void {
    const n = this.#asked.get(id);
    if (n === undefined) return;
    this.#asked.delete(id);
    const answer = unpack(bytes) as { seq: number };
    if (status === 0) this.#bench.onStored(n, answer.seq);
    else this.#bench.onRefused(n, answer);
  }

  onBytes(): void {}

  onData(): void {}
}
