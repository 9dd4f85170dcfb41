/** A world as a piece developer holds it: its people, what stands in it, and what one can do there. */
import type { Room } from "colyseus.js";
import type { KeptFile } from "../schema/artifacts.ts";
import type { ChannelStats } from "../schema/channel.ts";
import type { HereaboutsError } from "../schema/errors.ts";
import type { Pose } from "../schema/geometry.ts";
import type { Attention, AvatarChange, LeaveReason, WorldForked } from "../schema/messages.ts";
import type { Answers, PieceFace, Takes } from "../schema/piece.ts";
import type { WorldState } from "../schema/world.ts";
import type { Canvas } from "./picture.ts";
import type { ConnectionState } from "./seat.ts";
import type { Upload } from "./upload.ts";

/** JSON, as props and custom messages carry it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Someone in a world. Reading `x`, `y`, `z` and `angle` gives the pose smoothed for this instant. */
export interface Person extends Readonly<Pose> {
  /** Stable for this person on this server; tells nothing about who they are elsewhere. */
  readonly id: string;
  /** Unique among those who signed in; `guest-…` for guests. */
  readonly handle: string;
  readonly name: string;
  /** What their token says they are; guests and most others are `human`. */
  readonly kind: "human" | "ai" | "persona";
  /** Whether they have not signed in. */
  readonly guest: boolean;
  /** `away`: the connection is lost and the place is held. `ghost`: went to another piece a moment ago. */
  readonly status: "here" | "away" | "ghost";
  /** Slug of the piece a ghost went to, if shared. */
  readonly to: string | undefined;
  /** Whether their page has the focus, is only visible, or is hidden. */
  readonly attention: Attention;
  /** Tabs and devices of this person in this world. */
  readonly connections: number;
  /** When they came. */
  readonly since: Date;
  /** A color of CSS, at most 16 characters of a face, and whatever else the piece shows of them; each may be empty. */
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
  /** Someone came. */
  join: { person: Person };
  /** Someone is not in the world any more, and why. */
  leave: { person: Person; reason: LeaveReason };
  /** Something about a person changed, other than the pose. */
  update: { person: Person };
  /** Someone went to another piece, and fades. */
  ghost: { person: Person };
  /** A ghost came back. */
  return: { person: Person };
  say: { person: Person; text: string };
  emote: { person: Person; emote: string };
  /** A prop was set, or deleted: then `value` is undefined. */
  prop: { key: string; value: Json | undefined; owner: string | undefined };
  /** `world.piece` has changed. */
  piece: { fields: readonly string[] };
  /** `spectator`: another tab of the same person plays from now on. `player`: this one does. */
  takeover: { role: "player" | "spectator" };
  /** The server corrected one's own pose. */
  correction: Pose;
  /** See `world.connection`. */
  connection: { state: ConnectionState };
  /** Poses travel another way from now on: see `world.link`. */
  link: Link;
  /** Something sent without waiting for its answer was refused. */
  refused: HereaboutsError;
  /** An operator sent one to another world, which the SDK joins by itself: `here.world(slug)` gives it. */
  moved: { slug: string; reason: string };
  /** The seat ended for good: kicked, banned, or left. */
  closed: { error: HereaboutsError | undefined };
}

/** A world whose piece's types are not given. */
export interface AnyPiece {
  state: Readonly<Record<string, Json>>;
  messages: Record<string, { takes: Json; answers: Json }>;
}

/** Custom messages: `piece:` and any name. */
export type PieceMessage = `piece:${string}`;

/** A custom message that arrived. */
export interface PieceMessageEvent {
  /** Who sent it; undefined where the piece did, or they are gone already. */
  person: Person | undefined;
  /** Whether the piece's server side sent it. */
  fromPiece: boolean;
  data: Json;
}

/**
 * What stands in a world, by key: at most 1,000 props of 4 KB each, 256 KB in all. A key has at most 128 characters.
 *
 * @example
 * ```ts
 * await world.props.set("lamp", { on: true }, { saved: true });
 * world.on("prop", ({ key, value }) => console.log(key, value));
 * ```
 */
