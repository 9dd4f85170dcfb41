/**
 * Records audio sessions as they are heard: the very frames that listeners get, from the first one's first frame until
 * nobody hears any more, in a file for every ten minutes. It is no listener: it keeps nothing alive and playing.
 */
import { samplesPerFrame, streamHz } from "../../schema/mp3Frames.ts";
import type { LifecycleBus, LiveSession } from "../lifecycle.ts";
import { AudioSession } from "../sessions/session.ts";
import type { Artifacts, Recording } from "./artifacts.ts";

/** Of one file: ten minutes. */
const mostFrames = Math.round((600 * streamHz) / samplesPerFrame);

export interface AudioRecorderOptions {
  bus: LifecycleBus;
  artifacts: Pick<Artifacts, "folder">;
  onError(error: unknown): void;
}

/** Begins when somebody hears a session. Call it before the sessions are made. */
export function recordAudio({ bus, artifacts, onError }: AudioRecorderOptions): void {
  const taps = new Map<string, Tap>();
  const end = (id: string) => {
    taps.get(id)?.end();
    taps.delete(id);
  };
  bus.on("session.joined", ({ session, who }) => {
    const heard = who.as === "stream" ? sounding(session) : undefined;
    if (!heard || taps.has(heard.id)) return;
    taps.set(heard.id, new Tap(heard, artifacts, onError));
  });
  // those who hear come and go by HTTP; one that is cut for not reading has left when its connection is gone
  bus.on("session.left", ({ session, who }) => {
    const heard = who.as === "stream" ? sounding(session) : undefined;
    if (heard && heard.heardBy().listeners === 0) end(heard.id);
  });
  bus.on("session.removed", ({ session }) => end(session.id));
  bus.on("session.moved", ({ session }) => end(session.id));
}

/** A follower sounds as what it follows. */
function sounding(session: LiveSession): AudioSession | undefined {
  return session instanceof AudioSession ? (session.following ?? session) : undefined;
}

class Tap {
  readonly #session: AudioSession;
  readonly #artifacts: Pick<Artifacts, "folder">;
  readonly #onError: (error: unknown) => void;
  readonly #stop: () => void;
  #recording: Recording | undefined;
  #frames = 0;

  constructor(session: AudioSession, artifacts: Pick<Artifacts, "folder">, onError: (error: unknown) => void) {
    this.#session = session;
    this.#artifacts = artifacts;
    this.#onError = onError;
    this.#stop = session.stream.tap(({ bytes, frames }) => this.#take(bytes, frames));
  }

  end(): void {
    this.#stop();
    this.#endFile();
  }

  #take(bytes: Uint8Array, frames: number): void {
    if (this.#recording?.isFull || this.#frames >= mostFrames) this.#endFile();
    this.#recording ??= this.#artifacts.folder(this.#session.id)?.record("audio", "mp3");
    this.#recording?.write(bytes);
    this.#frames += frames;
  }

  #endFile(): void {
    this.#recording?.end().catch(this.#onError);
    this.#recording = undefined;
    this.#frames = 0;
  }
}
