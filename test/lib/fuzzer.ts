/**
 * A process that throws bad input at a server, evenly over a time, and reports what came of it. It is one of its own so
 * that those who watch the server's other people are not late because of it.
 */
import { type Agent, Agent as HttpAgent, request } from "node:http";
import { connect } from "node:net";
import { writeDatagram } from "../../schema/datagrams.ts";
import { createTestClient, type TestClient } from "../../services/datagram/carrier/testing/client.ts";
import { junkFrame, oversizeFrame, Random, type RoomKind } from "./junk.ts";
import { type Credentials, joinOptions, junkRequest, junkSocket } from "./junkHttp.ts";
import { joinChat, joinWorld, newGuest, type RawClient } from "./raw.ts";

export type FuzzTask = { url: string; seed: number; cases: number; ms: number; credentials: Credentials };

export interface FuzzReport {
  sent: Record<"frames" | "chatFrames" | "datagrams" | "requests" | "sockets" | "joins" | "oversize", number>;
  /** How many answers had each HTTP status. */
  statuses: Record<string, number>;
  /** How many seats were closed by each code. */
  closes: Record<string, number>;
  /** Seats closed with another code than 1009, and what they had sent last. */
  lost: string[];
  /** Seats that were open in the end, and how many of those answered an honest request. */
  open: number;
  answering: number;
}

const slugs = ["field", "fuzz-a", "fuzz-b"];
/** Shown to everyone in the world: whole, or not at all. */
const names = ["Mallory", "half \ud83d", "\udc00", "", "\u202e\u0000", "𝕏".repeat(200), "<b>", "__proto__"];
const seatCount = 24;
const maxRequests = 32;
const maxSockets = 48;
const tickMs = 10;
const kept = 12;
/** Part of the frames that go as datagrams, where there is a channel; and part of those with anything for a header. */
const [datagramPart, headlessPart] = [0.1, 0.1];
const maxDatagramPayload = 1100;

type Seat = { client: RawClient; room: RoomKind; last: (Buffer | string)[]; peer?: TestClient };

class Fuzzer {
  readonly #task: FuzzTask;
  readonly #random: Random;
  readonly #agent: Agent = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  readonly #seats: Seat[] = [];
  readonly #pending = new Set<Promise<void>>();
  #requests = 0;
  #sockets = 0;
  readonly report: FuzzReport = {
    sent: { frames: 0, chatFrames: 0, datagrams: 0, requests: 0, sockets: 0, joins: 0, oversize: 0 },
    statuses: {},
    closes: {},
    lost: [],
    open: 0,
    answering: 0,
  };

  constructor(task: FuzzTask) {
    this.#task = task;
    this.#random = new Random(task.seed);
  }

