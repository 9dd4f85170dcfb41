/**
 * What Colyseus makes every room do by hand, done once:
 *
 * - nothing a room does ends the process: what throws is caught and logged, at most once a second per class
 * - a lost connection is held for the grace period, and waiting for it never rejects unhandled
 * - a client that stops reading is cut with a reason before it costs memory
 * - what clients send goes through the gate (gate.ts), where each seat came from is presence's (plugins/presence.ts)
 * - what it does is done in its session's name (plugins/context.ts), whose life is told on the bus (plugins/lifecycle.ts)
 */
import {
  type Client,
  ClientState,
  CloseCode,
  type Deferred,
  Room,
  type RoomException,
  ServerError,
} from "@colyseus/core";
import type { WebSocket } from "ws";
import { closeOf, type ErrorCode, HereaboutsError, toLine } from "../schema/errors.ts";
import type { LeaveReason } from "../schema/messages.ts";
import { know } from "../services/context.ts";
import type { Identity } from "../services/identity/person.ts";
import type { LiveSession } from "../services/lifecycle.ts";
import { figuresOf, kindOf } from "../services/ops/roomMetrics.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import { Budget } from "./budget.ts";
import { detachState, dropReservations, forgetRemoved } from "./colyseus.ts";
import { countJoin } from "./counting.ts";
import { Gate } from "./gate.ts";
import type { Ring } from "./inputs.ts";
import { openLane } from "./lane.ts";
import { lookMs } from "./pings.ts";
import { carryContext, inRoom } from "./plugins/context.ts";
import type { DatagramPlugin } from "./plugins/datagram.ts";
import type { RoomLife } from "./plugins/lifecycle.ts";
import type { PresencePlugin } from "./plugins/presence.ts";
import { Readers } from "./readers.ts";
import { RoomTime } from "./roomTime.ts";
import { endOf, type SeatClient, type SeatData, seatOf, sessionOfSeat } from "./seat.ts";
import type { RoomServices } from "./services.ts";
import { Traffic } from "./traffic.ts";

