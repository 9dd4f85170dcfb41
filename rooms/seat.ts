/** What a room knows of a client, and what the end of its connection means for its place. */
import { type Client, CloseCode, type Room } from "@colyseus/core";
import { type ErrorCode, HereaboutsError } from "../schema/errors.ts";
import type { Attention, LeaveReason } from "../schema/messages.ts";
import { type Identity, isModeratorRole } from "../services/identity/person.ts";
import type { Budget } from "./budget.ts";

export interface SeatData {
  /** The seat's name with the crowd: unique on this server. */
  readonly seat: string;
  identity: Identity;
  /** Names the tab or device, the same one over reloads. Only tells apart connections of one person. */
  readonly connection: string;
  readonly attention: Attention;
  readonly share: boolean;
  readonly invisible: boolean;
  readonly budget: Budget;
  /** Set when the server ends the seat: which code it was. */
  ended?: ErrorCode;
}

export type SeatClient = Client<{ userData: SeatData; auth: Identity }>;

export function seatOf(room: Pick<Room, "roomId">, client: Client): string {
  return `${room.roomId} ${client.sessionId}`;
}

export function sessionOfSeat(seat: string): string {
  return seat.slice(seat.indexOf(" ") + 1);
}

/** Given up for a reason, or held for the grace period. */
export function endOf(code: number | undefined, client: SeatClient): LeaveReason | "held" {
  if (client.userData?.ended === "KICKED" || client.userData?.ended === "BANNED") return "kicked";
  if (client.userData?.ended === "REPLACED") return "replaced";
  return code === CloseCode.CONSENTED || client.userData?.ended === "SESSION_ENDED" ? "left" : "held";
}

export function isModerator(client: SeatClient): boolean {
  return isModeratorRole(client.userData!.identity.role);
}

/** Whoever is invisible says nothing that would give them away. Throws FORBIDDEN. */
export function mustBeSeen({ invisible }: SeatData): void {
  if (invisible) throw new HereaboutsError("FORBIDDEN", "You are invisible here.");
}
