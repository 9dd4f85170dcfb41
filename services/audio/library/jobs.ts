/** What is asked of an analysing thread and what it answers. Plain data, as it travels between threads. */
import type { Format, Sound, Tags } from "./track.ts";

export type Job = { kind: "hash"; path: string } | { kind: "analyse"; path: string };

export type Analysis = { format: Format; tags: Tags; sound: Sound };

/** `alive` is said while there is something to do. `broken` blames the file and stays true of the same bytes. */
export type Reply =
  | { type: "alive" }
  | { type: "hash"; hash: string }
  | { type: "analysis"; analysis: Analysis }
  | { type: "broken"; reason: string }
  | { type: "failed"; reason: string };

export type Answer = Exclude<Reply, { type: "alive" }>;
