/**
 * Shapes of what a client may say in a world, and of what the server says back. The server validates with these; the
 * client imports their types only, so that the validator stays out of the browser.
 */
import { z } from "zod";
import { logLevels, logLimits } from "./clientLogs.ts";
import type { Refusal } from "./errors.ts";

const kilobyte = 1024;

/** Limits of the shapes, in code points, bytes or counts. */
export const limits = {
  sayChars: 280,
  emoteChars: 32,
  avatarBytes: 4 * kilobyte,
  pieceBytes: kilobyte,
  /** What is asked of a piece's server side. */
  askBytes: 4 * kilobyte,
  propKeyChars: 128,
  propBytes: 4 * kilobyte,
  props: 1000,
  propsBytes: 256 * kilobyte,
  nameChars: 64,
  connectionChars: 64,
} as const;

/** Half a surrogate pair takes other bytes than its length says, and so breaks the state of everyone who is sent it. */
export const wellFormed = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => text.isWellFormed(), "must not have half a surrogate pair");

const chars = (max: number) =>
  z
    .string()
    .max(max * 4)
    .transform(cleanText)
    .refine((text) => [...text].length <= max, { message: `must have at most ${max} characters` });

const attention = z.enum(["focused", "visible", "hidden"]);

const avatar = z.strictObject({
  color: wellFormed(32).optional(),
  face: chars(16).optional(),
  showing: wellFormed(limits.avatarBytes).optional(),
});

/** What a client gives when it joins any room. */
export const joinShape = z.object({
  /** Names this tab across its reloads: see "connection" in docs/SPEC.md. */
  connection: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional(),
  attention: attention.optional(),
  /** Whether others may be told that one is in this room, where a ghost elsewhere or a chat says where one is. */
  share: z.boolean().optional(),
  /** Counted nowhere and shown to nobody but moderators. */
  invisible: z.boolean().optional(),
});

/** What a client gives when it joins a world. */
export const worldJoin = joinShape.extend({ slug: z.string(), avatar: avatar.optional() });

/** The client's own, of each time that it goes along with someone. */
const followId = z.string().min(1).max(64);

/** What may be said in any room, about one's own seat. */
export const seatMessages = {
  attention: z.strictObject({ attention }),
  /** Take over from the tab that plays. */
  play: z.strictObject({}).optional(),
  /** Go along with a person, by their id, who shares where they are. Answered as `Followed`. */
  follow: z.strictObject({ person: z.string().min(1).max(64), id: followId }),
  /** Not any more, unless another `follow` came after it. */
  unfollow: z.strictObject({ id: followId }),
  /** A guest signs in and keeps its place. */
  identify: z.strictObject({ token: z.string().max(8 * kilobyte) }),
  /** SDP of a data channel for datagrams, without candidates. Answered with `{ answer }`, SDP as well. */
  offer: z.strictObject({ offer: z.string().max(8 * kilobyte) }),
  /** Lines of one's own log, for the folder of the session: worlds and chats take them. */
  logs: z.strictObject({
    environment: z.enum(["browser", "node"]),
    lines: z
      .array(
        z.strictObject({
          at: z.number(),
          level: z.enum(logLevels),
          text: z.string().max(logLimits.lineBytes),
          stack: z.string().max(logLimits.lineBytes).optional(),
        }),
      )
      .max(logLimits.batchLines),
    dropped: z.int().min(0).optional(),
  }),
} as const;

export const worldMessages = {
  say: z.strictObject({ text: chars(limits.sayChars).refine((text) => text.length > 0, "must not be empty") }),
  emote: z.strictObject({ emote: chars(limits.emoteChars).refine((text) => text.length > 0, "must not be empty") }),
  avatar,
  "prop.set": z.strictObject({
    key: wellFormed(limits.propKeyChars).min(1),
    value: z.json(),
    owned: z.boolean().optional(),
    saved: z.boolean().optional(),
  }),
  "prop.delete": z.strictObject({ key: wellFormed(limits.propKeyChars).min(1) }),
  /** To the server side of the piece, which knows the shape of `data`. Answered with what it returns. */
  "piece.ask": z.strictObject({ type: wellFormed(64), data: z.json() }),
  /** Copy the props to the world of another slug. Answered as `WorldForked`. */
  fork: z.strictObject({ slug: wellFormed(64) }),
} as const;

export type WorldMessages = { [K in keyof typeof worldMessages]: z.infer<(typeof worldMessages)[K]> };
/** `joined`: the world has something of its own, and stays as it is. */
export type WorldForked = { slug: string; status: "forked" | "joined" };
export type AvatarChange = WorldMessages["avatar"];
export type Attention = z.infer<typeof attention>;

export const leaveReasons = ["left", "lost", "moved", "kicked", "drained", "replaced"] as const;
export type LeaveReason = (typeof leaveReasons)[number];

/** What a room with datagrams says about one's channel: its transport is gone at the server's end. */
export type ChannelAnnouncements = { channel: { lost: "closed" | "carrier" } };

/**
 * Where someone is whom one goes along with, or why that is over: they left, share it no more, or go along with oneself.
 * `id` is that of `follow`, `person` who they are by now.
 */
export type Followed = { id: string; person: string } & (
  | { slug: string; ended?: undefined }
  | { slug?: undefined; ended: "left" | "hidden" | "cycle" }
);

/** What any room may say of one's seat: `travel` where an operator sends one to another world. */
export type SeatAnnouncements = { travel: { slug: string; reason: string }; followed: Followed };

/** What the server of a world says beside state and frames. `from` and `id` are ids of people. Times in ms since the epoch. */
export type WorldAnnouncements = {
  refused: Refusal;
  say: { from: string; text: string; at: number; sayMs: number };
  emote: { from: string; emote: string; at: number };
  /** `from` is empty where the piece's server side says it. */
  piece: { from: string; type: string; data: unknown };
  left: { id: string; reason: LeaveReason };
  role: { role: "player" | "spectator" };
  /** A guest signed in: the person `was` is `id` from now on. Comes before the state says so. */
  identified: { was: string; id: string };
};

/** More marks on one letter than any script needs: they would be drawn over the lines around it. */
const piledMarks = /(\p{M}{5})\p{M}+/gu;

/** Well-formed, NFC, trimmed, without what breaks a line, controls, turns the direction of what follows, or piles up. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, "")
    .normalize("NFC")
    .replace(piledMarks, "$1")
    .trim();
}
