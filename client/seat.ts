/**
 * A seat in a room that outlives its connections: after a drop, a drain, a killed server or a sleep it joins again by
 * itself, as the same tab, so that the server gives it the same place.
 *
 * States: connecting, open, reconnecting, closed. Only being kicked, banned, replaced by oneself, or leaving closes it.
 */
import type { Client, Room } from "colyseus.js";
import { codeOfClose, type ErrorCode, HereaboutsError } from "../schema/errors.ts";
import { tapRoom } from "./colyseus.ts";
import { toKnown } from "./errors.ts";
import { giveUp, hasStray } from "./strays.ts";
import { watchWaking } from "./tab.ts";
import type { TapLink, Wire } from "./tap.ts";

/** How one's link to a room is: see `world.connection`. */
export type ConnectionState = "connecting" | "open" | "reconnecting" | "closed";

export interface SeatEvents<State> {
  /** A room was joined, for the first time or again: put listeners on it. */
  onRoom(room: Room<unknown, State>): void;
  onState(state: ConnectionState): void;
  /** It ended for good. No error: one left. */
  onClosed(error: HereaboutsError | undefined): void;
  /** It ended for this reason and will be joined again. */
  onTrouble(error: HereaboutsError): void;
}

export interface SeatOptions<State> extends SeatEvents<State> {
  client: Client;
  roomName: TapLink["room"];
  /** Which of them: a slug, an instance, a session's id. */
  label: string;
  wire?: Wire | undefined;
  /** Asked for at each joining. */
  joinOptions(): Record<string, unknown>;
  /** Asked for when the token is not valid any more. */
  renew(): Promise<void>;
}

const retryMs = [0, 250, 500, 1000, 2000, 4000];
/** After this long without a word from the server it is asked for one; without an answer the link is dead. */
const askMs = 2500;
const silentMs = 6000;
const checkMs = 1000;
/** A process that stands still takes connections and says nothing. */
const joinMs = 8000;
/** A server that does not answer is left all the same. */
const leaveMs = 2000;
/** Closes and refusals after which trying again is no use. */
const finalCodes = new Set<ErrorCode>([
  "KICKED",
  "REPLACED",
  "BANNED",
  "HANDLE_TAKEN",
  "BAD_SLUG",
  "SESSION_NOT_FOUND",
  "SESSION_ENDED",
]);
const consented = 4000;
/** How long one who joins for the first time comes again where the server is busy: a rush is over by then. */
const busyMs = 60_000;

/** When to come again: the server gives everyone a time of their own, and clocks of many tabs may still tick together. */
function comeBackMs({ retryAfterMs = 1000 }: HereaboutsError): number {
  return retryAfterMs * (1 + Math.random() / 10);
}

export class Seat<State> {
  readonly #options: SeatOptions<State>;
  #room: Room<unknown, State> | undefined;
  #state: ConnectionState = "connecting";
  #attempt = 0;
  #heardAt = 0;
  #joining: Promise<Room<unknown, State>> | undefined;
  #checkedAt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #stopWaiting = () => {};
  readonly #checkTimer: ReturnType<typeof setInterval>;
  readonly #unwatch: () => void;

