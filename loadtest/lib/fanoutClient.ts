/** A client of the bare fan-out (baselines/fanout.ts), the counterpart of lib/chatter.ts: same lines, same bytes, same measure. */
import WebSocket from "ws";
import type { ChatBench } from "./chatter.ts";
import { lineOf } from "./chatter.ts";

export class FanoutClient {
  readonly heard: number[] = [];
  readonly #socket: WebSocket;
  readonly #bench: ChatBench;
  readonly #bytes: number;
  lost: string | undefined;

  private constructor(socket: WebSocket, bench: ChatBench, bytes: number) {
    this.#socket = socket;
    this.#bench = bench;
    this.#bytes = bytes;
  }

  /** `bytes`: size of the messages it sends. */
  static async join(url: string, bench: ChatBench, bytes: number): Promise<FanoutClient> {
    const socket = new WebSocket(url.replace("http", "ws"), { perMessageDeflate: false, skipUTF8Validation: true });
    const client = new FanoutClient(socket, bench, bytes);
    socket.on("message", (message: Buffer) => client.#receive(message));
    socket.on("close", (code) => {
      client.lost = String(code);
    });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return client;
  }

  say(n: number): void {
    const message = Buffer.alloc(this.#bytes, 0x20);
    message.write(lineOf(n));
    this.#socket.send(message);
  }

  roster(): { listed: Set<string>; online: number } {
    return { listed: new Set(), online: 0 };
  }

  async leave(): Promise<void> {
    this.lost = undefined;
    this.#socket.terminate();
  }

  #receive(message: Buffer): void {
    const { tally } = this.#bench;
    tally.payloadDown += message.length;
    tally.wireDown += message.length + (message.length < 126 ? 2 : 4);
    const n = Number(message.toString("latin1", 5, 12));
    this.heard.push(n);
    this.#bench.onLine(n);
  }
}
