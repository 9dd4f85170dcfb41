/** Connections of bytes that no library would write: bad HTTP, and seats whose WebSocket frames are bad. */
import { connect } from "node:net";
import { junkSocket } from "../lib/junkSocket.ts";
import { junkWebSocket } from "../lib/junkWebSocket.ts";
import type { Random } from "../lib/random.ts";
import { newGuest, reserve } from "../lib/raw.ts";
import type { FuzzReport } from "./report.ts";
import { UnderWay } from "./under.ts";

const most = 48;

export class Sockets {
  readonly #url: string;
  readonly #random: Random;
  readonly #report: FuzzReport;
  readonly #underWay: UnderWay;

  constructor(url: string, random: Random, report: FuzzReport) {
    this.#url = url;
    this.#random = random;
    this.#report = report;
    this.#underWay = new UnderWay(most, (error) => void report.lost.push(`no seat for bad frames: ${String(error)}`));
  }

  get isFull(): boolean {
    return this.#underWay.isFull;
  }

  http(roomId: string): void {
    this.#report.sent.sockets++;
    this.#underWay.add(this.#send(junkSocket(this.#random, roomId)));
  }

  /** Takes a seat, and is there as long as the server lets it, or a moment. */
  webSocket(): void {
    this.#report.sent.webSockets++;
    const { head, frames } = junkWebSocket(this.#random);
    const work = async () => {
      const { token } = await newGuest(this.#url);
      const { processId, roomId, sessionId } = await reserve(this.#url, token, { slug: "fuzz-frames" });
      await this.#send(Buffer.concat([Buffer.from(head(`/${processId}/${roomId}?sessionId=${sessionId}`)), frames]));
    };
    this.#underWay.add(work());
  }

  ended(): Promise<void> {
    return this.#underWay.ended();
  }

  #send(bytes: Buffer): Promise<void> {
    const { hostname, port } = new URL(this.#url);
    const pauseMs = this.#random.int(150);
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      // a reset in the middle of whatever the server is at
      const reset = setTimeout(() => socket.resetAndDestroy(), 20 + pauseMs);
      socket.on("data", () => {});
      socket.on("error", () => {});
      socket.on("close", () => {
        clearTimeout(reset);
        resolve();
      });
    });
  }
}
