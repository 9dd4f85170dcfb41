/**
 * What is kept of a session for whoever looks into it afterwards (SE1, SE2): lines, files, screenshots, recordings, in a
 * folder of its own. Types only; `folders.ts` keeps them below DATA_DIR, `off.ts` keeps nothing.
 *
 *     <DATA_DIR>/sessions/<kind>-<label>-<yyyymmdd>-<8 hex>/
 *       session.json   full id, key, participants, times, versions
 *       logs/          lines, one JSON object each: a file for each environment, and one for messages
 *       screenshots/   files/   devtools/   recordings/
 *
 * What is being written ends in `.part` and is renamed when whole. Nothing that a client sends reaches a path unescaped.
 * Errors of the disk are reported once a second at most, and never reach a room.
 */
import type { FolderDetails, FolderInfo, Participant, StoredKind } from "../../schema/artifacts.ts";
import type { Environment } from "../context.ts";

export type { FolderDetails, FolderInfo, Participant, StoredKind };

export interface Artifacts {
  /** Of a session that lives in this process: undefined once it has ended, and where nothing is kept. */
  folder(session: string): SessionFolder | undefined;
  /** Every folder of DATA_DIR, newest first. */
  list(): Promise<FolderInfo[]>;
  /** Throws ARTIFACT_NOT_FOUND. */
  show(folder: string): Promise<FolderDetails>;
  /** Path of a file within its folder, like `logs/server.jsonl`. Throws ARTIFACT_NOT_FOUND, also for what leads out of it. */
  pathOf(folder: string, file: string): Promise<string>;
  /** Takes out what a person left, everywhere (ID5): their files, their lines, themselves in recordings. Returns how many files changed. */
  erase(person: string): Promise<number>;
  /**
   * Removes what a member sent, or a recording that is whole; of a session that has ended also its lines. False where it is
   * being written, or its session lives in another process. Throws ARTIFACT_NOT_FOUND.
   */
  removeFile(folder: string, file: string): Promise<boolean>;
  /** Removes a folder. False where its session still lives. Throws ARTIFACT_NOT_FOUND. */
  remove(folder: string): Promise<boolean>;
  /** All that was said until now is on the disk. */
  flush(): Promise<void>;
  /** Ends what is being written, whole. */
  close(): Promise<void>;
}

/** Messages are so many that they have a file of their own, whichever the environment. */
export type LineFile = Environment | "messages";

export interface SessionFolder {
  /** Of the folder itself. */
  readonly name: string;
  /** One line, a JSON object, without its end. Never throws, and waits for nothing. */
  log(file: LineFile, line: string): void;
  /** Stores a file as it comes. Throws UPLOAD_TYPE, TOO_LARGE, QUOTA_FULL, or what reading `body` throws; then nothing is left of it. */
  store(upload: Upload): Promise<StoredFile>;
  /** Begins a recording; undefined where the session's quota is used up or the disk takes nothing. */
  record(name: string, extension: "mp3" | "capsule"): Recording | undefined;
}

export interface Upload {
  readonly kind: StoredKind;
  /** As the client calls it: only what is safe of it reaches the disk. */
  readonly name: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** Public id. */
  readonly person: string;
}

export interface StoredFile {
  /** Below the folder: `screenshots/sunset-1a2b3c.png`. */
  readonly path: string;
  /** By its content. */
  readonly type: string;
  readonly bytes: number;
}

export interface Recording {
  readonly path: string;
  /** Never throws; what the disk does not take is dropped, and `isFull` says so. */
  write(chunk: Uint8Array): void;
  /** Whether it takes no more: the quota is used up, or the disk full. */
  readonly isFull: boolean;
  /**
   * Set by who records: called when someone is to be taken out of all that was until now. It ends this recording, and
   * resolves when it is whole; what happens then is in another one.
   */
  onCut?: (() => Promise<void>) | undefined;
  /** It is whole, under its own name. One without a byte is removed. */
  end(): Promise<void>;
}
