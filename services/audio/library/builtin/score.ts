/** A piece as notes: chords led smoothly, a melody of motifs that return, and parts that enter and leave. Seeded. */
import { seededRandom } from "../../random.ts";
import type { Drum } from "./drums.ts";
import { type Piece, scales } from "./pieces.ts";
import type { Voice } from "./voices.ts";

type Place = { startS: number; gain: number; pan: number; room: number };
export type Note = Place & { kind: "tone"; voice: Voice; pitch: number; heldS: number };
export type Stroke = Place & { kind: "drum"; drum: Drum };
export type Score = { notes: readonly (Note | Stroke)[]; lengthS: number };

type Parts = { drums: number; bass: number; pad: number; melody: number; arpeggio: number };

/** How present each part is, from the first bar to the last. */
function partsAt(bar: number, bars: number): Parts {
  if (bar < 2) return { drums: 0, bass: 0, pad: 1, melody: 0.6, arpeggio: 0 };
  if (bar < 4) return { drums: 0.6, bass: 0.7, pad: 0.9, melody: 0, arpeggio: 0.6 };
  if (bar >= bars - 1) return { drums: 0, bass: 0.6, pad: 0.9, melody: 0, arpeggio: 0 };
  if (bar >= bars - 3) return { drums: 0.5, bass: 0.8, pad: 1, melody: 0.6, arpeggio: 0.6 };
  const share = bar / bars;
  if (share > 0.5 && share < 0.6) return { drums: 0.4, bass: 0.8, pad: 1, melody: 0.8, arpeggio: 0.8 };
  return { drums: 1, bass: 1, pad: 0.8, melody: 1, arpeggio: 1 };
}

export function scoreOf(piece: Piece): Score {
  const random = seededRandom(piece.seed);
  const beatS = 60 / piece.bpm;
  const stepS = beatS / 4;
  const notes: (Note | Stroke)[] = [];
  const motifs = [motifOf(piece, random), motifOf(piece, random)];
  let voicing: number[] = [];
  let degree = 0;
  for (let bar = 0; bar < piece.bars; bar++) {
    const startS = bar * 4 * beatS;
    const parts = partsAt(bar, piece.bars);
    const last = bar === piece.bars - 1;
    const chord = last ? 0 : piece.chords[bar % piece.chords.length]!;
    voicing = ledFrom(
      voicing,
      [0, 2, 4, 6].map((third) => pitchOf(piece, chord + third)),
    );

    voicing.forEach((pitch, i) => {
      const gain = piece.pad.gain * parts.pad * (i === 3 ? 0.25 : 0.4);
      const pan = [-0.6, 0.5, -0.2, 0.7][i]!;
      notes.push({
        ...{ kind: "tone", startS, heldS: 4 * beatS, pitch, gain, pan },
        voice: piece.pad.voice,
        room: 1.3,
      });
    });
    for (const { step, steps, loud } of strokesOf(last ? "x..............." : piece.bass.steps)) {
      const fifth = step >= 12 && random() < 0.3 ? 4 : 0;
      const pitch = near(pitchOf(piece, chord + fifth), 38);
      const gain = piece.bass.gain * parts.bass * loud * 0.8;
      const held = { startS: startS + step * stepS, heldS: Math.min(steps, 8) * stepS * 0.9 };
      notes.push({ kind: "tone", ...held, pitch, gain, pan: 0, voice: piece.bass.voice, room: 0.1 });
    }
    for (const [drum, pattern] of Object.entries(piece.beat) as [Drum, string][]) {
      const fill = bar % 8 === 7 && drum === "snare" ? "....x.......x.xx" : pattern;
      for (const { step, loud } of strokesOf(fill)) {
        const gain = piece.drumGain * parts.drums * loud * (0.9 + 0.2 * random());
        if (gain > 0.01) notes.push({ kind: "drum", drum, startS: startS + step * stepS, gain, ...drumPlaces[drum] });
      }
    }
    const { arpeggio, melody } = piece;
    for (let step = 0; arpeggio && parts.arpeggio > 0 && step < 16; step += arpeggio.every) {
      const pitch = near(voicing[[0, 1, 2, 3, 2, 1][(step / arpeggio.every) % 6]!]!, 12 * arpeggio.octave + 16);
      const gain = arpeggio.gain * parts.arpeggio * (step % 4 === 0 ? 0.6 : 0.45);
      const held = { startS: startS + step * stepS, heldS: stepS * arpeggio.every * 0.9 };
      notes.push({
        kind: "tone",
        ...held,
        pitch,
        gain,
        pan: step % 8 < 4 ? -0.5 : 0.5,
        voice: arpeggio.voice,
        room: 1,
      });
    }
    if (parts.melody === 0) continue;
    const motif = motifs[bar % 4 === 2 ? 1 : 0]!;
    motif.forEach(({ step, move }, i) => {
      degree = step % 8 === 0 ? nearestChordTone(degree + move, chord) : degree + move;
      if (Math.abs(degree) > 6) degree -= Math.sign(degree) * 4;
      const steps = (motif[i + 1]?.step ?? 16) - step;
      const gain = melody.gain * parts.melody * (step % 4 === 0 ? 0.6 : 0.5);
      const held = { startS: startS + step * stepS, heldS: Math.min(steps, 6) * stepS * 0.9 };
      const pitch = near(piece.tonic, 12 * melody.octave + 12) + pitchOf(piece, degree) - pitchOf(piece, 0);
      notes.push({ kind: "tone", ...held, pitch, gain, pan: 0.15, voice: melody.voice, room: 1 });
    });
  }
  return { notes, lengthS: piece.bars * 4 * beatS + 2 };
}

