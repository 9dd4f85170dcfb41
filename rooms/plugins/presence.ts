/**
 * Presence for any room: records the seat of each client with the crowd, and tells the room what that changed.
 * Online, here, ghosts and counts all follow from these seats; no room keeps a list of its own.
 *
 * Not a Colyseus RoomPlugin: those know no drop and no reconnect, and a room that catches its errors skips the hooks of
 * its plugins in the first instance of its class (0.18.17: the hooks are bound before the plugins wrap them).
 */
import { type LeaveReason, seatMessages } from "../../schema/messages.ts";
import { know } from "../../services/context.ts";
import type { Identity } from "../../services/identity/person.ts";
import type { Change, RoomKey, RosterChange } from "../../services/presence/crowd.ts";
import { isAway, isWorld } from "../../services/presence/entry.ts";
import type { Gate } from "../gate.ts";
import { endOf, type SeatClient } from "../seat.ts";
import type { RoomServices } from "../services.ts";
import type { RoomLife } from "./lifecycle.ts";

/** A room that presence reports to. */
export interface PresentRoom {
  readonly key: RoomKey;
  readonly services: RoomServices;
  readonly gate: Gate;
  autoDispose: boolean;
  /** Of a session that is this room's. */
  readonly life: RoomLife | undefined;
  /** One seat of a person plays and the others watch. */
  readonly exclusiveSeats: boolean;
  onRoster(changes: readonly RosterChange[]): void;
  /** Throws why someone may not be here as who they are now. */
  admit(client: SeatClient, identity: Identity): void;
  clientOfSeat(seat: string): SeatClient | undefined;
  releaseSeat(seat: string, reason: LeaveReason): void;
  /** Who has that seat signed in: was `before`. */
  onIdentified?(client: SeatClient, before: Identity): void;
  /** Does `work` in the name of this room, and of the client's seat. */
  within<T>(client: SeatClient | undefined, doing: string, work: () => T): T;
  report(error: unknown, where: string): void;
}

export class PresencePlugin {
  readonly #room: PresentRoom;
  readonly #unwatch: () => void;
  /** Of this process's home of the room: what it says of its seats is heard above those that had it before. */
  readonly #fence: number;

  /** Make it when the room's key is known and `onRoster` can be called: those who were in it elsewhere are held here. */
  constructor(room: PresentRoom) {
    this.#room = room;
    const { presence, tokens, cluster } = room.services;
    this.#fence = cluster.own(room.key)?.fence ?? 0;
    this.#adopt();
    this.#unwatch = presence.watch(room.key, (changes) => {
      // one change can be news in several rooms: what is wrong in this one must not keep it from the others
      room.within(undefined, "roster", () => {
        try {
          this.#onChanges(changes);
        } catch (error) {
          room.report(error, "onRoster");
        }
      });
    });
    room.gate.handle("attention", seatMessages.attention, ({ userData }, { attention }) =>
      presence.apply({ type: "attention", seat: userData!.seat, attention }),
    );
    const play = ({ userData }: SeatClient) => {
      if (room.exclusiveSeats) presence.apply({ type: "play", seat: userData!.seat });
    };
    // in an audio session it is said of a track
    if (!room.gate.has("play")) room.gate.handle("play", seatMessages.play, play);
    room.gate.handle("identify", seatMessages.identify, async (client, { token }) => {
      const { userData } = client;
      const identity = await tokens.verify(token);
      room.admit(client, identity);
      const before = userData!.identity;
      userData!.identity = identity;
      know({ person: identity.person });
      room.life?.identify(userData!.seat, identity);
      room.onIdentified?.(client, before);
      presence.apply({ type: "identify", seat: userData!.seat, identity, exclusive: room.exclusiveSeats });
      return { id: identity.person, handle: identity.handle, name: identity.name, guest: identity.guest };
    });
  }

  /** Nobody has a seat in a room that is made, unless another process was its home. */
  #adopt(): void {
    const room = this.#room;
    const { presence, cluster } = room.services;
    if (cluster.isAlone) return;
    presence.apply({ type: "adopt", room: room.key, fence: this.#fence });
    const held = [...presence.roster(room.key)].filter(({ status }) => status !== "ghost");
    if (held.length > 0) this.#onChanges(held.map((entry) => ({ type: "join", room: room.key, entry })));
  }

  /** Answers, where there are other processes, when they have been told: who goes on from here to a room there is known. */
  join(client: SeatClient): Promise<void> | undefined {
    const { services, key, exclusiveSeats } = this.#room;
    const { seat, identity, connection, attention, share, invisible } = client.userData!;
    this.#room.life?.join(seat, identity, connection);
    services.presence.apply({
      type: "join",
      seat,
      room: key,
      identity,
      connection,
      attention,
      share,
      invisible,
      exclusive: exclusiveSeats,
      fence: this.#fence,
    });
    this.#log(client, "joined");
    this.#tellRole(client);
    return services.cluster.isAlone ? undefined : services.presence.settled();
  }

  /** Whether the client's tab holds a seat in another world too: it is on its way from there to here, or in both. */
  isInAnotherWorld({ userData }: SeatClient): boolean {
    const { services, key } = this.#room;
    const { identity, connection } = userData!;
    const { seatsElsewhere } = services.presence.grounds(key, identity.person);
    return seatsElsewhere.some((seat) => isWorld(seat.room) && seat.connection === connection && !isAway(seat));
  }

  /** The connection is lost: the place is held. */
  hold(client: SeatClient): void {
    const { userData } = client;
    this.#log(client, "held");
    this.#room.services.presence.apply({ type: "drop", seat: userData!.seat });
  }

  resume(client: SeatClient): void {
    this.#log(client, "reconnected");
    this.#room.services.presence.apply({ type: "resume", seat: client.userData!.seat });
    this.#tellRole(client);
  }

  /** Whoever comes plays, unless told otherwise. */
  #tellRole(client: SeatClient): void {
    const role = this.#room.services.presence.seat(client.userData!.seat)?.role;
    if (role === "spectator") client.send("role", { role });
  }

  leave(client: SeatClient, code: number | undefined): void {
    if (!client.userData) return;
    const end = endOf(code, client);
    if (end === "held") this.hold(client);
    else {
      this.#log(client, end);
      this.#room.services.presence.apply({ type: "leave", seat: client.userData.seat, reason: end });
    }
  }

  close(): void {
    this.#unwatch();
  }

  #log({ userData }: SeatClient, what: string): void {
    const { services, key } = this.#room;
    const { identity, connection, seat } = userData!;
    services.log.debug({ room: key, person: identity.person, connection, seat }, `seat ${what}`);
  }

  #logChange(change: Change): void {
    if (change.type === "end" || change.type === "role") return;
    const [person, status] =
      change.type === "leave" ? [change.person, change.reason] : [change.entry.identity.person, change.entry.status];
    this.#room.services.log.debug({ person, status }, `roster ${change.type}`);
  }

  #onChanges(changes: readonly Change[]): void {
    const room = this.#room;
    for (const change of changes) {
      this.#logChange(change);
      if (change.type === "end") room.releaseSeat(change.seat, change.reason);
      else if (change.type === "role") room.clientOfSeat(change.seat)?.send("role", { role: change.role });
    }
    room.autoDispose = room.services.presence.counts(room.key).people === 0;
    room.onRoster(changes.filter((change) => change.type !== "end" && change.type !== "role"));
  }
}
