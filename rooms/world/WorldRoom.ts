/**
 * A world: a shared scene that people move in. Any slug is one.
 *
 * Who is in it comes from presence and becomes state; poses travel as frames; messages are one file each. A person has
 * one place (slot, pose, avatar) however many tabs they have; the tab that plays moves it.
 */
import { type AuthContext, ClientState } from "@colyseus/core";
import { list } from "../../config.ts";
import { loadPiece, type Piece } from "../../pieces/index.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { movementType } from "../../schema/frames.ts";
import { type AnyGame, inputStateOf, newGameState, tame } from "../../schema/game.ts";
import { type AvatarChange, type WorldAnnouncements, type WorldForked, worldJoin } from "../../schema/messages.ts";
import { parseSlug } from "../../schema/slug.ts";
import { WorldState } from "../../schema/world.ts";
import { bound } from "../../services/context.ts";
import type { Identity } from "../../services/identity/person.ts";
import type { RosterChange } from "../../services/presence/crowd.ts";
import type { WorldSave } from "../../services/saves/saves.ts";
import { toServerError } from "../BaseRoom.ts";
import type { Ring } from "../inputs.ts";
import { authenticate } from "../join.ts";
import { OperatedRoom } from "../OperatedRoom.ts";
import { type RoomOrder, sendOn } from "../orders.ts";
import { handleClientLogs } from "../plugins/clientLogs.ts";
import { DatagramPlugin } from "../plugins/datagram.ts";
import { handleFollow } from "../plugins/follow.ts";
import { newSession, RoomLife } from "../plugins/lifecycle.ts";
import { PresencePlugin, type PresentRoom } from "../plugins/presence.ts";
import { mustBeSeen, type SeatClient, type SeatData } from "../seat.ts";
import type { RoomServices } from "../services.ts";
import { notEditable, type StatePath } from "../stateEdits.ts";
import { copyTo, type WorldCopy } from "./copy.ts";
import { createForkPace } from "./forkPace.ts";
import { Play, type PlayedRoom } from "./game/play.ts";
import { handleAsk } from "./messages/ask.ts";
import { handleAvatar } from "./messages/avatar.ts";
import { handleEmote } from "./messages/emote.ts";
import { handleFork } from "./messages/fork.ts";
import type { WorldHost } from "./messages/host.ts";
import { handlePiece } from "./messages/piece.ts";
import { handleProps } from "./messages/props.ts";
import { handleSay } from "./messages/say.ts";
import { Movement } from "./movement.ts";
import { People } from "./people.ts";
import { hostOf } from "./piece/host.ts";
import { PieceRunner } from "./piece/runner.ts";
import { Props } from "./props.ts";
import { Recorder } from "./recorder.ts";

const savePosesMs = 5000;
/** Where another process goes on if this one dies. */
const savePosesOftenMs = 1000;

export abstract class WorldRoom extends OperatedRoom<WorldState> implements PresentRoom, WorldHost {
  override state: WorldState = new WorldState();
  props!: Props;
  /** The id of the room of a slug, made if there is none. */
  abstract readonly openWorld: (slug: string) => Promise<string>;
  abstract readonly checkForkPace: (person: string) => void;
  recorder!: Recorder;
  runner!: PieceRunner;
  #piece!: Piece;
  #people!: People;
  #movement!: Movement;
  /** Of a piece with a game. */
  #play: Play | undefined;
  #save: WorldSave | undefined;
  /** What stands here began as a copy of another world. */
  #isCopy = false;
  /** Who came, went or changed has gone out as a patch. */
  #isRosterTold = true;
  /** It ends: what comes now would be lost. */
  #isKept = false;

  get exclusiveSeats(): boolean {
    return !this.#piece.manyTabs;
  }

