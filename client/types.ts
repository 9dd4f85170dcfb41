/** What a piece developer holds: the public face of the SDK, without how it is done. */
import type { AvatarChange } from "../schema/messages.ts";
import type { PieceFace } from "../schema/piece.ts";
import type { AudioPlayer } from "./audio/types.ts";
import type { Chat } from "./chatTypes.ts";
import type { Following } from "./followingTypes.ts";
import type { PeerConnections } from "./peer.ts";
import type { Tap } from "./tap.ts";
import type { AnyPiece, World } from "./worldTypes.ts";

export type { KeptFile, StoredKind } from "../schema/artifacts.ts";
export type { FaceOf, PieceFace } from "../schema/piece.ts";
export type * from "./audio/types.ts";
export type * from "./chatTypes.ts";
export type * from "./followingTypes.ts";
export type { Canvas } from "./picture.ts";
export type { ConnectionState } from "./seat.ts";
export type { Tap, TapLink } from "./tap.ts";
export type { Upload, UploadOptions } from "./upload.ts";
export type * from "./worldTypes.ts";

/** How to connect: who one is, and what may travel. */
export interface ConnectOptions {
  /** A token of your issuer or of `npm run token`. Without one you are a guest, the same one at each visit. */
  token?: string;
  /** Name to show for a guest, at most 64 characters of any script. */
  name?: string;
  /** Where a guest's token is kept; `localStorage` in browsers, nowhere in Node. */
  storage?: Pick<Storage, "getItem" | "setItem"> | null;
  /**
   * Whether movement may travel as datagrams (WebRTC) where they get through; true if left out. In Node, which has no
   * WebRTC, give a class that does as the browser's `RTCPeerConnection`, such as that of `node-datachannel/polyfill`.
   */
  datagrams?: boolean | PeerConnections;
  /**
   * Whether what this page or process says in its console, and errors that nobody caught, are also kept on the server, in
   * the folder of the world (else of the chat) that one is in, where its operators read them. Off unless you say so.
   */
  logs?: boolean | { console?: boolean; errors?: boolean };
}

/** How to join a world. */
export interface JoinOptions {
  /** How one looks; of a world that one is in already it stays as it is. */
  avatar?: AvatarChange;
  /**
   * Lets those in the piece you came from and in your chats know that you are in this one, and come along with you. Off unless
   * you say so.
   */
  share?: boolean;
  /** Counted nowhere and shown to nobody but moderators. */
  invisible?: boolean;
}

/** A connection to a server: who one is, and what one has joined. As `connect` gives it. */
export interface Hereabouts {
  /** Address of the server, without a slash at the end. */
  readonly url: string;
  /** Who one is: verified by the server. */
  readonly identity: {
    readonly id: string;
    readonly handle: string;
    readonly name: string;
    readonly guest: boolean;
    readonly role: "member" | "service" | "moderator" | "admin";
  };
  /** What is joined just now: worlds by slug, chats by name. */
  readonly joined: {
    readonly worlds: ReadonlyMap<string, World>;
    readonly chats: ReadonlyMap<string, Chat>;
    readonly audio: AudioPlayer | undefined;
  };
  /**
   * Joins the world of a slug: 1 to 64 of a-z, 0-9, _ and -. Joining one that is joined already gives the same world.
   *
   * @throws HereaboutsError BAD_SLUG, BANNED, ROOM_FULL, BUSY for a minute, UNREACHABLE, CLOSED after `close`.
   */
  world<P extends PieceFace = AnyPiece>(slug: string, options?: JoinOptions): Promise<World<P>>;
  /**
   * Joins a chat, or gives the one that was joined. One stays in it through `travel`.
   *
   * @throws HereaboutsError as `world`.
   */
  chat(instance: string, options?: { invisible?: boolean }): Promise<Chat>;
  /**
   * Tunes to an audio session by its id or name; without one to that of the last visit, else to the master. One connection
   * listens to one session: asked again, it gives the same player, tuned to what was asked for. What it is tuned to is
   * remembered for the next visit, unless the call that made the player said `remember: false`.
   *
   * @example
   * ```ts
   * const audio = await here.audio();
   * audio.on("heard", ({ track, next }) => show(track.title, next?.title));
   * button.onclick = () => audio.play();
   * await audio.direction("calmer");
   * ```
   * @throws HereaboutsError SESSION_NOT_FOUND for one that there is not.
   */
  audio(session?: string, options?: { remember?: boolean }): Promise<AudioPlayer>;
  /**
   * Joins the world of `slug` and then leaves the ones joined before, so that nobody sees one in neither. Where it cannot be
   * joined one stays. Called again before one has arrived, the last call counts.
   *
   * @throws HereaboutsError why one could not join: ROOM_FULL, BANNED, BAD_SLUG, UNREACHABLE; CLOSED where a later call led
   * elsewhere.
   */
  travel<P extends PieceFace = AnyPiece>(slug: string, options?: JoinOptions): Promise<World<P>>;
  /**
   * Goes to the world where someone is, and along with them wherever they travel, if they share where they are (`share`).
   * They are found by a world or a chat that both are in. Resolves in their world. One goes along with one person at a time:
   * the one before is left then, and kept where this one is refused. `options` are those of the worlds one comes to, as one is where one comes from if left out.
   *
   * @example
   * ```ts
   * const following = await here.follow(person);
   * following.on("arrived", ({ world }) => console.log("come along to", world.slug));
   * following.on("ended", ({ reason }) => console.log("on one's own again:", reason));
   * button.onclick = () => following.stop();
   * ```
   * @throws HereaboutsError PERSON_NOT_FOUND, NOT_SHARED, FOLLOW_SELF, FOLLOW_CYCLE, or as `travel`.
   */
  follow(person: string | { readonly id: string }, options?: JoinOptions): Promise<Following>;
  /**
   * A guest becomes who the token says, in place: no leave, no join.
   *
   * @throws HereaboutsError BAD_TOKEN, HANDLE_TAKEN, BANNED.
   */
  signIn(token: string): Promise<void>;
  /**
   * Takes out what one said and where one was, everywhere, also on open screens. Resolves with how many lines that were.
   *
   * @throws HereaboutsError TOO_FAST: once a minute.
   */
  erase(): Promise<number>;
  /** Has all frames from now on pass through `tap`, in place of the one before, until the function it returns is called. */
  tap(tap: Tap): () => void;
  /** Leaves everything. */
  close(): Promise<void>;
}
