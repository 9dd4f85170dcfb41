/** Bad requests over HTTP by a client library: plain ones, orders, joins, uploads that break off, and streams left at once. */
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { junkFile, junkName } from "../lib/junkFile.ts";
import { type Credentials, type JunkRequest, joinOptions, junkRequest } from "../lib/junkHttp.ts";
import { junkListen } from "../lib/junkListen.ts";
import { junkOrderRequest } from "../lib/junkOrders.ts";
import type { Random } from "../lib/random.ts";
import { count, type FuzzReport } from "./report.ts";
import type { Seat } from "./seats.ts";
import { UnderWay } from "./under.ts";

const most = 64;
/** Longer than a busy machine keeps anyone waiting: what takes longer hangs. */
const answerMs = 20_000;
/** All that is kept is looked through for who is erased. */
const eraseMs = 60_000;
/** Of what is sent once: a body that ends too soon is not answered for long. */
const mostMs = 600;

export class Asking {
  readonly #url: URL;
  readonly #credentials: Credentials;
  readonly #random: Random;
  readonly #report: FuzzReport;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #underWay = new UnderWay(most, () => {});

  constructor(url: string, credentials: Credentials, random: Random, report: FuzzReport) {
    this.#url = new URL(url);
    this.#credentials = credentials;
    this.#random = random;
    this.#report = report;
  }

  get isFull(): boolean {
    return this.#underWay.isFull;
  }

  request(): void {
    this.#report.sent.requests++;
    this.#ask(junkRequest(this.#random, this.#credentials));
  }

  /** `roomId`: of a room whose people may be disturbed. */
  order(roomId: string): void {
    this.#report.sent.orders++;
    this.#ask(junkOrderRequest(this.#random, this.#credentials, roomId));
  }

  join(): void {
    const method = this.#random.pick(["joinOrCreate", "joinOrCreate", "join", "joinById", "reconnect"]);
    const room = this.#random.pick(["world", "chat", "audio"]);
    const body = Buffer.from(JSON.stringify(joinOptions(this.#random)));
    this.#report.sent.joins++;
    const headers = { "content-type": "application/json" };
    this.#ask({ method: "POST", path: `/matchmake/${method}/${room}`, headers, body });
  }

  /** From who is in a room: whole, in pieces, of another length than it says, or broken off. */
  upload({ key, token }: Seat): void {
    const body = junkFile(this.#random);
    const folder = this.#random.pick(["files", "screenshots", "devtools", "files", "logs", "..", "%00"]);
    const name = encodeURIComponent(junkName(this.#random).toWellFormed());
    const headers: Record<string, string> = {
      authorization: `Bearer ${token}`,
      "content-type": this.#random.pick(["application/octet-stream", "image/png", "text/html", ""]),
      // each has an own budget
      "x-forwarded-for": `10.${this.#random.int(256)}.${this.#random.int(256)}.${this.#random.int(256)}`,
    };
    if (this.#random.chance(0.2)) headers["content-length"] = String(this.#random.pick([0, 1, body.length + 9, 1e12]));
    const path = `/session/${key.replace(":", "/")}/${folder}?name=${name}`;
    this.#report.sent.uploads++;
    this.#once({ method: "POST", path, headers, body });
  }

  /** Events and streams: opened, and left a moment later. */
  listen(): void {
    this.#report.sent.listens++;
    this.#once(junkListen(this.#random));
  }

  async end(): Promise<void> {
    await this.#underWay.ended();
    this.#agent.destroy();
  }

  #ask({ body, ...head }: JunkRequest): void {
    try {
      const outgoing = this.#open(head, this.#agent);
      outgoing.on("response", (response) => void response.resume());
      outgoing.end(body);
    } catch {
      // the client library would not send this one: its turn is over
    }
  }

  /** On a connection of its own, which is reset in the middle of whatever the server is at. */
  #once({ body, ...head }: JunkRequest): void {
    const pieces = body && this.#random.chance(0.5) ? 1 + this.#random.int(4) : 1;
    const leftMs = this.#random.int(100);
    const resetMs = this.#random.chance(0.3) ? leftMs : mostMs;
    try {
      const outgoing = this.#open(head, false);
      let reset = setTimeout(() => outgoing.destroy(), resetMs);
      outgoing.on("close", () => clearTimeout(reset));
      outgoing.on("response", (response) => {
        response.on("error", () => {}).resume();
        clearTimeout(reset);
        reset = setTimeout(() => outgoing.destroy(), leftMs);
      });
      for (let i = 0; body && i < pieces; i++) {
        outgoing.write(body.subarray((body.length * i) / pieces, (body.length * (i + 1)) / pieces));
      }
      outgoing.end();
    } catch {
      // as above
    }
  }

  #open({ method, path, headers }: Omit<JunkRequest, "body">, agent: Agent | false): ClientRequest {
    const { hostname, port } = this.#url;
    const asked = performance.now();
    const timeout = path.startsWith("/ops/erase") ? eraseMs : answerMs;
    const outgoing = request({ agent, hostname, port, method, path, headers, timeout });
    outgoing.on("response", ({ statusCode }: IncomingMessage) => {
      count(this.#report.statuses, statusCode!);
      // Colyseus's monitor answers so whatever a room refuses it
      const isRefusal = path.startsWith("/monitor/api/room/call");
      if (statusCode === 500 && !isRefusal) this.#report.failures.push(`500 ${method} ${path}`);
      const ms = performance.now() - asked;
      if (ms > this.#report.slowest.ms) this.#report.slowest = { ms, to: `${method} ${path.slice(0, 100)}` };
    });
    outgoing.on("timeout", () => {
      count(this.#report.statuses, "timeout");
      this.#report.failures.push(`nothing ${method} ${path}`);
      outgoing.destroy();
    });
    outgoing.on("error", () => {});
    this.#underWay.add(new Promise<void>((resolve) => outgoing.on("close", resolve)));
    return outgoing;
  }
}
