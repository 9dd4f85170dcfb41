/**
 * What travels in a chat: its state (who is in it, the last lines) and the shapes of what may be said to it.
 * Lines reach everyone as state, so they come in one order and are there again after a drop.
 */
import { type SchemaType, schema, t } from "@colyseus/schema";
import { z } from "zod";
import { cleanText, wellFormed } from "./messages.ts";

export const chatLimits = {
  /** Code points of a line. */
  textChars: 512,
  /** Lines in the state. */
  window: 50,
  /** Lines of one page of history. */
  page: 100,
  reasonChars: 200,
} as const;

/** One line. Without text it is gone, or only its author may read it. */
export const LineState = schema(
  {
    seq: t.uint32(),
    /** Id of the person who said it. */
    author: t.string(),
    handle: t.string(),
    name: t.string(),
    /** human, ai or persona */
    kind: t.string(),
    guest: t.boolean(),
    /** Handle of the service that spoke for someone who is not here. */
    via: t.string(),
    text: t.string(),
    font: t.string(),
    /** Server time in ms since the epoch. */
    at: t.number(),
    /** How many times in a row it was said. */
    count: t.uint16(),
    edited: t.boolean(),
    hearts: t.uint16(),
  },
  "Line",
);

/** One person of a chat's roster, by id. */
export const ChatPersonState = schema(
  {
    handle: t.string(),
    /** Empty where it is the handle. */
    name: t.string(),
    /** Empty for human; ai or persona. */
    kind: t.string(),
    guest: t.boolean(),
    /** Connection lost, held for the grace period. */
    away: t.boolean(),
    /** Also in the chat's own piece. */
    here: t.boolean(),
    /** Slug of the piece they are in, if they share it. */
    where: t.string(),
    /** focused, visible or hidden */
    attention: t.string(),
    connections: t.uint16(),
    /** Seconds since the epoch. */
    since: t.uint32(),
  },
  "ChatPerson",
);

export const ChatState = schema(
  {
    instance: t.string(),
    /** Slug of the piece that counts as here. */
    piece: t.string(),
    /** The last lines, by sequence number. */
    lines: t.map(LineState),
    /** Newest sequence number. */
    seq: t.uint32(),
    /** The server has lost lines that were said before this one; 0: none. */
    lostBefore: t.uint32(),
    /** The roster; in a large chat those most recently active. */
    people: t.map(ChatPersonState),
    /** Exact counts, also where the roster is capped. */
    online: t.uint32(),
    here: t.uint32(),
    connections: t.uint32(),
    guests: t.uint32(),
    /** Seconds between two lines of one person; 0: no slow mode. */
    slowSeconds: t.uint16(),
  },
  "Chat",
);

export type ChatState = SchemaType<typeof ChatState>;
export type LineState = SchemaType<typeof LineState>;
export type ChatPersonState = SchemaType<typeof ChatPersonState>;

const text = z
  .string()
  .max(chatLimits.textChars * 4)
  .transform(cleanText)
  .refine((value) => value.length > 0, "must not be empty")
  .refine((value) => [...value].length <= chatLimits.textChars, `must have at most ${chatLimits.textChars} characters`);
const seq = z.int().min(1).max(0xffffffff);
const person = z.string().min(1).max(64);
const reason = z.string().max(800).transform(cleanText).default("");
const seconds = z
  .int()
  .min(1)
  .max(10 * 365 * 24 * 3600)
  .optional();

export const chatMessages = {
  /** `id` is the client's own, so that saying it again after a drop stores it once. */
  say: z.strictObject({ text, id: wellFormed(64).min(1), font: wellFormed(64).optional() }),
  edit: z.strictObject({ seq, text }),
  delete: z.strictObject({ seq, reason: reason.optional() }),
  heart: z.strictObject({ seq, on: z.boolean() }),
  history: z.strictObject({ before: seq.optional(), limit: z.int().min(1).max(chatLimits.page).optional() }),
  typing: z.strictObject({}).optional(),
  /** Moderators only, from here on. `seconds` left out: for good. */
  mute: z.strictObject({ person, seconds, reason }),
  shadow: z.strictObject({ person, seconds, reason }),
  ban: z.strictObject({ person, seconds, reason }),
  lift: z.strictObject({ person, kind: z.enum(["mute", "shadow", "ban"]), reason }),
  slow: z.strictObject({ seconds: z.int().min(0).max(3600), reason }),
  invisible: z.strictObject({}).optional(),
  notes: z.strictObject({ limit: z.int().min(1).max(500).optional() }),
} as const;

export type ChatMessages = { [K in keyof typeof chatMessages]: z.infer<(typeof chatMessages)[K]> };

/** What a chat says beside its state. */
export type ChatAnnouncements = {
  /** Handles of those who are typing, oneself left out; empty when nobody is any more. */
  typing: { handles: string[] };
  /** A line was changed that is not among the last ones, or is gone: whoever shows it asks for it again. */
  changed: { seq: number; gone: boolean };
  /** All that this person said was taken out. */
  erased: { person: string };
  /** Lines that only oneself may read, among the last ones. */
  own: { lines: { seq: number; text: string; count: number }[] };
};

/** A line as history gives it. */
export type HistoryLine = Omit<LineRecord, "hearts"> & { hearts: number; hearted: boolean };
type LineRecord = {
  seq: number;
  author: string;
  handle: string;
  name: string;
  kind: string;
  guest: boolean;
  via: string;
  text: string;
  font: string;
  at: number;
  count: number;
  edited: boolean;
  hearts: number;
};
