/**
 * What Colyseus makes every room do by hand, done once:
 *
 * - nothing a room does ends the process: what throws is caught and logged, at most once a second per class
 * - a lost connection is held for the grace period, and waiting for it never rejects unhandled
 * - a client that stops reading is cut with a reason before it costs memory
 * - what clients send goes through the gate (gate.ts), where each seat came from is presence's (plugins/presence.ts)
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Client,
  ClientState,
  CloseCode,
  type Deferred,
  Room,
  type RoomException,
  ServerError,
} from "@colyseus/core";
import { MapSchema, Schema } from "@colyseus/schema";
import type { WebSocket } from "ws";
import { closeOf, type ErrorCode, HereaboutsError } from "../schema/errors.ts";
import type { LeaveReason } from "../schema/messages.ts";
import type { Identity } from "../services/identity/person.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import { Budget } from "./budget.ts";
import { backlogOf, detachState, dropReservations, terminate } from "./colyseus.ts";
import { Gate } from "./gate.ts";
import { openLane } from "./lane.ts";
import type { DatagramPlugin } from "./plugins/datagram.ts";
import type { PresencePlugin } from "./plugins/presence.ts";
import { endOf, type SeatClient, type SeatData, seatOf, sessionOfSeat } from "./seat.ts";
import type { RoomServices } from "./services.ts";

const backlogCheckMs = 250;
const describeMs = 1000;
const terminateAfterMs = 1000;

/** Those of this process. */
export const openRooms: Set<BaseRoom> = new Set();

