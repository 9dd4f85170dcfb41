/**
 * Bells: eight bells and a round of eight beats, which all hear in step. Whoever is here puts notes on it. The rules are
 * here: six notes each, the seventh takes one's oldest off; nobody takes off a note of someone who is here; the notes of who
 * has left ring on for a minute.
 */
import { z } from "zod";
import { cells, notesEach } from "../schema/bells.ts";
import { definePiece, type FaceOf, HereaboutsError, type PieceWorld } from "./index.ts";

const ringOnMs = 60_000;

const state = z.object({
  /** The oldest first. */
  notes: z
    .array(
      z.object({
        cell: z
          .int()
          .min(0)
          .max(cells - 1),
        by: z.string(),
      }),
    )
    .default([]),
});
type World = PieceWorld<z.output<typeof state>>;

function takeOff(world: World, isOff: (note: { cell: number; by: string }) => boolean): void {
  world.state.notes = world.state.notes.filter((note) => !isOff(note));
}

/** The notes of someone, a while from now, if they are not here then. */
function sweepLater(world: World, id: string): void {
  world.after(ringOnMs, () => takeOff(world, ({ by }) => by === id && !world.people.has(id)));
}

const bells = definePiece({
  slug: "bells",
  savesPoses: false,
  state,
  messages: {
    toggle: z.strictObject({
      cell: z
        .int()
        .min(0)
        .max(cells - 1),
    }),
    time: z.null(),
  },
  on: {
    /** Puts a note there, or takes it off. */
    toggle(world, { id }, { cell }) {
      const before = world.state.notes.find((note) => note.cell === cell);
      if (before && before.by !== id && world.people.has(before.by)) {
        throw new HereaboutsError("PIECE_REFUSED", `This note is ${world.people.get(before.by)?.name}'s.`);
      }
      takeOff(world, (note) => note.cell === cell);
      if (before?.by === id) return { isOn: false };
      const own = world.state.notes.filter(({ by }) => by === id);
      const [oldest] = own;
      if (own.length >= notesEach) takeOff(world, (note) => note === oldest);
      world.state.notes.push({ cell, by: id });
      return { isOn: true };
    },
    /** What the clock here says, in ms, for pages to ring in step. */
    time: (world) => ({ now: world.now() }),
  },
  reads: ["time"],
  onStart(world) {
    for (const id of new Set(world.state.notes.map(({ by }) => by))) sweepLater(world, id);
  },
  onLeave: (world, { id }) => sweepLater(world, id),
  onRename(world, { id }, was) {
    for (const note of world.state.notes) if (note.by === was) note.by = id;
  },
});

export default bells;
export type Bells = FaceOf<typeof bells>;
