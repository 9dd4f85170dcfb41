/** What a piece developer holds: the public face of the SDK, without how it is done. */
import type { Room } from "colyseus.js";
import type { ChannelStats } from "../schema/channel.ts";
import type { HereaboutsError } from "../schema/errors.ts";
import type { Pose } from "../schema/geometry.ts";
import type { Attention, AvatarChange, LeaveReason } from "../schema/messages.ts";
import type { WorldState } from "../schema/world.ts";
import type { AudioPlayer } from "./audio/types.ts";
import type { Chat } from "./chatTypes.ts";
import type { PeerConnections } from "./peer.ts";
import type { ConnectionState } from "./seat.ts";

export type * from "./audio/types.ts";
export type * from "./chatTypes.ts";
export type { ConnectionState } from "./seat.ts";

/** JSON, as props and custom messages carry it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Someone in a world. Reading `x`, `y`, `z` and `angle` gives the pose smoothed for this instant. */
export interface Person extends Readonly<Pose> {
  /** Stable for this person on this server; tells nothing about who they are elsewhere. */
  readonly id: string;
  /** Unique among those who signed in; `guest-…` for guests. */
  readonly handle: string;
  readonly name: string;
  readonly kind: "human" | "ai" | "persona";
  readonly guest: boolean;
  /** `away`: the connection is lost and the place is held. `ghost`: went to another piece a moment ago. */
  readonly status: "here" | "away" | "ghost";
  /** Slug of the piece a ghost went to, if shared. */
  readonly to: string | undefined;
  readonly attention: Attention;
  /** Tabs and devices of this person in this world. */
  readonly connections: number;
  readonly since: Date;
  readonly avatar: { readonly color: string; readonly face: string; readonly showing: string };
  /** What this person says right now, until its time is over. */
  readonly bubble: string | undefined;
  /** True for oneself. */
  readonly isMe: boolean;
  /** False until a first pose has arrived. */
  readonly placed: boolean;
}

/** Events of a world: what `world.on(name, listener)` is called with. */
export interface WorldEvents {
  join: { person: Person };
  leave: { person: Person; reason: LeaveReason };
  update: { person: Person };
  ghost: { person: Person };
  return: { person: Person };
  say: { person: Person; text: string };
  emote: { person: Person; emote: string };
  prop: { key: string; value: Json | undefined; owner: string | undefined };
  /** `spectator`: another tab of the same person plays from now on. `player`: this one does. */
  takeover: { role: "player" | "spectator" };
  /** The server corrected one's own pose. */
  correction: Pose;
  connection: { state: ConnectionState };
  /** Poses travel another way from now on: see `world.link`. */
  link: Link;
  /** Something sent without waiting for its answer was refused. */
  refused: HereaboutsError;
  /** The seat ended for good: kicked, or left. */
  closed: { error: HereaboutsError | undefined };
}

/** Custom messages: `piece:` and any name. */
export type PieceMessage = `piece:${string}`;

export interface Props {
  get(key: string): Json | undefined;
  /** Sets a prop for everyone. Resolves when the server has taken it. `owned`: only you may change it from now on. `saved`: outlives the world. */
  set(key: string, value: Json, options?: { owned?: boolean; saved?: boolean }): Promise<void>;
  delete(key: string): Promise<void>;
  ownerOf(key: string): string | undefined;
  readonly size: number;
  entries(): IterableIterator<[string, Json]>;
}

/** How poses travel between one and the server. */
export interface Link {
  /** Datagrams while they prove to arrive, else the room's WebSocket. */
  readonly carrier: "datagram" | "websocket";
  /** Round trip of movement in ms, the server's tick included; undefined until one has moved. */
  readonly roundTripMs: number | undefined;
  /**
   * The datagram channel, in use or not. Its round trip is the network's, undefined before the first. Losses are shares, 0
   * to 1, of what one sends and of what one receives.
   */
  readonly channel: Pick<
    ChannelStats,
    "state" | "reason" | "roundTripMs" | "jitterMs" | "loss" | "lossReceiving" | "switches"
  >;
}

/** Datagrams of a room of one's own: see `plugDatagrams`. */
export interface PluggedDatagrams {
  /** As of a world, but that the round trip is that of datagrams. */
  readonly link: Link;
  /** Goes on over the WebSocket alone. Leaving the room does so by itself. */
  close(): void;
}

export interface World {
  readonly slug: string;
  /** Everyone in the world by id, ghosts and oneself included. */
  readonly people: ReadonlyMap<string, Person>;
  /** Oneself; undefined until the first state has come. */
  readonly me: Person | undefined;
  readonly counts: { readonly people: number; readonly connections: number; readonly guests: number };
  readonly role: "player" | "spectator";
  readonly connection: ConnectionState;
  /** How poses travel, and how well. */
  readonly link: Link;
  readonly bounds: Readonly<Record<"minX" | "minY" | "minZ" | "maxX" | "maxY" | "maxZ", number>>;
  readonly props: Props;
  /** The Colyseus room itself; another one after a reconnect. */
  readonly room: Room<unknown, WorldState>;

  /** Moves oneself. Call it as often as you draw: it is sent at most 30 times a second. */
  moveTo(pose: { x: number; y: number; z?: number; angle?: number }): void;
  /** Says something in a bubble, at most 280 characters. */
  say(text: string): Promise<void>;
  emote(emote: string): Promise<void>;
  /** Changes how one looks; what is left out stays. */
  avatar(change: AvatarChange): Promise<void>;
  /** Sends a custom message to the others in this world, at most 1 KB. What is wrong with it comes as `refused`. */
  send(type: PieceMessage, data?: Json): void;
  /** Takes over from another tab of oneself. */
  play(): Promise<void>;
  on<E extends keyof WorldEvents>(event: E, listener: (data: WorldEvents[E]) => void): () => void;
  on(event: PieceMessage, listener: (data: { person: Person | undefined; data: Json }) => void): () => void;
  /** Leaves the world for good. */
  leave(): Promise<void>;
}

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
}

export interface JoinOptions {
  avatar?: AvatarChange;
  /** Lets those in the piece you came from know that you are in this one. Off unless you say so. */
  share?: boolean;
  /** Counted nowhere and shown to nobody but moderators. */
  invisible?: boolean;
}

export interface Hereabouts {
  readonly url: string;
  /** Who one is: verified by the server. */
  readonly identity: {
    readonly id: string;
    readonly handle: string;
    readonly name: string;
    readonly guest: boolean;
    readonly role: "member" | "service" | "moderator" | "admin";
  };
  /** Joins the world of a slug. Joining one that is joined already gives the same world. */
  world(slug: string, options?: JoinOptions): Promise<World>;
  /** Joins a chat, or gives the one that was joined. One stays in it through `travel`. */
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
  /** Joins the world of `slug` and then leaves the ones joined before, so that one is never in neither. */
  travel(slug: string, options?: JoinOptions): Promise<World>;
  /** A guest becomes who the token says, in place: no leave, no join. */
  signIn(token: string): Promise<void>;
  /** Takes out what one said and where one was, everywhere, also on open screens. Resolves with how many lines that were. */
  erase(): Promise<number>;
  /** Leaves everything. */
  close(): Promise<void>;
}
