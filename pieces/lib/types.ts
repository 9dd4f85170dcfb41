/** What a piece is given by its world, and what it says of itself. Knows nothing of rooms. */
import type { z } from "zod";
import type { AnyGame, PlayerOf, ThingsOf } from "../../schema/game.ts";
import type { Bounds, Pose } from "../../schema/geometry.ts";
import type { LeaveReason } from "../../schema/messages.ts";

/** The shape of a piece's state: a `z.object` with a default for each field. */
export type State = z.ZodObject;
/** Shapes of messages by their names. */
export type Shapes = Readonly<Record<string, z.ZodType>>;

/** Someone in the world, as of now. */
export interface PiecePerson {
  /** Stable for this person on this server. */
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly kind: string;
  readonly guest: boolean;
  /** `here`, `away` or `ghost`. */
  readonly status: string;
  /** Undefined until they have moved. */
  readonly pose: Readonly<Pose> | undefined;
}

/** The props of the world. The piece may change any, whoever owns it; the limits are those of all. */
export interface PieceProps {
  /** The value of a prop; undefined if there is none of that key. */
  get(key: string): unknown;
  /** Id of the only person who may change it; undefined if anyone may. */
  ownerOf(key: string): string | undefined;
  /** `owner`: the id of the only person who may change it; what is left out stays. @throws TOO_LARGE, PROPS_FULL. */
  set(key: string, value: unknown, options?: { owner?: string; saved?: boolean }): void;
  /** Deletes a prop for everyone; one that is not there is gone already. */
  delete(key: string): void;
  /** All keys that there are. */
  keys(): string[];
}

/** A piece's game as it stands. Change the bodies in place: what they are after `onTick` is sent to everyone. */
export interface PieceGame<G extends AnyGame = AnyGame> {
  /** The bodies of those who play, by person. */
  readonly players: ReadonlyMap<string, PlayerOf<G>>;
  readonly things: ThingsOf<G>;
}

/** A world as its piece sees it: handed to each handler. */
export interface PieceWorld<S = object, G extends AnyGame = AnyGame> {
  readonly slug: string;
  /** Change it in place: what is different at the next tick is sent to everyone. */
  readonly state: S;
  /** Everyone in it by id, ghosts included. */
  readonly people: ReadonlyMap<string, PiecePerson>;
  readonly props: PieceProps;
  /** Empty in a piece without one. */
  readonly game: PieceGame<G>;
  /** Server time in ms since the epoch, which never goes back. */
  now(): number;
  /** Tells everyone, or one person in all their tabs. At most 1 KB. @throws TOO_LARGE. */
  send(type: `piece:${string}`, data?: unknown, to?: string): void;
  /** Says something as the piece itself: `world.on("piece:say", ({ data }) => data.text)`. */
  say(text: string): void;
  /** Does something later, once. It ends with the world; what it throws is caught. Gives a function that calls it off. */
  after(ms: number, run: () => void): () => void;
  /** As `after`, again and again. */
  every(ms: number, run: () => void): () => void;
}

/** What is done for each message: it answers what it returns, and refuses with a HereaboutsError that it throws. */
export type Handlers<S, M extends Shapes, G extends AnyGame = AnyGame> = {
  [K in keyof M]: (world: PieceWorld<S, G>, person: PiecePerson, data: z.output<M[K]>) => unknown;
};

/** What the server holds people to in a piece, and what it does there. What is left out is as in any other world. */
export interface PieceRules {
  /** The name of its file, and of its world. */
  slug: string;
  /** Where poses may be, in the world's own units: -2048 to 2047 on each axis if left out. */
  bounds?: Bounds;
  /** Units that positions are rounded to on the wire; the finest possible if left out, coarser makes smaller frames. */
  step?: number;
  /** Units a second that a person can move; faster is corrected. Any speed if left out. */
  maxSpeed?: number;
  /** Frames and calls of `onTick` a second, 1 to 60; TICK_HZ of the server if left out. */
  tickHz?: number;
  /** Lets several tabs of one person play; else the newest plays and the others watch. */
  manyTabs?: boolean;
  /** Where people start who were not here before; if left out, they have no pose until they move. */
  start?: { x: number; y: number };
  /** False: everyone starts anew at each visit. */
  savesPoses?: boolean;
  /** True: all props outlive the world, not only those set with `saved`. */
  savesProps?: boolean;
  /** Keys that only the piece sets and deletes: true for all, or those that begin with this. */
  guardsProps?: boolean | string;
  /** True: `state` outlives the world. */
  savesState?: boolean;
}

/** What a piece does: its state, its messages, and what it is told. */
export interface PieceBehaviour<
  St extends State,
  M extends Shapes,
  H extends Handlers<z.output<St>, M, G>,
  G extends AnyGame = AnyGame,
> {
  /** Rules that the page computes too, so that one's own movement needs no wait (`defineGame`). People move by it alone. */
  game?: G;
  /** Shape of what the piece shows to everyone, with a default for each field. */
  state?: St;
  /** Shapes of the messages it takes, by their names. */
  messages?: M;
  /** What it does for each of them. */
  on?: H;
  /**
   * Messages that only read, and show nothing of who asks: they are answered to the muted and the invisible, too. Who is
   * not seen here asks as nobody, with an empty id.
   */
  reads?: readonly (keyof M & string)[];
  /** The world is there: before anyone joins, and again in each process that it moves to. */
  onStart?: (world: PieceWorld<z.output<St>, G>) => void;
  /** Someone came, and each person who is there where the world begins in another process. */
  onJoin?: (world: PieceWorld<z.output<St>, G>, person: PiecePerson) => void;
  /** Someone is not in the world any more, and why. */
  onLeave?: (world: PieceWorld<z.output<St>, G>, person: PiecePerson, reason: LeaveReason) => void;
  /** A guest signed in: who had the id `was` is `person` from now on. */
  onRename?: (world: PieceWorld<z.output<St>, G>, person: PiecePerson, was: string) => void;
  /** Each tick; `dtMs` since the last one. */
  onTick?: (world: PieceWorld<z.output<St>, G>, dtMs: number) => void;
}