const describeMs = 1000;
/** RFC 6455, 5.5.1: what a close frame has room for beside its code. */
const closeReasonBytes = 123;

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
  readonly traffic: Traffic = new Traffic();
  /** Set in onCreate, with the key: what its lines and its folder belong to. */
  session!: LiveSession;
  /** Of a session that is this room's: an audio session tells of itself. */
  life: RoomLife | undefined;
  readonly gate: Gate = new Gate(this);
  protected readonly time: RoomTime = new RoomTime(this);
  /** Set in onCreate, once the key is known. */
  protected seats!: PresencePlugin;
  /** Made in onCreate by rooms that have datagrams. */
  protected datagrams?: DatagramPlugin;
  /** Whether another process goes on with this room when it ends here. */
  protected movesOn = false;
  #isMade = false;
  #givingUp: Promise<void> | undefined;
  readonly #reconnections = new Map<string, Deferred<Client>>();

  constructor() {
    super();
    carryContext(this as unknown as Room);
  }

  /** Call it in onCreate as soon as it is known what the room is for. */
  protected open(session: LiveSession, life?: RoomLife): void {
    this.session = session;
    this.key = session.key as RoomKey;
    this.life = life;
    know({ session: session.id, room: session.key });
  }

  within<T>(client: SeatClient | undefined, doing: string, work: () => T): T {
    return inRoom(this, client, doing, work);
  }

  /** Call first in a room's own onCreate. */
  override onCreate(_options: unknown): void | Promise<void> {
    openRooms.add(this as unknown as BaseRoom);
    this.#tendState();
    const readers = new Readers(this.services);
    const on = { slow: (one: SeatClient) => this.end(one, "TOO_SLOW"), silent: (one: SeatClient) => this.#lose(one) };
    const { clients } = this;
    this.time.every(lookMs, "readers", () => readers.look(clients, on, performance.now()));
    this.time.every(describeMs, "describe", () => this.#publish());
  }

  /** Has its clock, its patches and `step`, every `stepMs`, go by the timer of all rooms. Call it in onCreate: see roomTime.ts. */
  protected keepTime(stepMs?: number, step?: () => void): void {
    this.time.keep(this as unknown as Room, stepMs, step);
  }

  /** Puts another state in place of the first, before anyone joins: Colyseus sends it by another serializer. */
  protected replaceState(state: S): void {
    this.state = state;
    this.#tendState();
  }

  #tendState(): void {
    detachState(this);
    forgetRemoved(this);
  }

  /** What the monitor shows of it: told at its making, and when it has changed. Always of the same names. */
  protected describe(): Record<string, string | number> {
    return { ...figuresOf(this.services.presence, this.key), session: this.session.id };
  }

  #publish(): void {
    if (!this.#isMade) return; // what it is described by may not be there yet
    const next = this.describe();
    const { metadata } = this;
    const isSame = Object.keys(next).every((name) => next[name] === metadata[name]);
    if (!isSame) void this.setMetadata(next);
  }

  /** Makes the seat of a client that joins. Throws ROOM_FULL and BANNED. */
  protected seat(
    client: SeatClient,
    join: Partial<Pick<SeatData, "connection" | "attention" | "share" | "invisible">>,
    identity: Identity,
  ): SeatData {
    const { config, admission } = this.services;
    admission.settle(client.sessionId);
    if (this.clients.length > config.maxPeople) {
      throw toServerError(new HereaboutsError("ROOM_FULL", `The limit is ${config.maxPeople}.`));
    }
    try {
      this.services.bans.checkJoin(this.key, identity.person);
    } catch (error) {
      throw toServerError(error);
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
    know({ connection: seat.connection });
    openLane(client.ref as WebSocket);
    this.datagrams?.join(client);
    return seat;
  }

  /** How many of its clients are sent frames by which way. */
  get carriers(): Record<"datagram" | "websocket", number> {
    return this.datagrams?.carriers ?? { datagram: 0, websocket: this.clients.length };
  }

  /** Bytes that a client sent as message number `type`. The default takes none. */
  onBytes(_client: SeatClient, type: number, _payload: Uint8Array, _now: number): void {
    throw new HereaboutsError("UNKNOWN_MESSAGE", `Type ${type}.`);
  }

  /** Throws what a client's inputs are refused with; `ring` is undefined for a reliable one. The default takes all. */
  checkInput(_client: SeatClient, _ring: Ring | undefined): void {}

  /** Ends a client's seat, saying why. Its place is held or not as `endOf` says. */
  end(client: SeatClient, code: ErrorCode, details = ""): void {
    client.userData!.ended = code;
    this.#noteEnd(client, code, "warn");
    const { message } = new HereaboutsError(code, details).toRefusal();
    this.kickClient(client.sessionId, closeOf(code), cutToBytes(message, closeReasonBytes));
  }

  #noteEnd(client: SeatClient, code: ErrorCode, level: "info" | "warn"): void {
    const { metrics, log } = this.services;
    const { identity, connection } = client.userData!;
    metrics.closed.inc({ code });
    const fields = { room: this.key, person: identity.person, connection, code };
    const say = () => log.limited(level, code, fields, "ended a connection");
    if (code !== "REPLACED") this.within(client, "end", say);
  }

  /** One that answers no pings: its network may be gone as well, so that it is held as any that is lost. */
  #lose(client: SeatClient): void {
    this.#noteEnd(client, "TOO_SLOW", "info");
  }

  clientOfSeat(seat: string): SeatClient | undefined {
    return this.clients.get(sessionOfSeat(seat));
  }

  /** The crowd let go of a seat: nothing is held for it any more. */
  releaseSeat(seat: string, reason: LeaveReason): void {
    this.life?.leave(seat);
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
    this.services.admission.settle(client.sessionId);
    openLane(client.ref as WebSocket);
    try {
      this.admit(client, client.userData!.identity);
    } catch (error) {
      if (error instanceof HereaboutsError && error.code === "BANNED") this.end(client, "BANNED", error.details);
      else this.end(client, "KICKED");
      return;
    }
    this.datagrams?.join(client);
    this.reopen(client);
    this.seats.resume(client);
  }

  /** Begins anew what a client's connection had, when it is back and before presence says so. */
  protected reopen(_client: SeatClient): void {}

  /** Whether someone may (still) be here, asked when they sign in and when they are back. Throws why not. */
  admit(_client: SeatClient, { person }: Identity): void {
    this.services.bans.checkJoin(this.key, person);
  }

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
    this.life?.made();
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
    this.time.end();
    return this.#giveUp().finally(() => this.life?.end(this.movesOn));
  }

  override onUncaughtException(error: RoomException, where: string): void {
    const cause = error.cause instanceof Error ? error.cause : error;
    if (!(cause instanceof ServerError)) this.report(cause, where);
    else if (where === "onJoin") countJoin(this.services.metrics, kindOf(this.key), cause);
  }

  /** Logs and counts what was thrown where nothing should be. */
  report(error: unknown, where: string): void {
    this.services.metrics.errors.inc({ where });
    const say = () => this.services.log.limited("error", where, { room: this.key, error }, `${where} failed`);
    this.within(undefined, where, say);
  }

  /** Colyseus calls this from a bare timer: what it throws would reach the process. */
  override broadcastPatch(): boolean {
    const hasChanges = this.#guarded("broadcastPatch", () => super.broadcastPatch());
    this.time.hasPatched();
    return hasChanges;
  }

  /** Resolves when the next patch has gone out, or there will be none: what the state says now is told to everyone here. */
  protected patched(): Promise<void> {
    return this.time.patched();
  }

  /** As `broadcastPatch`, in a room with an `unreliablePatchRate`. */
  override broadcastUnreliablePatch(): boolean {
    // while all are about to join, Colyseus would warn that they cannot be sent such
    if (this.clients.length > 0 && !this.clients.some(({ state }) => state === ClientState.JOINED)) return false;
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
}

/** Closes after which Colyseus's own SDK does not come back; ours joins again and finds its place held. */
const finalForSdk = new Set<number>([CloseCode.SERVER_SHUTDOWN, CloseCode.WITH_ERROR, closeOf("TOO_LARGE")]);

function cutToBytes(text: string, maxBytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > maxBytes) cut = [...cut].slice(0, -1).join("");
  return cut;
}

/** How Colyseus tells a client that it is not let in: a status and a message, which our code leads. */
export function toServerError(error: unknown): ServerError {
  if (!(error instanceof HereaboutsError)) throw error;
  return new ServerError(error.status, toLine(error));
}
