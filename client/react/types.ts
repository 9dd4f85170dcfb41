/** What the hooks give. An error is something to show, not to catch: no hook throws one. */
import type { ReactNode } from "react";
import type { HereaboutsError } from "../../schema/errors.ts";
import type {
  AudioPlayer,
  AudioSession,
  Chat,
  ChatLine,
  ChatPerson,
  ConnectionState,
  ConnectOptions,
  Heard,
  Hereabouts,
  Playback,
  World,
} from "../types.ts";

/** `failed`: it could not be joined at all; `retry` tries again. */
export type Status = ConnectionState | "failed";

/** What every hook that joins something gives. */
interface Result {
  readonly status: Status;
  /** Why it failed or was closed; for audio also why it could not be tuned. */
  readonly error: HereaboutsError | undefined;
  /** Tries again what failed or was closed. */
  readonly retry: () => void;
}

/** What `useHereabouts` gives. */
export interface HereaboutsResult extends Result {
  /** The connection; undefined until there is one. */
  readonly here: Hereabouts | undefined;
}

/** What `useWorld` gives. */
export interface WorldResult extends Result {
  /** Undefined until it is joined. */
  readonly world: World | undefined;
  readonly role: World["role"];
}

/** What `useChat` gives; its lists are empty until the chat is joined. */
export interface ChatResult extends Result {
  /** Undefined until it is joined. */
  readonly chat: Chat | undefined;
  /** Oldest first. A line is the same object until it changes. */
  readonly lines: readonly ChatLine[];
  readonly people: readonly ChatPerson[];
  readonly counts: Chat["counts"];
  readonly typing: readonly string[];
}

/** What `useAudio` gives. */
export interface AudioResult extends Result {
  /** The player; undefined until it is tuned. */
  readonly audio: AudioPlayer | undefined;
  readonly session: AudioSession | undefined;
  readonly playback: Playback;
  /** As of the last change: where one is in the track right now is `audio.heard.positionMs`, for an animation frame to read. */
  readonly heard: Heard | undefined;
  readonly listeners: number;
  readonly followers: number;
}

/** How the provider connects: its options are read once, but for `url`, `token` and `here`. */
export interface HereaboutsProviderProps extends ConnectOptions {
  /** Address of the server; the page's own if left out. Another one, or another token, connects anew. */
  url?: string;
  /** A connection of one's own, instead of all else; it is not closed at the end. */
  here?: Hereabouts;
  children?: ReactNode;
}
