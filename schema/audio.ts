/**
 * What travels about an audio session: the state of its room, the events of its SSE stream, its commands.
 *
 * A session's stream is numbered in MP3 frames (1,152 samples at 44.1 kHz, 26.122 ms each) from its beginning on, and
 * everything that is told names such a frame: a title belongs to what is heard when that frame is heard. A listener hears
 * frame `joined.frame + currentTime * 44100 / 1152`.
 */
import { type SchemaType, schema, t } from "@colyseus/schema";
import { z } from "zod";
import { directions } from "./directions.ts";
import { cleanText, joinShape, wellFormed } from "./messages.ts";

export { frameMs, samplesPerFrame, streamHz } from "./mp3Frames.ts";

/** `master`: there from the start. `named`: made by someone. `follower`: hears what another one plays. */
export type SessionType = "master" | "named" | "follower";

/** A track of the library. What its file does not tell is empty. */
export type TrackInfo = { id: string; title: string; artist: string; album: string; durationMs: number };

/** One step of a journey: what was heard and the direction that led there. `x` and `y`: its place on the map, -1 to 1. */
export type JourneyStep = {
  track: TrackInfo;
  direction: (typeof directions)[number] | "start" | "chosen";
  x: number;
  y: number;
};

/** What routes answer about a session that was made, joined or followed. */
export type SessionAnswer = {
  sessionId: string;
  type: SessionType;
  /** The id of the session that is followed, and its name. */
  followingSession?: string;
  followingName?: string;
  webUrl: string;
  streamUrl: string;
  eventsUrl: string;
  /** `forked`: made as a copy of another. */
  status: "created" | "joined" | "forked";
};

/** What the room answers to `fork`. */
export type AudioForked = Pick<SessionAnswer, "sessionId" | "status">;

/** What `GET /api/session/:id` answers. Frames as in the events. */
export type SessionInfo = {
  sessionId: string;
  name: string;
  type: SessionType;
  /** The id of the session that is followed. */
  following: string | null;
  followingSession?: string;
  followingName?: string;
  allowCommands: boolean;
  /** Server time in ms since the epoch. */
  at: number;
  created: number;
  clients: number;
  listeners: number;
  followers: number;
  epochMs: number;
  frame: number;
  track: TrackInfo;
  trackFrame: number;
  next: TrackInfo | null;
  nextFrame: number | null;
  direction: string;
  webUrl: string;
  streamUrl: string;
  eventsUrl: string;
};

/** Data of the events of `GET /events/:id`, told by `type`. `at` is server time in ms since the epoch. */
export type AudioEvent =
  | {
      type: "connected";
      sessionId: string;
      name: string;
      sessionType: SessionType;
      /** The id of the session that is followed. */
      followingSession?: string;
      allowCommands: boolean;
      frame: number;
      at: number;
      /** When frame 0 was on air, exactly. */
      epochMs: number;
    }
  /** The first frame that this listener's stream holds: to the SSE stream with the same `listener` token. */
  | { type: "joined"; listener: string; frame: number }
  /** From `frame` on this track is heard. `next` may still change; nothing is chosen yet if it is null. */
  | {
      type: "track";
      frame: number;
      track: TrackInfo;
      next: TrackInfo | null;
      nextFrame: number | null;
      direction: string;
    }
  /** The frame that is on air at `at`, by the session's clock. */
  | { type: "heartbeat"; frame: number; at: number }
  | { type: "journey"; steps: JourneyStep[]; at: number; link: string }
  | { type: "listeners"; listeners: number; followers: number }
  /** The session is gone: nothing follows. */
  | { type: "ended"; reason: "deleted" | "cleaned" | "target_gone" | "closing" }
  /** It goes on in another process: what is asked for next finds it there. */
  | { type: "moved" }
  | { type: "error"; message: "session_not_found" | "session_unavailable" };

const trackId = z.string().regex(/^[0-9a-f]{16}$/, "must be a track's id");
/** Made by a client at random: binds its stream to its events. */
export const listenerToken = z.string().regex(/^[\w-]{1,64}$/, "must be 1 to 64 of A-Z, a-z, 0-9, _ and -");

const nameChars = 64;
/** Names are labels: what stands in addresses below /session/ is none. */
const sessionName = z
  .string()
  .max(nameChars * 4)
  .transform(cleanText)
  .refine((name) => name.length > 0 && [...name].length <= nameChars, `must have 1 to ${nameChars} characters`)
  .refine((name) => !["create", "follow", "info", "list"].includes(name.toLowerCase()), "is taken");

/** Commands, as messages of the room and as `POST /session/:id/<name>` (next is next-track there). */
export const audioMessages = {
  next: z.strictObject({}).optional(),
  direction: z.strictObject({ direction: z.enum(directions) }),
  /** A track of the library, by its id. */
  play: z.strictObject({ track: trackId }),
  /** To the step before, or to the step of that number. */
  back: z.strictObject({ step: z.int().min(0).max(1000).optional() }).optional(),
  /** What a listener hears now: lets the server skip those forward that are far behind. */
  heard: z.strictObject({ listener: listenerToken, frame: z.int().min(0) }),
  /** Make a session of that name that goes on from here by itself. Answered as `AudioForked`. */
  fork: z.strictObject({ name: sessionName }),
} as const;

/** What a client gives when it joins a session's room: its id or name, and the token of its stream if it has one. */
export const audioJoin = joinShape.extend({ session: wellFormed(128), listener: listenerToken.optional() });

export const sessionBodies = {
  create: z.object({
    sessionName,
    options: z
      .object({
        startingTrack: trackId.optional(),
        direction: z.enum(directions).optional(),
        /** A shared journey to go on with, as its link has it. */
        link: z.string().max(1000).optional(),
      })
      .optional(),
  }),
  follow: z.object({ sessionName: wellFormed(128), followerName: sessionName.optional() }),
  fork: z.object({ sessionName: wellFormed(128), newName: sessionName }),
} as const;

export const TrackState = schema(
  { id: t.string(), title: t.string(), artist: t.string(), album: t.string(), durationMs: t.uint32() },
  "Track",
);

export const JourneyStepState = schema(
  { track: TrackState, direction: t.string(), x: t.float32(), y: t.float32() },
  "JourneyStep",
);

export const AudioState = schema(
  {
    sessionId: t.string(),
    name: t.string(),
    /** master, named or follower */
    sessionType: t.string(),
    /** The id of the session that is followed; empty otherwise. */
    followingSession: t.string(),
    allowCommands: t.boolean(),
    /** What is on air, from which frame on, and what comes then. `next.id` is empty while nothing is chosen. */
    track: TrackState,
    frame: t.number(),
    next: TrackState,
    nextFrame: t.number(),
    direction: t.string(),
    /** Server time in ms since the epoch at which frame 0 was on air: what is on air now follows from it. */
    epochMs: t.number(),
    journey: t.array(JourneyStepState),
    /** The step of the journey that is heard. */
    step: t.uint16(),
    link: t.string(),
    listeners: t.uint32(),
    followers: t.uint32(),
  },
  "Audio",
);
export type AudioState = SchemaType<typeof AudioState>;
