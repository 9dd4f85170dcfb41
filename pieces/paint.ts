/**
 * Paint: a sheet that everyone draws on. Each stroke is a prop of whoever drew it, and stays; where there is no room left,
 * the oldest ones go.
 */
import { z } from "zod";
import { limits } from "../schema/messages.ts";
import { colorCount, maxPoints, sheet, strokePrefix, widths } from "../schema/paint.ts";
import { definePiece, type FaceOf, HereaboutsError, type PieceWorld } from "./index.ts";

const maxStrokes = 900;

const coordinate = z.int().min(0).max(Math.max(sheet.width, sheet.height));
const stroke = z.strictObject({
  c: z
    .int()
    .min(0)
    .max(colorCount - 1),
  w: z.literal(widths),
  p: z
    .array(coordinate)
    .min(2)
    .max(maxPoints * 2)
    .refine((points) => points.length % 2 === 0, "must have an x and a y for each point"),
});

/** In the order in which they were drawn. */
const strokesOf = ({ props }: PieceWorld) =>
  props
    .keys()
    .filter((key) => key.startsWith(strokePrefix))
    .sort();

function put(world: PieceWorld, key: string, value: z.output<typeof stroke>, owner: string): void {
  for (;;) {
    const [oldest, ...rest] = strokesOf(world);
    try {
      world.props.set(key, value, { owner, saved: true });
      if (oldest !== undefined && rest.length + 1 >= maxStrokes) world.props.delete(oldest);
      return;
    } catch (error) {
      const isFull = error instanceof HereaboutsError && error.code === "PROPS_FULL";
      if (!isFull || oldest === undefined || !fitsAlone(world, key, value)) throw error;
      world.props.delete(oldest);
    }
  }
}

/** Whether it would fit without any stroke: else none of them makes room for it. */
function fitsAlone({ props }: PieceWorld, key: string, value: unknown): boolean {
  const others = props.keys().filter((other) => !other.startsWith(strokePrefix));
  const sizeOf = (name: string, held: unknown) => Buffer.byteLength(name) + Buffer.byteLength(JSON.stringify(held));
  const bytes = others.reduce((sum, other) => sum + sizeOf(other, props.get(other)), sizeOf(key, value));
  return others.length < limits.props && bytes <= limits.propsBytes;
}

const ownBy = (world: PieceWorld, person: string) =>
  strokesOf(world).filter((key) => world.props.ownerOf(key) === person);

const paint = definePiece({
  slug: "paint",
  bounds: { minX: 0, minY: 0, minZ: 0, maxX: sheet.width, maxY: sheet.height, maxZ: 0 },
  step: 1,
  savesPoses: false,
  savesState: true,
  guardsProps: true,
  state: z.object({ next: z.int().default(1) }),
  messages: { draw: stroke, undo: z.null(), wipe: z.null() },
  on: {
    draw(world, person, value) {
      const key = strokePrefix + String(world.state.next++).padStart(9, "0");
      put(world, key, value, person.id);
      return { key };
    },
    /** Takes one's last stroke off. */
    undo(world, person) {
      const key = ownBy(world, person.id).at(-1);
      if (key !== undefined) world.props.delete(key);
      return { key: key ?? null };
    },
    /** Takes all one's strokes off. */
    wipe(world, person) {
      const keys = ownBy(world, person.id);
      for (const key of keys) world.props.delete(key);
      return { strokes: keys.length };
    },
  },
  onRename(world, person, was) {
    for (const key of ownBy(world, was)) world.props.set(key, world.props.get(key), { owner: person.id });
  },
});

export default paint;
export type Paint = FaceOf<typeof paint>;
