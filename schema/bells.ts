/** The instrument of the piece `bells`, as its server side and its page know it. */

/** Bells from high to low, in Hz: a pentatonic scale, in which any two go together (C major, A4 = 440). */
export const tones = [
  ["E6", 1318.51],
  ["D6", 1174.66],
  ["C6", 1046.5],
  ["A5", 880],
  ["G5", 783.99],
  ["E5", 659.26],
  ["D5", 587.33],
  ["C5", 523.25],
] as const;
/** Beats of one round, which begins anew whenever server time is a multiple of it. */
export const beats = 8;
export const beatMs = 250;
/** What one person may have ringing at once. */
export const notesEach = 6;

/** `cell`: row times `beats`, plus the beat. `by`: a person's id. */
export type Note = { cell: number; by: string };
export const cells = tones.length * beats;
