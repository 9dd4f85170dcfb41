/** Seats in worlds, chats and an audio session that send bad frames and datagrams, and are taken again when they were lost. */
import { writeDatagram } from "../../schema/datagrams.ts";
import { createTestClient, type TestClient } from "../../services/datagram/carrier/testing/client.ts";
import type { RoomKind } from "../lib/honest.ts";
import { junkFrame, oversizeFrame } from "../lib/junk.ts";
import type { Random } from "../lib/random.ts";
import { joinAudio, joinChat, joinWorld, newGuest, type RawClient } from "../lib/raw.ts";
import { count, type FuzzReport } from "./report.ts";
import { UnderWay } from "./under.ts";

const slugs = ["field", "fuzz-a", "fuzz-b", "paint", "bells", "puck"];
/** Shown to everyone in the world: whole, or not at all. */
const names = ["Mallory", "half \ud83d", "\udc00", "", "\u202e\u0000", "𝕏".repeat(200), "<b>", "__proto__"];
/** In which room each seat is. */
const rooms: readonly RoomKind[] = ["chat", "world", "world", "audio", "chat", "world"];
const seatCount = 24;
const kept = 12;
/** Part of the frames that go as datagrams, where there is a channel; and part of those with anything for a header. */
const [datagramPart, headlessPart] = [0.1, 0.1];
const maxDatagramPayload = 1100;
const sentAs = { world: "frames", chat: "chatFrames", audio: "audioFrames" } as const;

export interface Seat {
  readonly client: RawClient;
  readonly room: RoomKind;
  /** "world:field" */
  readonly key: string;
  readonly token: string;
  readonly last: (Buffer | string)[];
  readonly peer?: TestClient;
}

export class Seats {
  readonly all: Seat[] = [];
  readonly #url: string;
  readonly #tokens: readonly string[];
  readonly #random: Random;
  readonly #report: FuzzReport;
  readonly #rejoining: UnderWay;
  #taken = 0;

  /** `tokens`: of those who may do more than guests. */
  constructor(url: string, tokens: readonly string[], random: Random, report: FuzzReport) {
    this.#url = url;
    this.#tokens = tokens;
    this.#random = random;
    this.#report = report;
    const lost = (error: unknown) => void report.lost.push(`a fuzzing seat could not join again: ${String(error)}`);
    this.#rejoining = new UnderWay(seatCount, lost);
  }

  async take(): Promise<void> {
    for (let i = 0; i < seatCount; i++) await this.#sit(rooms[i % rooms.length]!);
  }

  async #sit(room: RoomKind): Promise<void> {
    const guest = await newGuest(this.#url, this.#random.pick(names));
    const seat = await this.#join(room, guest.token);
    this.all.push(seat);
    void seat.client.whenClosed.then(({ code, reason }) => {
      count(this.#report.closes, code);
      this.all.splice(this.all.indexOf(seat), 1);
      if (code === 1009) return this.#rejoining.add(this.#sit(room));
      const shown = seat.last.map((one) => (typeof one === "string" ? JSON.stringify(one) : one.toString("hex")));
      this.#report.lost.push(
        `${code} ${reason} in ${seat.key} after ${shown.map((text) => text.slice(0, 200)).join(" ")}`,
      );
    });
  }

  /** In a chat as a guest, or as one of those who may do more. */
  async #join(room: RoomKind, token: string): Promise<Seat> {
    switch (room) {
      case "world":
        return this.#joinWorld(slugs[this.#taken++ % slugs.length]!, token);
      case "chat": {
        const own = this.#random.pick([token, ...this.#tokens]);
        return {
          client: await joinChat(this.#url, "fuzz-chat", own),
          room,
          key: "chat:fuzz-chat",
          token: own,
          last: [],
        };
      }
      case "audio":
        return { client: await joinAudio(this.#url, "master", token), room, key: "audio:master", token, last: [] };
    }
  }

  async #joinWorld(slug: string, token: string): Promise<Seat> {
    const client = await joinWorld(this.#url, { slug, guest: { token, id: "", handle: "" } });
    const peer = await createTestClient();
    void client.whenClosed.then(() => peer.close());
    const { data } = (await client.request("offer", { offer: peer.offer }))!;
    await peer.accept((data as { answer: string }).answer);
    await peer.opened;
    return { client, room: "world", key: `world:${slug}`, token, last: [], peer };
  }

  /** Nobody is there, and nobody comes again: the server has ended, or refuses everyone. */
  get isOver(): boolean {
    return this.all.length === 0 && this.#rejoining.isEmpty;
  }

  /** A room whose people may be disturbed, by its id. */
  get disturbed(): string {
    return (this.all.find(({ key }) => key === "world:fuzz-a") ?? this.all[0]!).client.reservation.roomId;
  }

  /** Sends one bad frame. False if there is nobody to. */
  frame(): boolean {
    if (this.all.length === 0) return false;
    const seat = this.#random.pick(this.all);
    const frame = junkFrame(this.#random, seat.room);
    if (seat.peer && this.#random.chance(datagramPart) && this.#datagram(seat.peer, frame)) return true;
    seat.client.send(frame);
    seat.last.push(frame);
    if (seat.last.length > kept) seat.last.shift();
    this.#report.sent[sentAs[seat.room]]++;
    return true;
  }

  /** False where its channel is closed. */
  #datagram(peer: TestClient, frame: Buffer | string): boolean {
    const isHeadless = typeof frame === "string" || this.#random.chance(headlessPart);
    const header = { seq: this.#random.int(65_536), echo: undefined };
    try {
      peer.send(isHeadless ? frame : writeDatagram(header, frame.subarray(0, maxDatagramPayload)));
    } catch {
      return false;
    }
    this.#report.sent.datagrams++;
    return true;
  }

  oversize(): boolean {
    if (this.all.length < seatCount / 2) return false;
    this.#random.pick(this.all).client.send(oversizeFrame(this.#random));
    this.#report.sent.oversize++;
    return true;
  }

  /** Asks all of them something honest, and leaves. */
  async end(): Promise<void> {
    await this.#rejoining.ended();
    this.#report.open = this.all.length;
    // bad requests had any number: an answer to one of them is none to ours
    for (const { client } of this.all) client.answers.length = 0;
    const ask = ({ client }: Seat) => client.request("attention", { attention: "visible" });
    const answers = await Promise.all(this.all.map(ask));
    this.#report.answering = answers.filter((answer) => answer?.status === 0).length;
    for (const { client } of [...this.all]) client.socket.terminate();
  }
}
