/**
 * A room that operators see and steer (OP1, OP2): what the buttons of Colyseus's monitor call in it, orders that come from
 * any process, what it shows live, and bans, which end the seats of those whom they hold for as soon as they are laid.
 */
import type { Client } from "@colyseus/core";
import type { ChannelStats } from "../schema/channel.ts";
import { HereaboutsError } from "../schema/errors.ts";
import type { LiveRoom } from "../schema/operations.ts";
import { BaseRoom } from "./BaseRoom.ts";
import { liveRoom } from "./live.ts";
import { endBanned, endSeats, type RoomOrder } from "./orders.ts";
import { type Answered, answering } from "./remote.ts";
import { deleteFromState, editState, type StatePath } from "./stateEdits.ts";

export abstract class OperatedRoom<S extends object = object> extends BaseRoom<S> {
  #unwatchBans = () => {};

  override onCreate(options: unknown): void | Promise<void> {
    this.#unwatchBans = this.services.bans.watch(() => endBanned(this));
    return super.onCreate(options);
  }

  override onDispose(): void | Promise<void> {
    this.#unwatchBans();
    return super.onDispose();
  }

  /** What the monitor's button to disconnect a client calls: it is not to come back by itself. */
  _forceClientDisconnect(sessionId: string): void {
    const client = this.clients.get(sessionId);
    if (client?.userData) this.end(client, "KICKED");
  }

  /** What the monitor's button to edit state calls. */
  _editStateProperty(path: StatePath, value: unknown): void {
    this.checkEdit(path, value);
    editState(this.state, path, value);
    this.stateEdited(path);
  }

  /** What its button to delete calls. */
  _deleteStateProperty(path: StatePath): void {
    this.checkEdit(path);
    deleteFromState(this.state, path);
    this.stateEdited(path);
  }

  /** Throws BAD_MESSAGE for what an operator is not to change, or to delete if no value is given. */
  protected checkEdit(_path: StatePath, _value?: unknown): void {}

  /** An operator has changed the state by hand: what the room keeps beside it is to follow. */
  protected stateEdited(_path: StatePath): void {}

  /** What operators ask of it, from any process (operations.ts). Answers how many seats it concerned. */
  operate(order: RoomOrder): Promise<Answered<number>> {
    return answering(() => this.carryOut(order));
  }

  live(): Promise<Answered<LiveRoom>> {
    return answering(() => this.watched());
  }

  statsOf(client: Client): ChannelStats | undefined {
    return this.datagrams?.statsOf(client);
  }

  protected carryOut({ action, person, reason }: RoomOrder): number | Promise<number> {
    if (action !== "kick") throw new HereaboutsError("BAD_BODY", `A ${action} does nothing in ${this.key}.`);
    return endSeats(this, person, "KICKED", reason && `Reason: ${reason}`);
  }

  protected watched(): LiveRoom {
    return liveRoom(this);
  }
}
