/**
 * A light client of a world: joins as a guest, moves, and reads movement frames, with the codecs of schema/ and nothing of
 * the SDK but its datagrams. It draws nothing, smooths nothing, and comes back after nothing.
 */
import { pack, unpack } from "msgpackr";
import { Datagrams } from "../../client/datagrams.ts";
import type { PeerConnections } from "../../client/peer.ts";
import { datagramHeaderBytes } from "../../schema/datagrams.ts";
import { movementType } from "../../schema/frames.ts";
import type { Pose } from "../../schema/geometry.ts";
import { encodeMove, maxMoveBytes, movePoses } from "../../schema/moves.ts";
import { WorldState } from "../../schema/world.ts";
import { Mirror } from "./mirror.ts";
import { MovementReader, type WorldFacts } from "./movementReader.ts";
import { protocol, Seat, type SeatListener } from "./seat.ts";
import { endpointOf, through, UdpWeather } from "./udpWeather.ts";
import type { Bench, View } from "./view.ts";
import type { Weather } from "./weather.ts";

export type Guest = { token: string; id: string };

/** The name of a guest's one connection. */
export const connectionOf = ({ id }: Guest): string => `load-${id.slice(-24)}`.replace(/[^\w-]/g, "_");

export type LightClientOptions = {
  url: string;
  slug: string;
  guest: Guest;
  view: View;
  bench: Bench;
  facts: WorldFacts;
  /** What makes data channels; undefined leaves it on its WebSocket. */
  connections: PeerConnections | undefined;
  weather?: Weather | undefined;
};

/** The one kind of request that it makes. */
const offerHead = Buffer.concat([Buffer.of(protocol.request), pack(1), pack("offer")]);

/** So that each client has weather of its own. */
let weathered = 0;

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
  readonly #bench: Bench;
  readonly #reader: MovementReader;
  readonly #mirror = new Mirror(new WorldState());
  /** Set in the client that learns the facts for its thread: called at each change of the state. */
  onFacts: ((state: WorldState) => void) | undefined;
  #seat: Seat | undefined;
  #moveSeq = 0;
  readonly #poses: Pose[] = [];
  readonly #message = Buffer.alloc(frameHead.length + maxMoveBytes);
  #moveBytes = 0;
  readonly #datagrams: Datagrams;
  #answered: PromiseWithResolvers<string> = Promise.withResolvers();
  readonly #weather: Weather | undefined;
  #udpWeather: UdpWeather | undefined;

  private constructor(options: LightClientOptions) {
    this.#bench = options.bench;
    this.#reader = new MovementReader(options.view, options.bench, options.facts);
    this.#weather = options.weather;
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
    const { url, slug, guest, bench, weather } = options;
    const request = {
      url,
      room: "world",
      options: { slug, connection: connectionOf(guest) },
      token: guest.token,
      weather,
    };
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

  async #ask(offer: string): Promise<string> {
    this.#answered = Promise.withResolvers();
    this.#seat!.send(Buffer.concat([offerHead, pack({ offer })]));
    const answer = await this.#answered.promise;
    const endpoint = this.#weather && endpointOf(answer);
    if (!this.#weather || !endpoint) return answer;
    this.#udpWeather?.close();
    this.#udpWeather = await UdpWeather.open(endpoint, this.#weather, endpoint.port + 2 * weathered++);
    return through(answer, this.#udpWeather.port);
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
    this.#udpWeather?.close();
    await this.#seat?.leave();
  }

  onState(bytes: Buffer, isFull: boolean): void {
    this.#mirror.push(bytes, isFull);
    if (!this.onFacts) return;
    const state = this.#mirror.state();
    if (state) this.onFacts(state);
  }

  onBytes(type: string | number, bytes: Buffer): void {
    if (type === movementType) this.#reader.take(bytes);
  }

  onData(type: string | number, bytes: Buffer): void {
    if (type === "channel") this.#datagrams.lost((unpack(bytes) as { lost: "closed" | "carrier" }).lost);
    if (type !== "refused") return;
    const { refused } = this.#bench.tally;
    const code = /code[^A-Z]*([A-Z_]{3,})/.exec(bytes.toString("latin1"))?.[1] ?? "refused";
    refused[code] = (refused[code] ?? 0) + 1;
  }
}
