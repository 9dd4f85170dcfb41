/** What a piece developer holds of a chat: the public face of the SDK, without how it is done. */
import type { Room } from "colyseus.js";
import type { ChatState } from "../schema/chat.ts";
import type { HereaboutsError } from "../schema/errors.ts";
import type { Attention } from "../schema/messages.ts";
import type { ConnectionState } from "./seat.ts";
import type { Upload } from "./upload.ts";

/** One line. It is the same object for as long as it is not changed. */
export interface ChatLine {
  /** Its number in the chat: from 1, without gaps. */
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
  /** When the server stored it. */
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
  /** Came onto the list. In a chat of more people than are listed that is not the same as being online. */
  join: { person: ChatPerson };
  /** Went off the list. */
  leave: { person: ChatPerson };
  /** Something about a person changed. */
  update: { person: ChatPerson };
  /** Counts or roster changed. */
  people: { online: number; here: number };
  /** The server has lost what was said before line `before`. Lines that are shown stay, if their numbers are not given anew. */
  lost: { before: number };
  /** Who types just now, at most five. */
  typing: { handles: readonly string[] };
  /** See `chat.connection`. */
  connection: { state: ConnectionState };
  /** Something sent without waiting for its answer was refused. */
  refused: HereaboutsError;
  /** The seat ended for good: kicked, banned, or left. */
  closed: { error: HereaboutsError | undefined };
}

/** What moderators do to a person: for good, or for so many seconds. */
export type Restrict = {
  /** For good if left out. */
  seconds?: number;
  /** What the person is told, and operators read. */
  reason?: string;
};

/**
 * A chat that one is in, as `here.chat(name)` gives it. What is asked of the server may also be refused with TOO_FAST, and
 * fail with TIMEOUT or UNREACHABLE.
 */
export interface Chat {
  /** Its name. */
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
  /** Handles of who types just now, at most five. */
  readonly typing: readonly string[];
  /** Seconds between two lines of one person; 0: no slow mode. */
  readonly slowSeconds: number;
  /** Whether oneself may moderate. */
  readonly isModerator: boolean;
  /** The SDK reconnects by itself, and fills in what was said meanwhile. */
  readonly connection: ConnectionState;
  /** The Colyseus room itself; another one after a reconnect. */
  readonly room: Room<unknown, ChatState>;

  /**
   * Says something, at most 512 characters. Resolves when it is stored, with its number, the time, and how many times in a
   * row it was said; after a drop it is sent again by itself, in order, once.
   *
   * @throws HereaboutsError BAD_MESSAGE, BAD_FONT, MUTED, TOO_FAST (slow mode too).
   */
  say(text: string, options?: { font?: string }): Promise<{ seq: number; at: Date; count: number }>;
  /** Fetches up to 100 older lines and returns them. */
  history(): Promise<readonly ChatLine[]>;
  /** Changes one's own line; moderators any. @throws HereaboutsError FORBIDDEN, LINE_GONE, BAD_MESSAGE, MUTED. */
  edit(seq: number, text: string): Promise<void>;
  /** Deletes one's own line for everyone; moderators any. @throws HereaboutsError FORBIDDEN, LINE_GONE. */
  delete(seq: number, reason?: string): Promise<void>;
  /** Gives a line one's heart, or takes it back. @throws HereaboutsError LINE_GONE. */
  heart(seq: number, on: boolean): Promise<void>;
  /** Says that one is typing. Call it on each key: it is sent at most every two seconds. */
  typingNow(): void;
  /** For moderators: the person of that id may not speak here. @throws HereaboutsError FORBIDDEN. */
  mute(person: string, options?: Restrict): Promise<void>;
  /** For moderators: only they see what they say from now on. @throws HereaboutsError as `mute`. */
  shadow(person: string, options?: Restrict): Promise<void>;
  /** For moderators: ends their seat, and they may not come back. @throws HereaboutsError as `mute`. */
  ban(person: string, options?: Restrict): Promise<void>;
  /** For moderators: ends one of these. @throws HereaboutsError FORBIDDEN. */
  lift(person: string, kind: "mute" | "shadow" | "ban", reason?: string): Promise<void>;
  /** For moderators: a line of each person every so many seconds; 0 ends it. @throws HereaboutsError FORBIDDEN. */
  slow(seconds: number, reason?: string): Promise<void>;
  /** Who is invisible there by now: for moderators. @throws HereaboutsError FORBIDDEN. */
  invisible(): Promise<readonly InvisiblePerson[]>;
  /** Keeps a file with the chat's session: see `world.upload`. */
  readonly upload: Upload;
  /** Listens to an event. Returns the function that ends it. */
  on<E extends keyof ChatEvents>(event: E, listener: (data: ChatEvents[E]) => void): () => void;
  /** Leaves the chat for good. */
  leave(): Promise<void>;
}
