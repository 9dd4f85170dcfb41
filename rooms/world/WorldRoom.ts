/**
 * A world: a shared scene that people move in. Any slug is one.
 *
 * Who is in it comes from presence and becomes state; poses travel as frames; messages are one file each. A person has
 * one place (slot, pose, avatar) however many tabs they have; the tab that plays moves it.
 */
import { type AuthContext, ClientState } from "@colyseus/core";
import { loadPiece, type Piece } from "../../pieces/index.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { movementType } from "../../schema/frames.ts";
import { type AvatarChange, type WorldAnnouncements, worldJoin } from "../../schema/messages.ts";
import { parseSlug } from "../../schema/slug.ts";
import { WorldState } from "../../schema/world.ts";
import type { Identity } from "../../services/identity/person.ts";
import type { RosterChange } from "../../services/presence/crowd.ts";
import type { WorldSave } from "../../services/saves/saves.ts";
import { BaseRoom, toServerError } from "../BaseRoom.ts";
import { authenticate } from "../join.ts";
import { DatagramPlugin } from "../plugins/datagram.ts";
import { PresencePlugin, type PresentRoom } from "../plugins/presence.ts";
import type { SeatClient } from "../seat.ts";
import type { RoomServices } from "../services.ts";
import { handleAvatar } from "./messages/avatar.ts";
import { handleEmote } from "./messages/emote.ts";
import type { WorldHost } from "./messages/host.ts";
import { handlePiece } from "./messages/piece.ts";
import { handleProps } from "./messages/props.ts";
import { handleSay } from "./messages/say.ts";
import { Movement } from "./movement.ts";
import { People } from "./people.ts";
import { Props } from "./props.ts";

const savePosesMs = 5000;
/** Where another process goes on if this one dies. */
const savePosesOftenMs = 1000;

export abstract class WorldRoom extends BaseRoom<WorldState> implements PresentRoom, WorldHost {
  override state: WorldState = new WorldState();
  props!: Props;
  #piece!: Piece;
  #people!: People;
  #movement!: Movement;
  #save: WorldSave | undefined;

  get exclusiveSeats(): boolean {
    return !this.#piece.manyTabs;
  }

  override async onCreate(options: unknown): Promise<void> {
    super.onCreate(options);
    const slug = parseSlug((options as { slug?: unknown }).slug);
    const { config, saves, cluster } = this.services;
    this.key = `world:${slug}`;
    this.#piece = await loadPiece(slug);
    const tickHz = this.#piece.tickHz ?? config.tickHz;
    const { fence = 0 } = cluster.own(this.key) ?? {};
    const save = await saves.open(slug, { fence, onForgotten: () => this.props.saveAll() });
    this.#save = save;
    const datagrams = new DatagramPlugin(this);
    this.datagrams = datagrams;
    this.#movement = new Movement(this.#piece, this.services, datagrams, tickHz);
    this.#people = new People(this.state, this.#movement, this.#piece, save);
    this.state.slug = slug;
    this.state.tickHz = tickHz;
    Object.assign(this.state.bounds, this.#movement.geometry);
    this.props = new Props(this.state.props, save, this.#piece.savesProps);
    this.metadata = this.describe();
    this.seats = new PresencePlugin(this);
    for (const register of [handleSay, handleEmote, handleAvatar, handleProps, handlePiece]) register(this);
    this.setTimestep(() => {
      if (cluster.isCurrent) this.#movement.sendFrames(this.clients, performance.now());
    }, 1000 / tickHz);
    this.clock.setInterval(() => this.#people.savePoses(), save.keepsAll ? savePosesOftenMs : savePosesMs);
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
  }

  #wish(client: SeatClient, avatar: AvatarChange): void {
    try {
      this.#people.wish(client.userData!.identity.person, avatar);
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
    if (this.services.presence.seat(client.userData!.seat)?.role !== "player") throw new HereaboutsError("SPECTATOR");
    this.#movement.take(client, payload, now);
  }

  override describe() {
    const { slug } = this.state;
    return { ...super.describe(), slug, kind: "world", label: slug, carriers: this.datagrams!.mix };
  }

  /** Presence says who came, went or changed: the state follows. */
  onRoster(changes: readonly RosterChange[]): void {
    for (const change of changes) {
      if (change.type === "leave") this.announce("left", { id: change.person, reason: change.reason });
      if (change.type === "update" && change.was) {
        this.announce("identified", { was: change.was, id: change.entry.identity.person });
      }
      this.#people.apply(change, this.services.presence.counts(this.key));
    }
    for (const client of this.clients) {
      if (client.userData) this.#movement.place(client, this.#people.slotOf(client.userData.identity.person));
    }
  }

  announce<K extends keyof WorldAnnouncements>(type: K, data: WorldAnnouncements[K], except?: SeatClient): void {
    this.broadcast(type, data, { except });
  }

  protected override async keep(): Promise<void> {
    if (!this.#save) return;
    this.#people.savePoses();
    this.#save.end({ movesOn: this.movesOn });
    await this.services.saves.flush();
  }
}

/** The class to register with Colyseus: WorldRoom with its services, which Colyseus has no way to hand in. */
export function worldRoomWith(services: RoomServices): new () => WorldRoom {
  return class extends WorldRoom {
    override readonly services = services;

    /** Brings the slug into its one spelling before Colyseus looks for the room, so that a world is one room. */
    static override async onAuth(token: string, options: Record<string, unknown>, context: AuthContext) {
      return authenticate(services, token ?? context.token, options, worldJoin, (join) => {
        options["slug"] = parseSlug(join.slug);
      });
    }
  };
}