export abstract class BaseRoom<S extends object = object, Input = never> extends Room<{
  state: S;
  client: SeatClient;
  input: Input;
}> {
  abstract readonly services: RoomServices;
  /** Set in onCreate: "world:field". */
  key: RoomKey = ":";
  readonly gate: Gate = new Gate(this);
  /** Set in onCreate, once the key is known. */
  protected seats!: PresencePlugin;
  /** Made in onCreate by rooms that have datagrams. */
  protected datagrams?: DatagramPlugin;
  /** Whether another process goes on with this room when it ends here. */
  protected movesOn = false;
  #isMade = false;
  #givingUp: Promise<void> | undefined;
  readonly #reconnections = new Map<string, Deferred<Client>>();

  /** Call first in a room's own onCreate. */
  override onCreate(_options: unknown): void | Promise<void> {
    openRooms.add(this as unknown as BaseRoom);
    detachState(this);
    this.clock.setInterval(() => this.#cutSlowClients(), backlogCheckMs);
    this.clock.setInterval(() => this.#publish(), describeMs);
  }

  /** What the monitor shows of it: told at its making, and when it has changed. */
  protected describe(): Record<string, unknown> {
    const { people, connections, guests, here } = this.services.presence.counts(this.key);
    return { people, connections, guests, here };
  }

  #publish(): void {
    if (!this.#isMade) return; // what it is described by may not be there yet
    const next = this.describe();
    if (!isDeepStrictEqual(next, this.metadata)) void this.setMetadata(next);
  }

  /** Makes the seat of a client that joins. Throws ROOM_FULL. */
  protected seat(
    client: SeatClient,
    join: Partial<Pick<SeatData, "connection" | "attention" | "share" | "invisible">>,
    identity: Identity,
  ): SeatData {
    const { config } = this.services;
    if (this.clients.length > config.maxPeople) {
      throw toServerError(new HereaboutsError("ROOM_FULL", `The limit is ${config.maxPeople}.`));
    }
    const seat: SeatData = {
      seat: seatOf(this, client),
      identity,
      connection: join.connection ?? client.sessionId,
      attention: join.attention ?? "visible",
      share: join.share ?? false,
      invisible: join.invisible ?? false,
      budget: new Budget(config, performance.now()),
    };
    client.userData = seat;
    openLane(client.ref as WebSocket);
    this.datagrams?.join(client);
    return seat;
  }

  /** Bytes that a client sent as message number `type`. The default takes none. */
  onBytes(_client: SeatClient, type: number, _payload: Uint8Array, _now: number): void {
    throw new HereaboutsError("UNKNOWN_MESSAGE", `Type ${type}.`);
  }

  /** Ends a client's seat, saying why. Its place is held or not as `endOf` says. */
  end(client: SeatClient, code: ErrorCode, details = ""): void {
    const { metrics, log } = this.services;
    const { identity, connection } = client.userData!;
    client.userData!.ended = code;
    metrics.closed.inc({ code });
    const fields = { room: this.key, person: identity.person, connection, code };
    if (code !== "REPLACED") log.limited("warn", code, fields, "ended a connection");
    const { message } = new HereaboutsError(code, details).toRefusal();
    this.kickClient(client.sessionId, closeOf(code), message.slice(0, 120));
  }

  /** What the monitor's button to disconnect a client calls: it is not to come back by itself. */
  _forceClientDisconnect(sessionId: string): void {
    const client = this.clients.get(sessionId);
    if (client?.userData) this.end(client, "KICKED");
  }

  /** What the monitor's button to edit state calls: anything but another value of the same type would break the encoder. */
  _editStateProperty(path: readonly (string | number)[], value: unknown): void {
    const owner = this.#stateAt(path.slice(0, -1));
    const key = String(path.at(-1));
    const isText = typeof value === "string" && value.isWellFormed();
    const isValue = isText || typeof value === "boolean" || Number.isFinite(value);
    if (!owner || !isValue || typeof owner[key] !== typeof value) throw notEditable(path);
    owner[key] = value;
  }

  /** What its button to delete calls: entries of maps, as fields are always there. */
  _deleteStateProperty(path: readonly (string | number)[]): void {
    const owner = this.#stateAt(path.slice(0, -1));
    if (!(owner instanceof MapSchema)) throw notEditable(path);
    owner.delete(String(path.at(-1)));
  }

  #stateAt(path: readonly (string | number)[]): Record<string, unknown> | undefined {
    let at: unknown = this.state;
    for (const key of path) {
      at = at instanceof MapSchema ? at.get(String(key)) : at instanceof Schema ? at[key as keyof Schema] : undefined;
    }
    return at instanceof Schema || at instanceof MapSchema ? (at as unknown as Record<string, unknown>) : undefined;
  }

  clientOfSeat(seat: string): SeatClient | undefined {
    return this.clients.get(sessionOfSeat(seat));
  }

  /** The crowd let go of a seat: nothing is held for it any more. */
  releaseSeat(seat: string, reason: LeaveReason): void {
    this.#reconnections.get(sessionOfSeat(seat))?.reject(new Error("the seat is no longer held"));
    const client = this.clientOfSeat(seat);
    if (client && client.state !== ClientState.LEAVING && reason === "replaced") this.end(client, "REPLACED");
  }

  override onDrop(client: SeatClient, code?: number): void {
    this.datagrams?.leave(client);
    if (!client.userData || endOf(code, client) !== "held") return;
    this.seats.hold(client);
    if (client.userData.ended || finalForSdk.has(code ?? 0)) return;
    const reconnection = this.allowReconnection(client, this.services.config.graceMs / 1000 + 1);
    if (!("reject" in reconnection)) return void (reconnection as Promise<unknown>).catch(() => {});
    const { sessionId } = client;
    this.#reconnections.set(sessionId, reconnection);
    const forget = () => void this.#reconnections.delete(sessionId);
    reconnection.then(forget, forget);
  }

  override onReconnect(client: SeatClient): void {
    openLane(client.ref as WebSocket);
    try {
      this.admit(client, client.userData!.identity);
    } catch {
      this.end(client, "KICKED");
      return;
    }
    this.datagrams?.join(client);
    this.reopen(client);
    this.seats.resume(client);
  }

  /** Begins anew what a client's connection had, when it is back and before presence says so. */
  protected reopen(_client: SeatClient): void {}

  /** Whether someone may (still) be here, asked when they sign in and when they are back. Throws why not. */
  admit(_client: SeatClient, _identity: Identity): void {}

  override onLeave(client: SeatClient, code?: number): void {
    this.datagrams?.leave(client);
    this.seats.leave(client, code);
  }

  /** It goes on in another process: what it has is kept, and everyone is sent there. Nobody is told that anybody left. */
  async moveOn(): Promise<void> {
    this.movesOn = true;
    await this.#giveUp();
    if (this.#isMade) await this.#close();
  }

  /** Colyseus has made it: from now on it can be closed. */
  async onMade(): Promise<void> {
    this.#isMade = true;
    if (this.movesOn) await this.#close();
  }

  async #close(): Promise<void> {
    this.seats?.close(); // it may have been given up before it had any
    for (const client of [...this.clients]) if (client.userData) this.end(client, "MOVED");
    await this.disconnect(closeOf("MOVED"));
  }

  override disconnect(closeCode?: number): Promise<unknown> {
    dropReservations(this as unknown as Room);
    return super.disconnect(closeCode);
  }

  /** Stores what a successor goes on with. */
  protected async keep(): Promise<void> {}

  #giveUp(): Promise<void> {
    this.#givingUp ??= this.#giveUpOnce();
    return this.#givingUp;
  }

  async #giveUpOnce(): Promise<void> {
    this.seats?.close();
    await this.keep().catch((error: unknown) => this.report(error, "keep"));
    const { cluster } = this.services;
    const home = cluster.own(this.key);
    if (home?.value === this.roomId) await cluster.release(home);
  }

  override onDispose(): void | Promise<void> {
    openRooms.delete(this as unknown as BaseRoom);
    return this.#giveUp();
  }

  override onUncaughtException(error: RoomException, where: string): void {
    const cause = error.cause instanceof Error ? error.cause : error;
    if (!(cause instanceof ServerError)) this.report(cause, where);
  }

  /** Logs and counts what was thrown where nothing should be. */
  report(error: unknown, where: string): void {
    this.services.metrics.errors.inc({ where });
    this.services.log.limited("error", where, { room: this.key, error }, `${where} failed`);
  }

  /** Colyseus calls this from a bare timer: what it throws would reach the process. */
  override broadcastPatch(): boolean {
    return this.#guarded("broadcastPatch", () => super.broadcastPatch());
  }

  /** As `broadcastPatch`, in a room with an `unreliablePatchRate`. */
  override broadcastUnreliablePatch(): boolean {
    return this.#guarded("broadcastUnreliablePatch", () => super.broadcastUnreliablePatch());
  }

  #guarded(where: string, send: () => boolean): boolean {
    // whoever hears two rooms of a key hears one too many
    if (!this.services.cluster.isCurrent) return false;
    try {
      return send();
    } catch (error) {
      this.report(error, where);
      return false;
    }
  }

  #cutSlowClients(): void {
    for (const client of [...this.clients]) {
      if (backlogOf(client) <= this.services.config.backlogCloseBytes) continue;
      if (!client.userData?.ended) this.end(client, "TOO_SLOW");
      setTimeout(() => terminate(client), terminateAfterMs).unref();
    }
  }
}

/** Closes after which Colyseus's own SDK does not come back; ours joins again and finds its place held. */
const finalForSdk = new Set<number>([CloseCode.SERVER_SHUTDOWN, CloseCode.WITH_ERROR, closeOf("TOO_LARGE")]);

function notEditable(path: readonly (string | number)[]): HereaboutsError {
  return new HereaboutsError("BAD_MESSAGE", `${path.join(".")} does not take this from the monitor.`);
}

/** How Colyseus tells a client that it is not let in: a status and a message, which our code leads. */
export function toServerError(error: unknown): ServerError {
  if (!(error instanceof HereaboutsError)) throw error;
  return new ServerError(error.status, `${error.code}: ${error.toRefusal().message}`);
}
