/** A world in the SDK: its people with smoothed poses, what they say, its props, and one's own movement. */
import type { Client, Room } from "colyseus.js";
import { readBlocks } from "../schema/blocks.ts";
import type { ClientLines } from "../schema/clientLogs.ts";
import { HereaboutsError } from "../schema/errors.ts";
import { isNewer, movementType, readHeader } from "../schema/frames.ts";
import { defaultBounds, type Geometry, geometryOf, type Pose } from "../schema/geometry.ts";
import type { AvatarChange, SeatAnnouncements, WorldAnnouncements, WorldForked } from "../schema/messages.ts";
import { parseSlug } from "../schema/slug.ts";
import type { WorldState } from "../schema/world.ts";
import { ServerClock } from "./clock.ts";
import { deliver, frameOfBytes } from "./colyseus.ts";
import { Datagrams } from "./datagrams.ts";
import { deferred } from "./deferred.ts";
import { Emitter } from "./emitter.ts";
import { isRefusal } from "./errors.ts";
import { Inspector } from "./inspect.ts";
import { Mover } from "./mover.ts";
import { Outbox } from "./outbox.ts";
import type { PeerConnections } from "./peer.ts";
import { PersonView, type PoseSource } from "./person.ts";
import { type Canvas, pictureOf } from "./picture.ts";
import { PieceView } from "./piece.ts";
import { askRoom, linkOf, plugInto } from "./plug.ts";
import { PropsView } from "./props.ts";
import { Roster } from "./roster.ts";
import { type ConnectionState, Seat } from "./seat.ts";
import { Track } from "./smoothing.ts";
import { attentionOfTab, watchAttention } from "./tab.ts";
import type { Wire } from "./tap.ts";
import type { JoinOptions, Json, KeptFile, PieceMessage, PieceMessageEvent, World, WorldEvents } from "./types.ts";
import type { Upload } from "./upload.ts";
import { type Vantage, vantageOf } from "./vantage.ts";

export interface WorldOptions {
  client: Client;
  slug: string;
  connection: string;
  /** What makes data channels; undefined for none. */
  connections: PeerConnections | undefined;
  myId: () => string;
  /** Gets another token where the one so far is not valid any more. */
  renew: () => Promise<void>;
  upload: Upload;
  join: JoinOptions;
  wire?: Wire;
}

const holdMs = 6000;

export class WorldView implements World, PoseSource {
  readonly slug: string;
  readonly props: PropsView;
  readonly #piece = new PieceView();
  readonly upload: Upload;
  readonly vantage: Vantage;
  readonly #inspector: Inspector;
  readonly #events = new Emitter();
  readonly #seat: Seat<WorldState>;
  readonly #outbox: Outbox;
  readonly #roster: Roster;
  readonly #mover: Mover;
  readonly #datagrams: Datagrams;
  readonly #clock = new ServerClock();
  readonly #myId: () => string;
  readonly #unwatch: () => void;
  /** Settled by the first state, or by the end. */
  readonly #hasState = deferred<void>();
  readonly #join: JoinOptions;
  #avatar: AvatarChange;
  #geometry: Geometry = geometryOf(defaultBounds);
  #tickMs = 50;
  #role: "player" | "spectator" = "player";
  #frameSeq: number | undefined;
  /** What is taken just now came as a datagram. */
  #isDatagram = false;
  #roomId: string | undefined;
  #holdTimer: ReturnType<typeof setTimeout> | undefined;
  #counts = { people: 0, connections: 0, guests: 0 };

