/**
 * Pieces with a server side: one file each, found by its name. A slug without a file is a world all the same.
 */
import { existsSync } from "node:fs";
import { type Bounds, defaultBounds } from "../schema/geometry.ts";

/** What the server holds people to in a piece. What is left out is as in any other world. */
export interface PieceDefinition {
  slug: string;
  bounds?: Bounds;
  /** Units that positions are rounded to on the wire; the finest possible if left out, coarser makes smaller frames. */
  step?: number;
  /** Units a second that a person can move; faster is corrected. Any speed if left out. */
  maxSpeed?: number;
  /** Frames a second. */
  tickHz?: number;
  /** Lets several tabs of one person play; else the newest plays and the others watch. */
  manyTabs?: boolean;
  /** Where people start who were not here before; if left out, they have no pose until they move. */
  start?: { x: number; y: number };
  /** False: everyone starts anew at each visit. */
  savesPoses?: boolean;
  /** True: all props outlive the world, not only those set with `saved`. */
  savesProps?: boolean;
}

type Optional = "tickHz" | "step" | "start";
export type Piece = Required<Omit<PieceDefinition, Optional>> & Pick<PieceDefinition, Optional>;

export function definePiece(definition: PieceDefinition): Piece {
  return {
    bounds: defaultBounds,
    maxSpeed: Number.POSITIVE_INFINITY,
    manyTabs: false,
    savesPoses: true,
    savesProps: false,
    ...definition,
  };
}

/** The piece of a slug: its file in this folder, or the rules that hold for any world. */
export async function loadPiece(slug: string): Promise<Piece> {
  const file = new URL(`./${slug}.ts`, import.meta.url);
  if (slug === "index" || !existsSync(file)) return definePiece({ slug });
  const module = (await import(file.href)) as { default: Piece };
  return module.default;
}
