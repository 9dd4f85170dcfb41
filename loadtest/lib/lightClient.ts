/**
 * A light client of a world: joins as a guest, moves, and reads movement frames, with the codecs of schema/ and nothing of
 * the SDK but its datagrams. It draws nothing, smooths nothing, and comes back after nothing.
 */
import { pack, unpack } from "msgpackr";
import { Datagrams } from "../../client/datagrams.ts";
import type { PeerConnections } from "../../client/peer.ts";
import { readBlocks } from "../../schema/blocks.ts";
import { datagramHeaderBytes } from "../../schema/datagrams.ts";
import { isNewer, movementType, readHeader } from "../../schema/frames.ts";
import { type Geometry, geometryOf, type Pose } from "../../schema/geometry.ts";
import { encodeMove, maxMoveBytes, movePoses } from "../../schema/moves.ts";
import { WorldState } from "../../schema/world.ts";
import { now } from "./clock.ts";
import { Mirror } from "./mirror.ts";
import { protocol, Seat, type SeatListener } from "./seat.ts";
import type { Bench, View } from "./view.ts";

export type Guest = { token: string; id: string };

/** The name of a guest's one connection. */
export const connectionOf = ({ id }: Guest): string => `load-${id.slice(-24)}`.replace(/[^\w-]/g, "_");

/** What the clients of one thread know of the world they share: its measures, and who has which slot. */
export type WorldFacts = { geometry: Geometry | undefined; readonly moverOfSlot: Int32Array };

type LightClientOptions = {
  url: string;
  slug: string;
  guest: Guest;
  view: View;
  bench: Bench;
  facts: WorldFacts;
  /** What makes data channels; undefined leaves it on its WebSocket. */
  connections: PeerConnections | undefined;
};

/** The one kind of request that it makes. */
const offerHead = Buffer.concat([Buffer.of(protocol.request), pack(1), pack("offer")]);

const frameHead = Buffer.of(protocol.bytes, movementType);