  async run(): Promise<void> {
    const { cases, ms } = this.#task;
    for (let i = 0; i < seatCount; i++) await this.#sit();
    const start = performance.now();
    for (let done = 0; done < cases; ) {
      const due = Math.min(cases, Math.ceil((cases * (performance.now() - start)) / ms));
      while (done < due)
        if (this.#once()) done++;
        else break;
      await new Promise((resolve) => setTimeout(resolve, tickMs));
    }
    await Promise.all(this.#pending);
    await this.#askSeats();
    this.#agent.destroy();
  }

  /** One bad input. False if too much of its kind is under way. */
  #once(): boolean {
    const chance = this.#random.next();
    if (chance < 0.001) return this.#oversize();
    if (chance < 0.74) return this.#frame();
    if (this.#requests >= maxRequests || this.#sockets >= maxSockets) return false;
    if (chance < 0.9) return this.#request();
    if (chance < 0.97) return this.#socket();
    return this.#join();
  }

  async #sit(): Promise<void> {
    const inChats = this.#seats.filter(({ room }) => room === "chat").length;
    const seat = await (inChats * 3 < seatCount ? this.#sitInChat() : this.#sitInWorld());
    this.#seats.push(seat);
    void seat.client.whenClosed.then(({ code, reason }) => {
      this.#count(this.report.closes, code);
      this.#seats.splice(this.#seats.indexOf(seat), 1);
      const shown = seat.last.map((frame) =>
        typeof frame === "string" ? JSON.stringify(frame) : frame.toString("hex"),
      );
      if (code !== 1009)
        this.report.lost.push(`${code} ${reason} after ${shown.map((text) => text.slice(0, 200)).join(" ")}`);
      else this.#track(this.#sit());
    });
  }

  async #sitInWorld(): Promise<Seat> {
    const { url } = this.#task;
    const slug = slugs[this.#seats.length % slugs.length]!;
    const guest = await newGuest(url, this.#random.pick(names));
    const client = await joinWorld(url, { slug, guest });
    const peer = await createTestClient();
    void client.whenClosed.then(() => peer.close());
    const { data } = (await client.request("offer", { offer: peer.offer }))!;
    await peer.accept((data as { answer: string }).answer);
    await peer.opened;
    return { client, room: "world", last: [], peer };
  }

  /** As a guest, or as one of those who may do more. */
  async #sitInChat(): Promise<Seat> {
    const { url, credentials } = this.#task;
    const guest = await newGuest(url, this.#random.pick(names));
    const token = this.#random.pick([guest.token, ...credentials.tokens]);
    return { client: await joinChat(url, "fuzz-chat", token), room: "chat", last: [] };
  }

  #frame(): boolean {
    if (this.#seats.length === 0) return false;
    const seat = this.#random.pick(this.#seats);
    const frame = junkFrame(this.#random, seat.room);
    if (seat.peer && this.#random.chance(datagramPart)) return this.#datagram(seat.peer, frame);
    seat.client.send(frame);
    seat.last.push(frame);
    if (seat.last.length > kept) seat.last.shift();
    this.report.sent[seat.room === "world" ? "frames" : "chatFrames"]++;
    return true;
  }

  #datagram(peer: TestClient, frame: Buffer | string): boolean {
    const isHeadless = typeof frame === "string" || this.#random.chance(headlessPart);
    const header = { seq: this.#random.int(65_536), echo: undefined };
    try {
      peer.send(isHeadless ? frame : writeDatagram(header, frame.subarray(0, maxDatagramPayload)));
    } catch {
      return false; // its seat is closing
    }
    this.report.sent.datagrams++;
    return true;
  }

  #oversize(): boolean {
    if (this.#seats.length < seatCount / 2) return false;
    this.#random.pick(this.#seats).client.send(oversizeFrame(this.#random));
    this.report.sent.oversize++;
    return true;
  }

  #request(): boolean {
    const { method, path, headers, body } = junkRequest(this.#random, this.#task.credentials);
    this.report.sent.requests++;
    try {
      this.#ask(method, path, headers, body);
    } catch {
      // the client library would not send this one: its turn is over
    }
    return true;
  }

  #join(): boolean {
    const body = Buffer.from(JSON.stringify(joinOptions(this.#random)));
    const method = this.#random.pick(["joinOrCreate", "joinOrCreate", "join", "joinById", "reconnect"]);
    const room = this.#random.pick(["world", "chat", "audio"]);
    this.#ask("POST", `/matchmake/${method}/${room}`, { "content-type": "application/json" }, body);
    this.report.sent.joins++;
    return true;
  }

  #ask(method: string, path: string, headers: Record<string, string>, body: Buffer | undefined): void {
    const { hostname, port } = new URL(this.#task.url);
    const outgoing = request({ agent: this.#agent, hostname, port, method, path, headers, timeout: 5000 });
    this.#requests++;
    this.#track(
      new Promise<void>((resolve) => {
        outgoing.on("response", (response) => {
          this.#count(this.report.statuses, response.statusCode!);
          response.resume().on("close", resolve);
        });
        outgoing.on("timeout", () => {
          this.#count(this.report.statuses, "timeout");
          outgoing.destroy();
        });
        outgoing.on("error", () => resolve());
        outgoing.on("close", () => resolve());
        outgoing.end(body);
      }).then(() => void this.#requests--),
    );
  }

  #socket(): boolean {
    const { hostname, port } = new URL(this.#task.url);
    const room = this.#seats[0]?.client.reservation.roomId ?? "x";
    const bytes = junkSocket(this.#random, room);
    const pauseMs = this.#random.int(150);
    this.report.sent.sockets++;
    this.#sockets++;
    this.#track(
      new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.write(bytes));
        // a reset in the middle of whatever the server is at
        const reset = setTimeout(() => socket.resetAndDestroy(), 20 + pauseMs);
        socket.on("data", () => {});
        socket.on("error", () => {});
        socket.on("close", () => {
          clearTimeout(reset);
          resolve();
        });
      }).then(() => void this.#sockets--),
    );
    return true;
  }

  async #askSeats(): Promise<void> {
    this.report.open = this.#seats.length;
    // bad requests had any number: an answer to one of them is none to ours
    for (const { client } of this.#seats) client.answers.length = 0;
    const answers = await Promise.all(
      this.#seats.map(({ client }) => client.request("attention", { attention: "visible" })),
    );
    this.report.answering = answers.filter((answer) => answer?.status === 0).length;
    for (const { client } of [...this.#seats]) client.socket.terminate();
  }

  #count(counts: Record<string, number>, key: string | number): void {
    counts[key] = (counts[key] ?? 0) + 1;
  }

  #track(work: Promise<unknown>): void {
    const tracked: Promise<void> = work.then(
      () => void this.#pending.delete(tracked),
      (error: unknown) => {
        this.#pending.delete(tracked);
        this.report.lost.push(`a fuzzing seat could not join again: ${String(error)}`);
      },
    );
    this.#pending.add(tracked);
  }
}

const fuzzer = new Fuzzer(JSON.parse(process.argv[2]!) as FuzzTask);
await fuzzer.run();
// the native library of its data channels may keep a process that exits by itself
process.send!(fuzzer.report, () => process.kill(process.pid, "SIGKILL"));
