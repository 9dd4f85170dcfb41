/**
 * Shapes of what a client may say in a world, and of what the server says back. The server validates with these; the
 * client imports their types only, so that the validator stays out of the browser.
 */
import { z } from "zod";
import type { Refusal } from "./errors.ts";

const kilobyte = 1024;

/** Limits of the shapes, in code points, bytes or counts. */
export const limits = {
  sayChars: 280,
  emoteChars: 32,
  avatarBytes: 4 * kilobyte,
  pieceBytes: kilobyte,
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

/** What may be said in any room, about one's own seat. */
export const seatMessages = {
  attention: z.strictObject({ attention }),
  /** Take over from the tab that plays. */
  play: z.strictObject({}).optional(),
  /** A guest signs in and keeps its place. */
  identify: z.strictObject({ token: z.string().max(8 * kilobyte) }),
  /** SDP of a data channel for datagrams, without candidates. Answered with `{ answer }`, SDP as well. */
  offer: z.strictObject({ offer: z.string().max(8 * kilobyte) }),
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
} as const;

export type WorldMessages = { [K in keyof typeof worldMessages]: z.infer<(typeof worldMessages)[K]> };
export type AvatarChange = WorldMessages["avatar"];
export type Attention = z.infer<typeof attention>;

export const leaveReasons = ["left", "lost", "moved", "kicked", "drained", "replaced"] as const;
export type LeaveReason = (typeof leaveReasons)[number];

/** What a room with datagrams says about one's channel: its transport is gone at the server's end. */
export type ChannelAnnouncements = { channel: { lost: "closed" | "carrier" } };

/** What the server of a world says beside state and frames. `from` and `id` are ids of people. Times in ms since the epoch. */
export type WorldAnnouncements = {
  refused: Refusal;
  say: { from: string; text: string; at: number; sayMs: number };
  emote: { from: string; emote: string; at: number };
  piece: { from: string; type: string; data: unknown };
  left: { id: string; reason: LeaveReason };
  role: { role: "player" | "spectator" };
  /** A guest signed in: the person `was` is `id` from now on. Comes before the state says so. */
  identified: { was: string; id: string };
};

/** Well-formed, NFC, trimmed, without what breaks a line, controls, or turns the direction of what follows. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, "")
    .normalize("NFC")
    .trim();
}