/** A guest as the server makes one. */
export async function becomeGuest(url: string): Promise<Guest> {
  const answer = await fetch(`${url}/auth/guest`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  if (!answer.ok) throw new Error(`/auth/guest answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
  return (await answer.json()) as Guest;
}

export class LightClient implements SeatListener {
  readonly #view: View;
  readonly #bench: Bench;
  readonly #facts: WorldFacts;
  readonly #mirror = new Mirror(new WorldState());
  /** Set in the client that learns the facts for its thread: called at each change of the state. */
  onFacts: ((state: WorldState) => void) | undefined;
  #seat: Seat | undefined;
  #frameSeq = -1;
  #moveSeq = 0;
  readonly #poses: Pose[] = [];
  readonly #message = Buffer.alloc(frameHead.length + maxMoveBytes);
  #moveBytes = 0;
  readonly #datagrams: Datagrams;
  #answered: PromiseWithResolvers<string> = Promise.withResolvers();

  private constructor(options: LightClientOptions) {
    this.#view = options.view;
    this.#bench = options.bench;
    this.#facts = options.facts;
    frameHead.copy(this.#message);
    this.#datagrams = new Datagrams({
      connections: options.connections,
      ask: (offer) => this.#ask(offer),
      deliver: (frame) => this.#onDatagram(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)),
      onChange() {},
    });
  }

  /** `onFacts` makes this client the one that decodes the state as it comes. */
  static async join(options: LightClientOptions, onFacts?: (state: WorldState) => void): Promise<LightClient> {
    const client = new LightClient(options);
    client.onFacts = onFacts;
    const { url, slug, guest, bench } = options;
    const request = { url, room: "world", options: { slug, connection: connectionOf(guest) }, token: guest.token };
    client.#seat = await Seat.take(request, client, bench);
    client.#datagrams.open();
    return client;
  }

  /** Of its datagrams. */
  get link() {
    return this.#datagrams.stats();
  }

  get lost(): string | undefined {
    return this.#seat?.lost;
  }

  /** Sends a new pose, with the two before it. */
  move(x: number, y: number): void {
    const pose = this.#poses.length < movePoses ? { x: 0, y: 0, z: 0, angle: 0 } : this.#poses.pop()!;
    pose.x = x;
    pose.y = y;
    this.#poses.unshift(pose);
    this.#moveSeq = (this.#moveSeq + 1) & 0xffff;
    const move = encodeMove(this.#message.subarray(frameHead.length), this.#moveSeq, this.#poses);
    this.#bench.tally.moves++;
    this.#moveBytes = frameHead.length + move.length;
    const frame = this.#message.subarray(0, this.#moveBytes);
    if (this.#datagrams.send(frame)) {
      this.#bench.tally.payloadUp += frame.length;
      this.#bench.tally.wireUp += frame.length + datagramHeaderBytes;
    } else this.#seat!.send(frame);
  }

  /** Sends its last move again, by a way on which it is not lost. */
  confirm(): void {
    if (this.#moveBytes > 0) this.#seat!.send(this.#message.subarray(0, this.#moveBytes));
  }

  #ask(offer: string): Promise<string> {
    this.#answered = Promise.withResolvers();
    this.#seat!.send(Buffer.concat([offerHead, pack({ offer })]));
    return this.#answered.promise;
  }

  onResponse(_id: number, status: number, bytes: Buffer): void {
    const answer = unpack(bytes) as { answer: string };
    if (status === 0) this.#answered.resolve(answer.answer);
    else this.#answered.reject(new Error("refused"));
  }

  #onDatagram(frame: Buffer): void {
    this.#bench.tally.payloadDown += frame.length;
    this.#bench.tally.wireDown += frame.length + datagramHeaderBytes;
    if (frame[0] === protocol.bytes) this.onBytes(frame[1]!, frame.subarray(2));
  }

  /** Ids of the people whom this client believes to be in the world. */
  roster(): Set<string> {
    return new Set(this.#mirror.state()?.people.keys());
  }

  async leave(): Promise<void> {
    this.#datagrams.close();
    await this.#seat?.leave();
  }

  onState(bytes: Buffer, isFull: boolean): void {
    this.#mirror.push(bytes, isFull);
    if (!this.onFacts) return;
    const state = this.#mirror.state();
    if (state) this.onFacts(state);
  }

  onBytes(type: string | number, bytes: Buffer): void {
    const at = now();
    const { geometry } = this.#facts;
    if (type !== movementType || !geometry) return;
    const { tally } = this.#bench;
    const header = readHeader(bytes);
    if (header.correction) tally.corrected++;
    if (bytes.length > tally.largestFrame) tally.largestFrame = bytes.length;
    const isInTurn = this.#frameSeq < 0 || isNewer(header.seq, this.#frameSeq);
    if (!isInTurn && !header.isReliable) {
      tally.late++;
      return;
    }
    if (isInTurn) {
      if (this.#frameSeq >= 0) tally.lost += ((header.seq - this.#frameSeq) & 0xffff) - 1;
      this.#frameSeq = header.seq;
    }
    this.#view.tolerance = geometry.step * 0.75;
    this.#view.begin(at, isInTurn);
    readBlocks(bytes, header.end, geometry, this.#see);
    this.#view.end();
  }

  onData(type: string | number, bytes: Buffer): void {
    if (type === "channel") this.#datagrams.lost((unpack(bytes) as { lost: "closed" | "carrier" }).lost);
    if (type !== "refused") return;
    const { refused } = this.#bench.tally;
    const code = /code[^A-Z]*([A-Z_]{3,})/.exec(bytes.toString("latin1"))?.[1] ?? "refused";
    refused[code] = (refused[code] ?? 0) + 1;
  }

  readonly #see = (slot: number, x: number, y: number): void => {
    const mover = this.#facts.moverOfSlot[slot]!;
    if (mover >= 0) this.#view.see(mover, x, y);
    else this.#bench.tally.offPath++;
  };
}

/** Keeps the facts of a world up to date with its state. `movers` gives the index of each mover by the id of its person. */
export function learnFacts(facts: WorldFacts, movers: ReadonlyMap<string, number>): (state: WorldState) => void {
  return (state) => {
    if (state.bounds && !facts.geometry) facts.geometry = geometryOf(state.bounds);
    for (const [id, person] of state.people) facts.moverOfSlot[person.slot] = movers.get(id) ?? -1;
  };
}