const drumPlaces: Record<Drum, { pan: number; room: number }> = {
  kick: { pan: 0, room: 0 },
  snare: { pan: 0.05, room: 0.4 },
  hat: { pan: 0.35, room: 0.1 },
  shaker: { pan: -0.4, room: 0.2 },
  tom: { pan: -0.2, room: 0.4 },
  rim: { pan: -0.25, room: 0.6 },
};

/** Steps of a bar with a stroke, and how many until the next. */
function strokesOf(pattern: string): { step: number; steps: number; loud: number }[] {
  const at = [...pattern].flatMap((sign, step) => (sign === "." ? [] : [{ step, loud: sign === "x" ? 1 : 0.5 }]));
  return at.map((one, i) => ({ ...one, steps: (at[i + 1]?.step ?? 16) - one.step }));
}

/** A rhythm in eighths that starts on the beat, and how far each note moves along the scale. */
function motifOf(piece: Piece, random: () => number): { step: number; move: number }[] {
  const steps = new Set([0]);
  while (steps.size < piece.melody.notesPerBar) steps.add(2 * Math.floor(8 * random()));
  return [...steps].sort((a, b) => a - b).map((step) => ({ step, move: Math.round(5 * random() - 2.5) }));
}

/** Pitch (MIDI number) of a degree of the piece's scale; degrees run on through the octaves. */
function pitchOf(piece: Piece, degree: number): number {
  const scale = scales[piece.scale];
  const octave = Math.floor(degree / 7);
  return 60 + piece.tonic + 12 * octave + scale[degree - 7 * octave]!;
}

/** The pitch in the octave around `centre`. */
const near = (pitch: number, centre: number) => pitch + 12 * Math.round((centre - pitch) / 12);

/** The same pitches in the octaves closest to those before, so that chords glide instead of jumping. */
function ledFrom(before: readonly number[], pitches: readonly number[]): number[] {
  return pitches.map((pitch, i) => near(pitch, before[i] === undefined ? 58 + 2 * i : (before[i]! + 58 + 2 * i) / 2));
}

function nearestChordTone(degree: number, chord: number): number {
  for (const away of [0, 1, -1, 2])
    if ([0, 2, 4].includes((((degree + away - chord) % 7) + 7) % 7)) return degree + away;
  return degree;
}
