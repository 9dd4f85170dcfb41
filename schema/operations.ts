/**
 * What operators ask for and are answered (OP1, OP2): the bodies and answers of the routes below /ops. Times are server
 * time in ms since the epoch; people are named by their public id.
 */
import { z } from "zod";
import { cleanText } from "./messages.ts";
import { isSlug } from "./slug.ts";

export const operatorActions = ["kick", "mute", "unmute", "ban", "unban", "move"] as const;
export type OperatorAction = (typeof operatorActions)[number];

/** "world:field", "chat:system", "audio:" and a session's id. */
export const roomKey = z.string().regex(/^(world|chat|audio):[a-z0-9][a-z0-9_-]{0,63}$/, "must be like world:field");
export const personId = z.string().regex(/^[\w-]{1,64}$/, "must be a person's id");

const reasonChars = 200;
const longestSeconds = 10 * 365 * 24 * 3600;

/**
 * Body of `POST /ops/people/:person/:action`. `seconds` left out: for good. `to`: the slug that a move leads to. `until`: the
 * end of the ban or mute that is to be lifted, null for good; where another holds by now, that one stays.
 */
export const orderBody = z.strictObject({
  room: z.union([z.literal("all"), roomKey]),
  reason: z
    .string()
    .max(reasonChars * 4)
    .transform(cleanText)
    .refine((text) => text.length > 0 && [...text].length <= reasonChars, `must have 1 to ${reasonChars} characters`),
  seconds: z.int().min(1).max(longestSeconds).optional(),
  to: z.string().toLowerCase().refine(isSlug, "must be a slug").optional(),
  until: z.number().nullable().optional(),
});

export type Order = { action: OperatorAction; person: string } & z.infer<typeof orderBody>;

/**
 * What was done. `seats`: how many it concerned, connected or held. `until`: null for good. `replaced`: what held until then
 * and does no more.
 */
export interface OrderAnswer {
  action: OperatorAction;
  person: string;
  rooms: { room: string; process: string; seats: number }[];
  until?: number | null;
  replaced?: Pick<HeldRestriction, "until" | "reason">;
}

/** What operators laid on someone and holds now. `room`: "all" for the whole server. */
export interface HeldRestriction {
  kind: "ban" | "mute" | "shadow";
  person: string;
  room: string;
  until: number | null;
  reason: string;
}

export interface FoundSeat {
  room: string;
  process: string;
  status: "connected" | "away";
  /** Where the connection is lost: when it stops being held, if that is known here. */
  awayUntil?: number;
  role: "player" | "spectator";
  /** Tells apart the tabs and devices of one person. */
  tab: string;
  attention: string;
  invisible: boolean;
  since: number;
}

export interface FoundPerson {
  person: string;
  handle: string;
  name: string;
  kind: string;
  role: string;
  guest: boolean;
  seats: FoundSeat[];
}

/** Answer of `GET /ops/people?q=`. `found` counts all, of whom the first are in `people`. */
export interface FoundPeople {
  found: number;
  people: FoundPerson[];
}

/** One of `GET /ops/rooms`. */
export interface RoomSummary {
  room: string;
  process: string;
  people: number;
  connections: number;
  guests: number;
  /** Missing of an audio session. */
  here?: number;
  invisible: number;
  /** Of an audio session. Empty for one without a name. */
  name?: string;
  /** Connections that hear it. */
  listeners?: number;
}

/** One connection in a room. Numbers are missing where nothing is known: only datagrams are measured. */
export interface LiveSeat {
  tab: string;
  role: string;
  status: "connected" | "away";
  attention: string;
  carrier: "datagram" | "websocket" | "none";
  /** Of the datagram channel, and what made it so. */
  channel?: string;
  why?: string;
  roundTripMs?: number;
  jitterMs?: number;
  /** Shares from 0 to 1: of what the server sent, and of what it was sent. */
  loss?: number;
  lossReceiving?: number;
  switches?: number;
  /** Bytes that its socket has not taken yet. */
  waitingBytes: number;
}

export interface LivePerson {
  person: string;
  handle: string;
  name: string;
  guest: boolean;
  kind: string;
  status: "here" | "away" | "ghost" | "invisible";
  since: number;
  seats: LiveSeat[];
}

/** A message that was refused. `of`: its type. */
export interface LiveRefusal {
  at: number;
  code: string;
  of: string;
  person: string;
  handle: string;
}

/** Answer of `GET /ops/rooms/:key`: a room as its process sees it. */
export interface LiveRoom {
  room: string;
  /** Empty for an audio session in whose room nobody holds a seat: there is none then. */
  roomId: string;
  process: string;
  at: number;
  counts: { people: number; connections: number; guests: number; here?: number; invisible: number };
  /** A second, over the last ten. Frames and bytes are those of movement. */
  perSecond: { messages: number; moves: number; frames: number; bytes: number };
  /** The first of them. */
  people: LivePerson[];
  /** Newest first. */
  refusals: LiveRefusal[];
  /** Name of the folder in which things are kept of it. */
  folder?: string;
  audio?: { name: string; track: string; next: string; listeners: number; followers: number; clients: number };
}

/** One of `GET /ops/audit`. */
export interface AuditLine {
  at: number;
  process: string;
  /** `nobody`: who did not know the password. */
  who: "operator" | "viewer" | "nobody";
  /** Address that they asked from, as trusted proxies tell it. */
  from: string;
  action: string;
  person?: string | undefined;
  /** Key of a room, "all", or a room's id of Colyseus. */
  room?: string | undefined;
  reason?: string | undefined;
  /** What the action takes besides. */
  details?: unknown;
  /** "done", or the code of what it was refused with. */
  outcome: string;
}