  override async onCreate(options: unknown): Promise<void> {
    super.onCreate(options);
    const slug = parseSlug((options as { slug?: unknown }).slug);
    const { config, saves, cluster } = this.services;
    const session = newSession("world", slug, this.services.now());
    this.open(session, new RoomLife(this.services.lifecycle, session));
    const { piece, problem } = await loadPiece(slug);
    this.#piece = piece;
    if (problem !== undefined) this.report(problem, "piece");
    if (piece.game) this.replaceState(newGameState(piece.game));
    const tickHz = this.#piece.tickHz ?? config.tickHz;
    const { fence = 0 } = cluster.own(this.key) ?? {};
    const save = await saves.open(slug, { fence, onForgotten: () => this.props.saveAll() });
    this.#save = save;
    const datagrams = new DatagramPlugin(this);
    this.datagrams = datagrams;
    this.#movement = new Movement(this.#piece, this, datagrams, tickHz);
    if (piece.game) this.#play = this.#begin(piece.game);
    this.#people = new People(this.state, this.#movement, this.#piece, save);
    this.state.slug = slug;
    this.state.tickHz = tickHz;
    Object.assign(this.state.bounds, this.#movement.geometry);
    this.props = new Props(this.state.props, save, piece.savesProps || config.dev, piece.guardsProps);
    this.metadata = this.describe();
    this.recorder = this.#record();
    this.runner = new PieceRunner(
      { ...piece, savesState: piece.savesState || config.dev },
      hostOf(this, this.#play?.game, (slot) => this.#movement.poseOf(slot)),
    );
    this.seats = new PresencePlugin(this);
    const handlers = [
      handleSay,
      handleEmote,
      handleAvatar,
      handleProps,
      handlePiece,
      handleAsk,
      handleFork,
      handleClientLogs,
      handleFollow,
    ];
    for (const register of handlers) register(this);
    // games need steps of one length, which their pages are told; nothing else does
    if (this.#play) this.setFixedTimestep(({ dt }) => this.#tick(dt), tickHz);
    else this.#keepTicks(tickHz);
    const savePoses = bound(() => this.#people.savePoses());
    this.time.every(save.keepsAll ? savePosesOftenMs : savePosesMs, "savePoses", savePoses);
  }

  /** At rest, as most worlds are most of the time, a tick is over before it enters the room's name. */
  #keepTicks(tickHz: number): void {
    const { clients, runner } = this;
    const movement = this.#movement;
    const tick = bound(() => this.#tick(1 / tickHz));
    this.keepTime(1000 / tickHz, () => {
      if (!runner.isIdle || !movement.rest(clients)) tick();
    });
  }

  #tick(seconds: number): void {
    if (!this.services.cluster.isCurrent) return;
    this.#play?.step(seconds);
    this.runner.tick();
    this.#play?.send();
    this.#tellRoster();
    this.#movement.sendFrames(this.clients, performance.now());
  }

  #begin(game: AnyGame): Play {
    const sanitize = (input: object) => tame(game, input as Record<string, number>);
    this.inputs = this.defineInput(inputStateOf(game), { sanitize }) as unknown as typeof this.inputs;
    return new Play(game, this as unknown as PlayedRoom, this.#movement);
  }

  /** Begins to look for something to record. */
  #record(): Recorder {
    const { config, artifacts, now } = this.services;
    const { poses } = this.#movement;
    const isOn = list(config.record).includes("world");
    const recorder = new Recorder({
      state: this.state,
      poses,
      session: this.session.id,
      open: () => (isOn ? artifacts.folder(this.session.id)?.record("world", "capsule") : undefined),
      now: () => performance.now(),
      date: now,
      onError: (error) => this.report(error, "recorder"),
    });
    this.#movement.onTick = (time) => recorder.tick(time);
    return recorder;
  }

  override async onJoin(client: SeatClient, options: unknown): Promise<void> {
    const join = worldJoin.parse(options);
    const identity = client.auth as Identity;
    // whoever was here before starts anew where that cannot be told
    await this.#people.prepare(identity.person).catch((error: unknown) => this.report(error, "pose"));
    if (client.state === ClientState.LEAVING) return; // gone meanwhile, without a seat: Colyseus lets it go
    this.seat(client, join, identity);
    if (join.avatar) this.#wish(client, join.avatar);
    this.#movement.open(client);
    const told = this.seats.join(client);
    this.#people.forgetWish(client.userData!.identity.person);
    await told;
    // the world they come from is not to say that they went before everyone here has been told that they came
    if (this.seats.isInAnotherWorld(client)) await this.patched();
  }

  /** Whoever is muted comes without what their avatar would show. */
  #wish(client: SeatClient, { face, showing, ...avatar }: AvatarChange): void {
    const { person } = client.userData!.identity;
    const isMuted = this.services.bans.holds("mute", this.key, person);
    try {
      this.#people.wish(person, isMuted ? avatar : { ...avatar, face, showing });
    } catch (error) {
      throw toServerError(error);
    }
  }

  protected override reopen(client: SeatClient): void {
    this.#movement.open(client);
    this.#movement.place(client, this.#people.slotOf(client.userData!.identity.person));
  }

  override onBytes(client: SeatClient, type: number, payload: Uint8Array, now: number): void {
    if (type !== movementType) throw new HereaboutsError("UNKNOWN_MESSAGE", `Type ${type}.`);
    if (this.#play) throw new HereaboutsError("PIECE_REFUSED", "People move by its game here, not by moveTo.");
    if (this.services.presence.seat(client.userData!.seat)?.role !== "player") throw new HereaboutsError("SPECTATOR");
    this.#movement.take(client, payload, now);
  }

  override checkInput(client: SeatClient, ring: Ring | undefined): void {
    this.#play?.check(client, ring);
  }

  override describe() {
    const { slug } = this.state;
    return { ...super.describe(), slug, kind: "world", label: slug, carriers: this.datagrams!.mix };
  }

  /** Presence says who came, went or changed: the state follows. */
  onRoster(changes: readonly RosterChange[]): void {
    for (const change of changes) {
      if (change.type === "leave") this.#say("left", { id: change.person, reason: change.reason });
      if (change.type === "update" && change.was) {
        this.#say("identified", { was: change.was, id: change.entry.identity.person });
      }
      this.#people.apply(change, this.services.presence.counts(this.key));
      this.#isRosterTold = false;
      this.#tellPiece(change);
      if (change.type === "leave") this.recorder.left(change.person, change.reason);
      else this.recorder.changed(change.entry.identity.person, change.type === "update" ? change.was : undefined);
    }
    for (const client of this.clients) {
      if (client.userData) this.#movement.place(client, this.#people.slotOf(client.userData.identity.person));
    }
  }

  /** Clients pass over the poses and the words of those they have not been told of. */
  #tellRoster(): void {
    if (!this.#isRosterTold) this.broadcastPatch();
  }

  #tellPiece(change: RosterChange): void {
    if (change.type === "leave") {
      this.runner.leave(change.person, change.reason);
      this.#play?.game.leave(change.person);
      return;
    }
    const person = this.state.people.get(change.entry.identity.person);
    if (!person) return;
    if (change.type === "update" && change.was) {
      this.#play?.game.rename(change.was, person.id);
      this.runner.rename(change.was, person);
    } else {
      this.#play?.game.join(person.id);
      this.runner.join(person);
    }
  }

  async fork(slug: string): Promise<WorldForked> {
    if (slug === this.state.slug) return { slug, status: "joined" };
    const roomId = await this.openWorld(slug);
    return { slug, status: await copyTo(roomId, { from: this.session, props: this.props.copy() }) };
  }

  /** Called from the world that is copied, in any process: see copy.ts. The first copy is taken, where nothing stands yet. */
  takeCopy({ from, props }: WorldCopy): WorldForked["status"] {
    if (this.#isKept || !this.services.cluster.isCurrent) throw new HereaboutsError("UNAVAILABLE");
    if (this.#isCopy || !this.props.adopt(props)) return "joined";
    this.#isCopy = true;
    for (const { key } of props) this.recorder.propChanged(key, "");
    this.services.lifecycle.emit("session.forked", { session: this.session, from });
    return "forked";
  }

  protected override carryOut(order: RoomOrder): number | Promise<number> {
    return order.action === "move" ? sendOn(this, order) : super.carryOut(order);
  }

  mayBeHeard(seat: SeatData): void {
    mustBeSeen(seat);
    this.mayShow(seat);
  }

  mayShow({ identity }: SeatData): void {
    if (this.#isKept) throw new HereaboutsError("UNAVAILABLE", "The world is about to go on elsewhere.");
    this.services.bans.checkSay(this.key, identity.person);
  }

  protected override checkEdit(path: StatePath, value?: unknown): void {
    const [part, key, field] = path;
    // the next step would have it as it was
    if (part === "players" || part === "things") throw notEditable(path);
    if (part === "props" && !this.props.mayBeEdited(String(key), field, value)) throw notEditable(path);
  }

  /** What rooms know beside their state follows it. */
  protected override stateEdited([part, key]: StatePath): void {
    if (part === "people") this.recorder.changed(String(key));
    if (part !== "props") return;
    this.props.edited(String(key));
    this.recorder.propChanged(String(key), "");
  }

  announce<K extends keyof WorldAnnouncements>(type: K, data: WorldAnnouncements[K], except?: SeatClient): void {
    this.#tellRoster();
    this.#say(type, data, except);
  }

  #say<K extends keyof WorldAnnouncements>(type: K, data: WorldAnnouncements[K], except?: SeatClient): void {
    this.broadcast(type, data, { except });
    this.recorder.announced(type, data);
  }

  override broadcastPatch(): boolean {
    if (this.services.cluster.isCurrent) this.#isRosterTold = true;
    return super.broadcastPatch();
  }

  protected override async keep(): Promise<void> {
    this.#isKept = true;
    if (!this.#save) return;
    this.runner?.close();
    this.#people.savePoses();
    this.#save.end({ movesOn: this.movesOn });
    await Promise.all([this.services.saves.flush(), this.recorder?.close(this.movesOn ? "moved" : "closed")]);
  }
}

/** The class to register with Colyseus: WorldRoom with its services, which Colyseus has no way to hand in. */
export function worldRoomWith(services: RoomServices, openWorld: WorldRoom["openWorld"]): new () => WorldRoom {
  const checkForkPace = createForkPace();
  return class extends WorldRoom {
    override readonly services = services;
    override readonly openWorld = openWorld;
    override readonly checkForkPace = checkForkPace;

    /** Brings the slug into its one spelling before Colyseus looks for the room, so that a world is one room. */
    static override async onAuth(token: string, options: Record<string, unknown>, context: AuthContext) {
      return authenticate(services, token ?? context.token, options, worldJoin, (join) => {
        options["slug"] = parseSlug(join.slug);
      });
    }
  };
}
