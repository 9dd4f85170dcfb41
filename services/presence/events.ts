/**
 * What the crowd is told. Of own seats it hears what happens to them, and decides; of those of other processes it hears
 * what their owner decided.
 */
import type { Attention, LeaveReason } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import type { RoomKey, SeatRole } from "./entry.ts";

export type CrowdEvent = OwnEvent | RemoteEvent;

export type OwnEvent =
  | {
      type: "join";
      seat: string;
      room: RoomKey;
      identity: Identity;
      connection: string;
      attention: Attention;
      share: boolean;
      /** Counted nowhere, and shown to moderators only. */
      invisible?: boolean;
      /** One seat of a person plays and the others watch (PR9). */
      exclusive: boolean;
      /** Of the room's home; 0 where there are no others. */
      fence?: number;
    }
  | { type: "drop"; seat: string }
  | { type: "resume"; seat: string }
  | { type: "leave"; seat: string; reason: LeaveReason }
  | { type: "attention"; seat: string; attention: Attention }
  | { type: "play"; seat: string }
  /** It goes along with a person from now on; with nobody for "". */
  | { type: "follow"; seat: string; person: string }
  | { type: "identify"; seat: string; identity: Identity; exclusive: boolean }
  | { type: "tick" };

export type RemoteEvent =
  /** A seat is as its owner says. */
  | { type: "put"; origin: string; seat: SeatState }
  | { type: "end"; origin: string; seat: string; reason: LeaveReason }
  /**
   * Nobody speaks for the seats of a process (`""`: of this one) any more, or for those in one of its rooms: they are held
   * until a new home of their room adopts them, then end.
   */
  | { type: "vanish"; origin: string; room?: RoomKey; reason: "lost" | "drained" }
  /** This process is the room's home now: what others held there is its own, and held until it is taken up again. */
  | { type: "adopt"; room: RoomKey; fence: number };

/** A seat as one process tells it to the others. */
export interface SeatState {
  readonly key: string;
  readonly room: RoomKey;
  readonly identity: Identity;
  readonly connection: string;
  readonly attention: Attention;
  readonly role: SeatRole;
  readonly share: boolean;
  readonly invisible: boolean;
  readonly since: number;
  readonly follows: string;
  readonly isAway: boolean;
  readonly fence: number;
}
