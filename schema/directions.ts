/** Ways to go on from a track, as people press them and as they stand in links: only ever add at the end. */
export const directions = [
  "faster",
  "slower",
  "brighter",
  "darker",
  "more_energy",
  "calmer",
  "similar",
  "surprise",
] as const;

/** Which way an audio session goes on from what it plays. */
export type Direction = (typeof directions)[number];
