/** What the rooms' process and the carrier's tell each other beside datagrams, and what the carrier's is started with. */
import type { Announcing } from "./sdp.ts";

export type ChildOptions = Announcing & { library: string };

export type ToChild =
  | { type: "open"; peer: number; offer: string }
  | { type: "close"; peer: number }
  | { type: "beat" };

export type ToParent =
  | { type: "up" }
  /** It cannot run here: the native package is missing, or the port is taken. */
  | { type: "unable"; reason: "package" | "port"; message: string }
  | { type: "answer"; peer: number; answer: string }
  | { type: "closed"; peer: number; reason: string }
  | { type: "beat"; health: Health };

/** Why a datagram was dropped in the carrier's process. `waited`: the rooms' process did not read in time. */
export type ChildDrop = "tooFast" | "tooLarge" | "text" | "notOpen" | "behind" | "waited";

export type Health = { cpuSeconds: number; rssBytes: number; dropped: Record<ChildDrop, number> };
