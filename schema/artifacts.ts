/** What people leave with a session for those who look into it: how it is sent, and what is answered. */

/** Of settings, in bytes. */
export const mb = 1 << 20;

/** Folders of a session's that members put files into; also the last part of the route's path. */
export const storedKinds = ["screenshots", "files", "devtools"] as const;
/** What a file is kept as: the folder of the session that it goes to. */
export type StoredKind = (typeof storedKinds)[number];

/** A file that the server has kept with a session, as `upload` and `screenshot` resolve with it. */
export type KeptFile = {
  /** Below the session's folder: `screenshots/sunset-1a2b3c.png`. */
  readonly path: string;
  /** By its content: `image/png`. */
  readonly type: string;
  readonly bytes: number;
  /** For how long after the last one left it is kept. */
  readonly keptDays: number;
};

/** A session's folder, as it is listed: `GET /ops/sessions`. */
export interface FolderInfo {
  readonly name: string;
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly label: string;
  /** ms since the epoch. `lastLeft`: 0 while nobody was ever there. `ended`: 0 while it lives. */
  readonly created: number;
  readonly lastLeft: number;
  readonly ended: number;
  readonly bytes: number;
}

/** `GET /ops/sessions/:folder`. */
export interface FolderDetails extends FolderInfo {
  readonly participants: readonly Participant[];
  readonly files: readonly { path: string; bytes: number; person?: string }[];
  readonly forkedFrom?: string;
}

export interface Participant {
  readonly person: string;
  readonly handle: string;
  /** ms since the epoch: first and last seen. */
  readonly first: number;
  readonly last: number;
}
