/** Going along with someone, as a piece developer holds it. */
import type { HereaboutsError } from "../schema/errors.ts";
import type { World } from "./worldTypes.ts";

/** Why one goes along with someone no longer. */
export type FollowEnd =
  /** By `stop`, by `follow` with someone else, or by `close`. */
  | "stopped"
  /** One travelled by oneself, or an operator sent one elsewhere. */
  | "travelled"
  /** They are in no world now. */
  | "left"
  /** They share where they are no longer. */
  | "hidden"
  /** They go along with oneself. */
  | "cycle"
  /** Their world did not let one in: see `error`. One stays where one was. */
  | "refused"
  /** There is no room left that both are in, and that would tell. */
  | "lost";

/** What happens while one goes along with someone. */
export interface FollowingEvents {
  /** One came along to another world; those before it are left. */
  arrived: { world: World };
  ended: { reason: FollowEnd; error: HereaboutsError | undefined };
}

/** Going along with someone: see `here.follow`. */
export interface Following {
  /** Their id. */
  readonly person: string;
  /** Slug of the world where they are. */
  readonly slug: string;
  /** Undefined while it goes on. */
  readonly ended: FollowEnd | undefined;
  /** One stays where one is. */
  stop(): void;
  /** Calls `listener` at each event, until the function it returns is called. */
  on<E extends keyof FollowingEvents>(event: E, listener: (data: FollowingEvents[E]) => void): () => void;
}