export interface Props {
  /** The value of a prop; undefined if there is none of that key. */
  get(key: string): Json | undefined;
  /**
   * Sets a prop for everyone. Resolves when the server has taken it. `owned`: only you may change it from now on. `saved`:
   * outlives the world.
   *
   * @throws HereaboutsError PROP_OWNED, PROPS_FULL, TOO_LARGE, BAD_MESSAGE for what is no JSON, MUTED, TOO_FAST.
   */
  set(key: string, value: Json, options?: { owned?: boolean; saved?: boolean }): Promise<void>;
  /** Deletes a prop for everyone; one that is not there is gone already. @throws HereaboutsError PROP_OWNED, MUTED, TOO_FAST. */
  delete(key: string): Promise<void>;
  /** Id of the only person who may change it; undefined if anyone may. */
  ownerOf(key: string): string | undefined;
  /** How many props there are. */
  readonly size: number;
  /** All keys with their values. */
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

/**
 * A world that one is in, as `here.world(slug)` gives it. What is asked of the server may also be refused with TOO_FAST, and
 * fail with TIMEOUT or UNREACHABLE.
 */
export interface World<P extends PieceFace = AnyPiece> {
  readonly slug: string;
  /** Everyone in the world by id, ghosts and oneself included. */
  readonly people: ReadonlyMap<string, Person>;
  /** Oneself; undefined until the first state has come. */
  readonly me: Person | undefined;
  /** People, their tabs and devices, and how many of the people are guests: exact. */
  readonly counts: { readonly people: number; readonly connections: number; readonly guests: number };
  /** `spectator`: one plays in another tab, and watches in this one. */
  readonly role: "player" | "spectator";
  /** The SDK reconnects by itself, and keeps the seat meanwhile. */
  readonly connection: ConnectionState;
  /** How poses travel, and how well. */
  readonly link: Link;
  /** Where poses may be, in the world's own units. */
  readonly bounds: Readonly<Record<"minX" | "minY" | "minZ" | "maxX" | "maxY" | "maxZ", number>>;
  /** What stands in the world. */
  readonly props: Props;
  /**
   * What the piece's server side shows to everyone, by its fields; empty without one. Read it anew: `world.on("piece", …)`
   * tells when it has changed.
   */
  readonly piece: Readonly<P["state"]>;
  /** The Colyseus room itself; another one after a reconnect. */
  readonly room: Room<unknown, WorldState>;

  /**
   * Moves oneself: to a place in the world's units, with `angle` in radians; what is left out is 0. Call it as often
   * as you draw: it is sent at most 30 times a second. What breaks the world's rules is put right: see `correction`. A
   * spectator stays where they are.
   *
   * @throws HereaboutsError BAD_MESSAGE, at once, for a number that is not finite.
   */
  moveTo(pose: { x: number; y: number; z?: number; angle?: number }): void;
  /** Says something in a bubble, at most 280 characters. @throws HereaboutsError BAD_MESSAGE, MUTED, FORBIDDEN for the invisible. */
  say(text: string): Promise<void>;
  /** Shows an emote, at most 32 characters, for a moment. @throws HereaboutsError as `say`. */
  emote(emote: string): Promise<void>;
  /** Changes how one looks; what is left out stays. */
  avatar(change: AvatarChange): Promise<void>;
  /** Sends a custom message to the others in this world, at most 1 KB. What is wrong with it comes as `refused`. */
  send(type: PieceMessage, data?: Json): void;
  /**
   * Asks the piece's server side, which answers. At most 4 KB.
   *
   * @example
   * ```ts
   * import type { Rink } from "../../pieces/rink.ts";
   *
   * const world = await here.world<Rink>("rink");
   * const { isGoal } = await world.ask("shoot", { angle: 0.1 });
   * ```
   * @throws HereaboutsError what the piece refuses with; UNKNOWN_MESSAGE without a server side that takes it, BAD_MESSAGE,
   * TOO_LARGE, TOO_FAST, INTERNAL where the piece failed, UNREACHABLE where the connection ended meanwhile.
   */
  ask<M extends keyof P["messages"] & string>(type: M, data: Takes<P, M>): Promise<Answers<P, M>>;
  /** Takes over from another tab of oneself. */
  play(): Promise<void>;
  /**
   * Keeps a file with this world's session, for those who operate the server: others in the world do not see it. At most
   * 5 MB (UPLOAD_MB), by its content a picture, sound, video, PDF, text or JSON. Resolves when it is stored.
   *
   * @example
   * ```ts
   * const { path, keptDays } = await world.upload(JSON.stringify(scores), { name: "scores" });
   * await world.upload(input.files![0]!); // kept under its own name
   * ```
   * @throws HereaboutsError UPLOAD_TYPE, TOO_LARGE, QUOTA_FULL, TOO_FAST (20 a minute), ARTIFACT_NOT_FOUND where the server
   * keeps nothing, FORBIDDEN without a seat.
   */
  readonly upload: Upload;
  /**
   * Keeps a picture of a canvas as PNG; of the page's largest if none is given. Resolves when it is stored.
   *
   * @example
   * ```ts
   * button.onclick = () => world.screenshot(canvas, "sunset");
   * ```
   * @throws HereaboutsError NO_PICTURE where there is none, or as `upload`.
   */
  screenshot(canvas?: Canvas, name?: string): Promise<KeptFile>;
  /** Keeps what this client sees of the world, for whoever looks into what went wrong: roster, link, sizes, what was refused. */
  inspect(): Promise<KeptFile>;
  /**
   * Copies what stands here (props with their owners, not people) to the world of another slug. `status` is `forked`, or
   * `joined` where that world has something of its own, which stays. What is not saved waits there 15 s for the first one.
   *
   * @throws HereaboutsError BAD_SLUG, FORBIDDEN for who is invisible here, TOO_FAST for more than five in a row.
   */
  fork(slug: string): Promise<WorldForked>;
  /** Listens to an event, or to custom messages. Returns the function that ends it. */
  on<E extends keyof WorldEvents>(event: E, listener: (data: WorldEvents[E]) => void): () => void;
  on(event: PieceMessage, listener: (data: PieceMessageEvent) => void): () => void;
  /** Leaves the world for good. */
  leave(): Promise<void>;
}
