/** What is asked of an analysing thread and what it finds. Plain data, as it travels between threads. */
import type { Format, Sound, Tags } from "./track.ts";

export type Job = { kind: "hash"; path: string } | { kind: "analyse"; path: string };

export type Analysis = { format: Format; tags: Tags; sound: Sound };

/** A file that is to blame is answered with BAD_AUDIO, which stays true of the same bytes. */
export type Result = { hash: string } | { analysis: Analysis };