  constructor(options: SeatOptions<State>) {
    this.#options = options;
    this.#checkTimer = setInterval(() => this.#check(), checkMs);
    (this.#checkTimer as { unref?: () => void }).unref?.();
    this.#unwatch = watchWaking(() => this.#retryNow());
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The room of the newest connection. Throws CLOSED before there was one. */
  get room(): Room<unknown, State> {
    if (!this.#room) throw new HereaboutsError("CLOSED", "It was not joined yet.");
    return this.#room;
  }

  get isOpen(): boolean {
    return this.#state === "open" && this.#room!.connection.isOpen;
  }

  /** Joins for the first time, as soon as the server lets it. Throws what keeps it from that. */
  async join(): Promise<void> {
    for (const until = performance.now() + busyMs; ; ) {
      try {
        return await this.#connect();
      } catch (thrown) {
        const error = thrown as HereaboutsError;
        const wait = comeBackMs(error);
        if (error.code !== "BUSY" || performance.now() + wait > until) {
          this.#end();
          throw error;
        }
        await this.#pause(wait);
        if (this.#state === "closed") return;
      }
    }
  }

  /** Until one has left, at most. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#retryTimer = setTimeout(resolve, ms);
      this.#stopWaiting = resolve;
    });
  }

  /** Sends what needs no answer. Whether it could. */
  send(type: string, message: unknown): boolean {
    if (!this.isOpen) return false;
    this.room.send(type as never, message as never);
    return true;
  }

  /** Something has come from the server. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  async leave(): Promise<void> {
    if (this.#state === "closed") return;
    const room = this.#room;
    const wasOpen = this.isOpen;
    this.#end();
    this.#options.onClosed(undefined);
    if (!room || !wasOpen) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const longEnough = new Promise((resolve) => {
      timer = setTimeout(resolve, leaveMs);
    });
    await Promise.race([room.leave(true), longEnough]);
    clearTimeout(timer);
  }

  async #connect(): Promise<void> {
    const { client, roomName, joinOptions } = this.#options;
    const joining = client.joinOrCreate<State>(roomName, joinOptions());
    this.#joining = joining;
    let room: Room<unknown, State>;
    try {
      room = await this.#withinJoinMs(joining);
    } catch (error) {
      throw toKnown(error);
    } finally {
      this.#joining = undefined;
    }
    room.reconnection.enabled = false;
    if (this.#state === "closed") return;
    if (this.#options.wire) tapRoom(room, this.#options.wire, roomName);
    this.#room = room;
    this.#attempt = 0;
    this.heard();
    room.onLeave((code, reason) => this.#onLeave(room, code, reason));
    room.onError(() => {});
    this.#options.onRoom(room);
    this.#setState("open");
  }

  /** Throws TIMEOUT; a room that comes later is left, and may have taken the place of a newer one. */
  async #withinJoinMs(joining: Promise<Room<unknown, State>>): Promise<Room<unknown, State>> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#giveUp();
        reject(new HereaboutsError("TIMEOUT"));
      }, joinMs);
    });
    try {
      return await Promise.race([joining, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  #giveUp(): void {
    if (this.#joining) giveUp(this.#options.client, this.#key, this.#joining as Promise<Room>);
    this.#joining = undefined;
  }

  get #key(): string {
    return `${this.#options.roomName}:${this.#options.label}`;
  }

  #onLeave(room: Room<unknown, State>, code: number, reason: string | undefined): void {
    if (room !== this.#room || this.#state === "closed") return;
    const known = codeOfClose(code);
    const error = known ? HereaboutsError.fromRefusal({ code: known, message: reason ?? "", remedy: "" }) : undefined;
    const isByStray = known === "REPLACED" && hasStray(this.#options.client, this.#key);
    if (code === consented || (known && finalCodes.has(known) && !isByStray)) {
      this.#end();
      this.#options.onClosed(error ?? new HereaboutsError("CLOSED", "The server closed this room."));
      return;
    }
    if (error && known !== "DRAINING" && known !== "MOVED" && !isByStray) this.#options.onTrouble(error);
    this.#setState("reconnecting");
    if (known === "ABUSE") this.#attempt = retryMs.length - 1;
    this.#retry();
  }

  /** `busyMs`: when the server said to come again. */
  #retry(busyMs?: number): void {
    clearTimeout(this.#retryTimer);
    const wait = retryMs[Math.min(this.#attempt, retryMs.length - 1)]!;
    if (busyMs === undefined) this.#attempt++;
    const ms = busyMs ?? wait + Math.random() * (wait / 4 + 50);
    this.#retryTimer = setTimeout(() => this.#retryNow(), ms);
  }

  #retryNow(): void {
    if (this.#state !== "reconnecting" || this.#retryTimer === undefined) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#connect().catch(async (error: HereaboutsError) => {
      if (error.code === "BAD_TOKEN") await this.#options.renew().catch(() => {});
      if (this.#state !== "reconnecting") return;
      if (finalCodes.has(error.code)) {
        this.#end();
        this.#options.onClosed(error);
        return;
      }
      if (error.code === "BAD_TOKEN" || error.code === "ROOM_FULL") this.#options.onTrouble(error);
      this.#retry(error.code === "BUSY" ? comeBackMs(error) : undefined);
    });
  }

  /** A link can be dead without a close: a cable pulled, a laptop that slept. A page that slept gets another second. */
  #check(): void {
    const now = performance.now();
    const slept = now - this.#checkedAt > checkMs * 3;
    this.#checkedAt = now;
    const silence = now - this.#heardAt;
    if (this.#state !== "open" || slept || silence < askMs) return;
    const room = this.#room!;
    if (silence < silentMs) {
      room.ping(() => this.heard());
      return;
    }
    this.#onLeave(room, 1006, "silent");
    room.removeAllListeners();
    room.connection.close();
  }

  #setState(state: ConnectionState): void {
    if (this.#state === state || this.#state === "closed") return;
    this.#state = state;
    this.#options.onState(state);
  }

  #end(): void {
    this.#setState("closed");
    this.#giveUp();
    clearTimeout(this.#retryTimer);
    this.#stopWaiting();
    clearInterval(this.#checkTimer);
    this.#unwatch();
  }
}
