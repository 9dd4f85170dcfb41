/**
 * What a piece with a server side and its pages agree on: the state it shows and the messages it takes. Types mostly, so
 * that a page knows them without any code of the server.
 */

/** As a piece's page sees its server side. `answers` is null where a message is only taken. */
export interface PieceFace {
  state: object;
  messages: object;
}

/** What one message takes and answers. */
export interface PieceMessageFace {
  takes: unknown;
  answers: unknown;
}

/** The face of what `definePiece` gave: `export type Bells = FaceOf<typeof bells>`. */
export type FaceOf<P extends { readonly face?: PieceFace | undefined }> = NonNullable<P["face"]>;

export type Takes<F extends PieceFace, M extends keyof F["messages"]> = F["messages"][M] extends PieceMessageFace
  ? F["messages"][M]["takes"]
  : never;
export type Answers<F extends PieceFace, M extends keyof F["messages"]> = F["messages"][M] extends PieceMessageFace
  ? F["messages"][M]["answers"]
  : never;

/** A piece's state travels and is kept as props of this owner, one for each field. No person has this id. */
export const pieceOwner = "piece";

/** The message with which a piece speaks, which nobody else sends. */
export const saidByPiece = "piece:say";

const prefix = "piece.";

export const keyOfField = (field: string): string => prefix + field;

/** The field that a prop holds; undefined for a prop that is none of the piece's state. */
export function fieldOfProp(key: string, owner: string): string | undefined {
  return owner === pieceOwner && key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}
