/** What a piece developer holds of a chat: the public face of the SDK, without how it is done. */
import type { Room } from "colyseus.js";
import type { ChatState } from "../schema/chat.ts";
import type { HereaboutsError } from "../schema/errors.ts";
import type { Attention } from "../schema/messages.ts";
import type { ConnectionState } from "./seat.ts";

/** One line. It is the same object for as long as it is not changed. */
export interface ChatLine {
  readonly seq: number;
  readonly author: {
    readonly id: string;
    readonly handle: string;
    readonly name: string;
    readonly kind: "human" | "ai" | "persona";
    readonly guest: boolean;
    /** Handle of the service that spoke for someone who is not here. */
    readonly via: string | undefined;
  };
  /** Empty where it is gone. */
  readonly text: string;
  readonly font: string | undefined;
  readonly at: Date;
  /** How many times in a row it was said: ×2, ×3. */
  readonly count: number;
  readonly edited: boolean;
  /** Deleted, or not for oneself. */
  readonly gone: boolean;
  readonly hearts: number;
  /** Whether oneself gave it a heart, as far as is known. */
  readonly hearted: boolean;
  readonly isMine: boolean;
}

/** Someone online in a chat. */
export interface ChatPerson {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly kind: "human" | "ai" | "persona";
  readonly guest: boolean;
  /** Connection lost, the place is held. */
  readonly away: boolean;
  /** Also in the chat's own piece. */
  readonly here: boolean;
  /** Slug of the piece they are in, if they share it. */
  readonly where: string | undefined;
  readonly attention: Attention;
  readonly connections: number;
  readonly since: Date;
  readonly isMe: boolean;
}

/** Someone in a chat who is counted nowhere, and shown to moderators only. */
export type InvisiblePerson = Pick<ChatPerson, "id" | "handle" | "name" | "kind" | "guest">;

/** Events of a chat: what `chat.on(name, listener)` is called with. */
export interface ChatEvents {
  /** A new line, in order, none left out; also one's own. `missed`: it was said while one was away or before one looked. */
  say: { line: ChatLine; missed: boolean };
  /** A line that is shown has changed: edited, deleted, hearted, said again. */
  change: { line: ChatLine };
  /** Came onto the list, or went off it. In a chat of more people than are listed that is not the same as being online. */
  join: { person: ChatPerson };
  leave: { person: ChatPerson };
  update: { person: ChatPerson };
  /** Counts or roster changed. */
  people: { online: number; here: number };
  /** The server has lost what was said before line `before`. Lines that are shown stay, if their numbers are not given anew. */
  lost: { before: number };
  typing: { handles: readonly string[] };
  connection: { state: ConnectionState };
  refused: HereaboutsError;
  closed: { error: HereaboutsError | undefined };
}

/** What moderators do to a person: for good, or for so many seconds. */
export type Restrict = { seconds?: number; reason?: string };

export interface Chat {
  readonly instance: string;
  /** Slug of the piece that counts as here. */
  readonly piece: string;
  /** What is known of what was said, oldest first, without gaps; `history` puts older lines before it. */
  readonly lines: readonly ChatLine[];
  /** False once the first line there ever was is among `lines`. */
  readonly hasOlder: boolean;
  /** Those listed; in a large chat the most recently active. */
  readonly people: ReadonlyMap<string, ChatPerson>;
  /** Exact, also where the list is capped. */
  readonly counts: {
    readonly online: number;
    readonly here: number;
    readonly connections: number;
    readonly guests: number;
  };
  readonly typing: readonly string[];
  /** Seconds between two lines of one person; 0: no slow mode. */
  readonly slowSeconds: number;
  readonly isModerator: boolean;
  readonly connection: ConnectionState;
  readonly room: Room<unknown, ChatState>;

  /** Says something, at most 512 characters. Resolves when it is stored; after a drop it is sent again by itself, in order, once. */
  say(text: string, options?: { font?: string }): Promise<{ seq: number; at: Date; count: number }>;
  /** Fetches up to 100 older lines and returns them. */
  history(): Promise<readonly ChatLine[]>;
  edit(seq: number, text: string): Promise<void>;
  delete(seq: number, reason?: string): Promise<void>;
  heart(seq: number, on: boolean): Promise<void>;
  /** Says that one is typing. Call it on each key: it is sent at most every two seconds. */
  typingNow(): void;
  mute(person: string, options?: Restrict): Promise<void>;
  /** Only they see what they say from now on. */
  shadow(person: string, options?: Restrict): Promise<void>;
  ban(person: string, options?: Restrict): Promise<void>;
  lift(person: string, kind: "mute" | "shadow" | "ban", reason?: string): Promise<void>;
  slow(seconds: number, reason?: string): Promise<void>;
  /** Who is invisible there by now: for moderators. */
  invisible(): Promise<readonly InvisiblePerson[]>;
  on<E extends keyof ChatEvents>(event: E, listener: (data: ChatEvents[E]) => void): () => void;
  leave(): Promise<void>;
}