  constructor({ client, slug, connection, connections, myId, renew, upload, join, wire }: WorldOptions) {
    this.slug = slug;
    this.upload = upload;
    this.#myId = myId;
    this.#join = join;
    this.#avatar = join.avatar ?? {};
    this.#seat = new Seat<WorldState>({
      client,
      roomName: "world",
      label: slug,
      wire,
      renew,
      joinOptions: () => ({
        slug,
        connection,
        attention: attentionOfTab(),
        avatar: this.#avatar,
        share: join.share ?? false,
        invisible: join.invisible ?? false,
      }),
      onRoom: (room) => this.#listen(room),
      onState: (state) => this.#onConnection(state),
      onClosed: (error) => this.#onClosed(error),
      onTrouble: (error) => this.#events.emit("refused", error),
    });
    this.#outbox = new Outbox({
      ask: (type, message) => this.room.request(type as never, message),
      isOpen: () => this.#seat.isOpen,
    });
    this.vantage = vantageOf({ lasts: false, outbox: this.#outbox, events: this.#events });
    this.props = new PropsView(this.#outbox);
    this.#roster = new Roster((fields) => new PersonView(fields, this, new Track(this.#tickMs)));
    this.#mover = new Mover((bytes, isReliable) => this.#sendMove(bytes, isReliable));
    this.#datagrams = new Datagrams({
      connections,
      wire,
      ask: (offer) => askRoom(this.room, offer),
      deliver: (frame) => this.#deliver(frame),
      onChange: () => this.#events.emit("link", this.link),
    });
    this.#inspector = new Inspector(this);
    this.#hasState.promise.catch(() => {});
    this.#unwatch = watchAttention((attention) => {
      this.#outbox.request("attention", { attention }, { repeatable: true }).catch(() => {});
    });
  }

  /** Joins. Resolves when the first state has come. */
  async join(): Promise<void> {
    await this.#seat.join();
    await this.#hasState.promise;
  }

  get people(): ReadonlyMap<string, PersonView> {
    return this.#roster.people;
  }
  get me(): PersonView | undefined {
    return this.people.get(this.#myId());
  }
  get counts() {
    return this.#counts;
  }
  get role() {
    return this.#role;
  }
  /** How to join another world as one is in this one. */
  get asHere(): JoinOptions {
    const { color, face, showing } = this.me?.avatar ?? { color: "", face: "", showing: "", ...this.#avatar };
    return { ...this.#join, avatar: { color, face, showing } };
  }
  get connection(): ConnectionState {
    return this.#seat.state;
  }
  get link() {
    return { ...linkOf(this.#datagrams), roundTripMs: this.#mover.roundTripMs };
  }
  get piece(): Readonly<Record<string, Json>> {
    return this.#piece.fields;
  }
  get bounds(): Geometry {
    return this.#geometry;
  }
  get room(): Room<unknown, WorldState> {
    return this.#seat.room;
  }

  moveTo({ x, y, z = 0, angle = 0 }: { x: number; y: number; z?: number; angle?: number }): void {
    if (![x, y, z, angle].every(Number.isFinite)) {
      throw new HereaboutsError(
        "BAD_MESSAGE",
        `A pose needs finite numbers; got x ${x}, y ${y}, z ${z}, angle ${angle}.`,
      );
    }
    if (this.#role === "player") this.#mover.moveTo({ x, y, z, angle });
  }

  async say(text: string): Promise<void> {
    await this.#outbox.request("say", { text }, { repeatable: false });
  }

  async emote(emote: string): Promise<void> {
    await this.#outbox.request("emote", { emote }, { repeatable: false });
  }

  async avatar(change: AvatarChange): Promise<void> {
    await this.#outbox.request("avatar", change, { repeatable: true });
    this.#avatar = { ...this.#avatar, ...change };
  }

  send(type: PieceMessage, data: Json = null): void {
    this.#seat.send(type, data);
  }

  async ask(type: string, data: Json): Promise<Json> {
    return (await this.#outbox.request("piece.ask", { type, data }, { repeatable: false })) as Json;
  }

  async play(): Promise<void> {
    await this.#outbox.request("play", {}, { repeatable: true });
  }

  async screenshot(canvas?: Canvas, name: string = this.slug): Promise<KeptFile> {
    return this.upload(await pictureOf(canvas), { name, kind: "screenshots" });
  }

  async inspect(): Promise<KeptFile> {
    return this.upload(this.#inspector.dump(), { name: this.slug, kind: "devtools" });
  }

  async fork(slug: string): Promise<WorldForked> {
    return (await this.#outbox.request("fork", { slug: parseSlug(slug) }, { repeatable: true })) as WorldForked;
  }

  on<E extends keyof WorldEvents>(event: E, listener: (data: WorldEvents[E]) => void): () => void;
  on(event: PieceMessage, listener: (data: PieceMessageEvent) => void): () => void;
  on(event: string, listener: (data: never) => void): () => void {
    return this.#events.on(event, listener);
  }

  leave(): Promise<void> {
    return this.#seat.leave();
  }

  /** Signs in on this seat: see Hereabouts.signIn. */
  async identify(token: string): Promise<void> {
    await this.#outbox.request("identify", { token }, { repeatable: true });
  }

  /** Sends lines of this page's log: see ConnectOptions. Whether it could. */
  sendLogs(lines: ClientLines): boolean {
    return this.#seat.send("logs", lines);
  }

  poseAt(person: PersonView): Pose | undefined {
    const now = performance.now();
    if (person.isMe && this.#role === "player" && this.#mover.hasPose) return this.#mover.at(now);
    return person.track.sample(now, this.#clock.at(now), this.#clock.jitterMs);
  }

  #listen(room: Room<unknown, WorldState>): void {
    this.#clock.reset();
    this.#frameSeq = undefined;
    this.#holdPeople(room);
    for (const person of this.people.values()) person.track.restart();
    this.#role = "player";
    room.onStateChange((state) => this.#onState(state));
    plugInto(room, this.#datagrams);
    const on = <K extends keyof WorldAnnouncements>(type: K, listener: (data: WorldAnnouncements[K]) => void) =>
      room.onMessage(type as never, listener as never);
    room.onMessage(movementType as never, ((bytes: Uint8Array) => this.#onFrame(bytes)) as never);
    on("say", ({ from, text, sayMs }) => {
      const person = this.people.get(from);
      person?.say(text, sayMs);
      if (person) this.#events.emit("say", { person, text });
    });
    on("emote", ({ from, emote }) => {
      const person = this.people.get(from);
      if (person) this.#events.emit("emote", { person, emote });
    });
    on("piece", ({ from, type, data }) =>
      this.#events.emit(type, { person: this.people.get(from), fromPiece: from === "", data }),
    );
    on("left", ({ id, reason }) => this.#roster.expectLeave(id, reason));
    on("identified", ({ was, id }) => this.#roster.rename(was, id));
    on("role", ({ role }) => {
      this.#role = role;
      this.#events.emit("takeover", { role });
    });
    room.onMessage(
      "travel" as never,
      ((sent: SeatAnnouncements["travel"]) => this.#events.emit("moved", sent)) as never,
    );
    room.onMessage(
      "followed" as never,
      ((sent: SeatAnnouncements["followed"]) => this.#events.emit("followed", sent)) as never,
    );
    on("refused", (refusal) => {
      if (isRefusal(refusal)) this.#events.emit("refused", HereaboutsError.fromRefusal(refusal));
    });
  }

  #onState(state: WorldState): void {
    this.#seat.heard();
    this.#geometry = geometryOf(state.bounds);
    this.#tickMs = 1000 / (state.tickHz || 20);
    this.#counts = { people: state.peopleCount, connections: state.connectionCount, guests: state.guestCount };
    this.#syncPeople(state);
    for (const change of this.props.sync(state.props.entries())) this.#events.emit("prop", change);
    const fields = this.#piece.sync(state.props.entries());
    if (fields.length > 0) this.#events.emit("piece", { fields });
    this.#hasState.resolve();
  }

  #syncPeople(state: WorldState): void {
    const events = this.#roster.sync(state.people.values(), performance.now());
    const myId = this.#myId();
    for (const person of this.people.values()) person.isMe = person.id === myId;
    for (const { type, ...data } of events) this.#events.emit(type, data);
  }

  /** A room made anew, after a restart or elsewhere: whoever comes back does so in the time between two tries. */
  #holdPeople(room: Room<unknown, WorldState>): void {
    const isAnother = this.#roomId !== undefined && this.#roomId !== room.roomId;
    this.#roomId = room.roomId;
    if (!isAnother) return;
    this.#roster.hold(performance.now() + holdMs);
    clearTimeout(this.#holdTimer);
    this.#holdTimer = setTimeout(() => {
      if (this.#seat.isOpen) this.#syncPeople(this.room.state);
    }, holdMs + 50);
  }

  #deliver(frame: Uint8Array): void {
    this.#isDatagram = true;
    try {
      deliver(this.room, frame);
    } finally {
      this.#isDatagram = false;
    }
  }

  #onFrame(bytes: Uint8Array): void {
    const now = performance.now();
    // a WebSocket can be dead while datagrams live
    if (!this.#isDatagram) this.#seat.heard();
    const header = readHeader(bytes);
    const isNewest = this.#frameSeq === undefined || isNewer(header.seq, this.#frameSeq);
    if (!isNewest && !header.isReliable) return;
    const at = isNewest ? this.#clock.sample(header.time, now) : this.#clock.place(header.time);
    // who rests is told by the number of the last frame, which may still be on its way
    if (isNewest && !header.isReliable) this.#frameSeq = header.seq;
    const isPast = header.ack !== undefined && !this.#mover.acknowledge(header.ack, now);
    if (header.correction && !isPast) this.#onCorrection(header.correction, header.ack, now);
    readBlocks(bytes, header.end, this.#geometry, (slot, x, y, z, angle) => {
      this.#roster.bySlot[slot]?.track.push(at, { x, y, z, angle });
    });
  }

  /** The first one on a seat says where one starts; whoever knows that better already stays where they are. */
  #onCorrection(pose: Pose, ack: number | undefined, now: number): void {
    if (ack === undefined && this.#mover.hasPose && this.#role === "player") return;
    this.#mover.correct(pose, now);
    this.#events.emit("correction", pose);
  }

  #sendMove(bytes: Uint8Array, isReliable: boolean): "datagram" | "websocket" | undefined {
    if (!this.#seat.isOpen || this.#role !== "player") return undefined;
    if (!isReliable && this.#datagrams.send(frameOfBytes(movementType, bytes))) return "datagram";
    this.room.sendBytes(movementType as never, bytes);
    return "websocket";
  }

  #onConnection(state: ConnectionState): void {
    if (state === "open") {
      this.#mover.open();
      this.#datagrams.open();
      this.#outbox.flush();
    } else this.#datagrams.pause();
    this.#events.emit("connection", { state });
  }

  #onClosed(error: HereaboutsError | undefined): void {
    this.#unwatch();
    clearTimeout(this.#holdTimer);
    this.#mover.close();
    this.#datagrams.close();
    this.#outbox.close();
    this.#hasState.reject(error ?? new HereaboutsError("CLOSED"));
    this.#events.emit("closed", { error });
  }
}
