/**
 * The state of a piece: a plain object that the piece changes in place. It travels, is kept and moves to other processes as
 * props of the piece, one for each field; a field is sent when it is different from what was sent last.
 */
import type { Piece } from "../../../pieces/index.ts";
import { keyOfField, pieceOwner } from "../../../schema/piece.ts";
import { validate } from "../../../schema/validate.ts";
import type { Props } from "../props.ts";

export interface PieceStateOptions {
  piece: Pick<Piece, "state" | "savesState">;
  props: Pick<Props, "get" | "setAsPiece" | "deleteAsPiece">;
  /** A field was sent. */
  onChange(key: string): void;
  onError(error: unknown): void;
}

export class PieceState {
  readonly value: Record<string, unknown>;
  readonly #options: PieceStateOptions;
  readonly #sent = new Map<string, string | undefined>();
  /** Fields that could not be sent, which is told once. */
  readonly #failing = new Set<string>();

  constructor(options: PieceStateOptions) {
    this.#options = options;
    this.value = this.#restored() ?? initialOf(options.piece);
  }

  /** What was kept, if it still has the shape that the piece gives it. */
  #restored(): Record<string, unknown> | undefined {
    try {
      return this.#parsed();
    } catch (error) {
      this.#options.onError(new Error("the kept state cannot be read; it starts anew", { cause: error }));
      return undefined;
    }
  }

  #parsed(): Record<string, unknown> | undefined {
    const { piece, props, onError } = this.#options;
    const kept: Record<string, unknown> = {};
    for (const field of Object.keys(piece.state.shape)) {
      const prop = props.get(keyOfField(field));
      if (prop?.owner === pieceOwner) kept[field] = JSON.parse(prop.value);
    }
    if (Object.keys(kept).length === 0) return undefined;
    const result = validate(piece.state, kept);
    if (result.success) return structuredClone(result.data);
    onError(new Error("the kept state does not fit the piece's any more; it starts anew", { cause: result.error }));
    return undefined;
  }

  /** Sends what is different. A field that is too large or is no JSON stays as it was for the others. */
  flush(): void {
    const { piece, props, onChange, onError } = this.#options;
    for (const field of Object.keys(piece.state.shape)) {
      try {
        const value = this.value[field];
        const text = JSON.stringify(value);
        if (this.#sent.get(field) === text) {
          this.#failing.delete(field);
          continue;
        }
        const key = keyOfField(field);
        if (text === undefined) props.deleteAsPiece(key);
        else props.setAsPiece(key, value, { owner: pieceOwner, saved: piece.savesState });
        this.#sent.set(field, text);
        this.#failing.delete(field);
        onChange(key);
      } catch (error) {
        if (this.#failing.has(field)) continue;
        this.#failing.add(field);
        onError(new Error(`state.${field} was not sent`, { cause: error }));
      }
    }
  }
}

function initialOf({ state }: Pick<Piece, "state">): Record<string, unknown> {
  // a default is the same object each time: it would be changed for every world that begins
  return structuredClone(state.parse({}));
}
