/**
 * Light clients of the baselines that have no protocol of their own to speak of: bare WebSocket, bare UDP, and Socket.IO over
 * its WebSocket. The counterparts of lib/lightClient.ts: same walk, same rate, same measure.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import WebSocket from "ws";
import { now } from "../lib/clock.ts";
import type { Bench, View } from "../lib/view.ts";
import { moveBytes, poseBytes, tickMs } from "./floor.ts";

export const plainSubjects = ["socketio", "ws", "udp"] as const;
export type PlainSubject = (typeof plainSubjects)[number];

/** How it sends, and ends. */
type Way = { send(bytes: Buffer | string): void; end(): void };

/** float32 of the walk's coordinates. */
const tolerance = 0.01;
/** Of Engine.IO 4 and Socket.IO 5: the packets that open a connection, keep it, and carry an event. */
const [opened, ping, pong, connect, event] = ["0", "2", "3", "40", '42["move",'] as const;

export class PlainClient {
  readonly #mover: number;
  readonly #view: View;
  readonly #bench: Bench;
  readonly #isSocketIo: boolean;
  readonly #seen = new Set<string>();
  readonly #message = Buffer.alloc(moveBytes);
  #way: Way | undefined;
  #stockAt = 0;
  #isLeaving = false;
  lost: string | undefined;

  private constructor(subject: PlainSubject, mover: number, view: View, bench: Bench) {
    this.#mover = mover;
    this.#view = view;
    this.#bench = bench;
    this.#isSocketIo = subject === "socketio";
    this.#seen.add(String(mover));
    this.#message.writeUInt16LE(mover, 0);
    view.tolerance = tolerance;
  }

  static async join(subject: PlainSubject, url: string, mover: number, view: View, bench: Bench): Promise<PlainClient> {
    const client = new PlainClient(subject, mover, view, bench);
    client.#way = await (subject === "udp" ? client.#openUdp(url) : client.#openSocket(url));
    return client;
  }

  move(x: number, y: number): void {
    this.#bench.tally.moves++;
    if (this.#isSocketIo) {
      this.#way!.send(`${event}${JSON.stringify({ id: this.#mover, x, y })}]`);
      return;
    }
    this.#message.writeFloatLE(x, 2);
    this.#message.writeFloatLE(y, 6);
    this.#way!.send(this.#message);
  }

  roster(): Set<string> {
    return this.#seen;
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#way?.end();
  }

  async #openUdp(url: string): Promise<Way> {
    const { hostname, port } = new URL(url);
    const socket = createSocket("udp4");
    socket.bind(0);
    await once(socket, "listening");
    socket.on("message", (frame) => this.#take(frame, 0));
    socket.on("error", (error) => (this.lost = String(error)));
    return {
      send: (bytes) => {
        this.#bench.tally.wireUp += bytes.length;
        socket.send(Buffer.from(bytes as Buffer), Number(port), hostname);
      },
      end: () => socket.close(),
    };
  }

  async #openSocket(url: string): Promise<Way> {
    const path = this.#isSocketIo ? "/socket.io/?EIO=4&transport=websocket" : "";
    const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, { perMessageDeflate: false });
    const isOpen = Promise.withResolvers<void>();
    socket.on("open", () => this.#isSocketIo || isOpen.resolve());
    socket.on("error", (error) => isOpen.reject(error));
    socket.on("close", (code) => {
      if (!this.#isLeaving) this.lost = String(code);
    });
    socket.on("message", (bytes: Buffer) => {
      const head = bytes.length < 126 ? 2 : 4;
      if (!this.#isSocketIo) this.#take(bytes, head);
      else if (bytes.length > event.length && bytes[0] === 0x34 && bytes[1] === 0x32) this.#hear(bytes, head);
      else {
        const text = bytes.toString();
        if (text.startsWith(opened)) socket.send(connect);
        else if (text.startsWith(connect)) isOpen.resolve();
        else if (text === ping) socket.send(pong);
      }
    });
    await isOpen.promise;
    return {
      send: (bytes) => {
        this.#bench.tally.wireUp += bytes.length + 6;
        if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
      },
      end: () => socket.terminate(),
    };
  }

  /** A frame of the floor: poses one after the other. */
  #take(frame: Buffer, head: number): void {
    this.#count(frame, head);
    this.#view.begin(now());
    for (let at = 0; at + poseBytes <= frame.length; at += poseBytes) {
      this.#see(frame.readUInt16LE(at), frame.readFloatLE(at + 2), frame.readFloatLE(at + 6));
    }
    this.#view.end();
  }

  /** A move of one other: stock is taken as often as others get frames, for there are as many messages as movers. */
  #hear(bytes: Buffer, head: number): void {
    this.#count(bytes, head);
    const at = now();
    if (this.#stockAt === 0) this.#stockAt = at;
    const { id, x, y } = JSON.parse(bytes.toString("latin1", event.length, bytes.length - 1)) as Record<string, number>;
    this.#view.begin(at);
    this.#see(id!, x!, y!);
    if (at - this.#stockAt < tickMs) return;
    this.#view.end();
    this.#stockAt = at;
  }

  #see(mover: number, x: number, y: number): void {
    this.#seen.add(String(mover));
    this.#view.see(mover, x, y);
  }

  #count(bytes: Buffer, head: number): void {
    const { tally } = this.#bench;
    tally.payloadDown += bytes.length;
    tally.wireDown += bytes.length + head;
    if (bytes.length > tally.largestFrame) tally.largestFrame = bytes.length;
  }
}
