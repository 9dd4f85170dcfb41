/** A registry on streams of silence and a clock in the test's hand. */
import type { AudioEvent } from "../../../schema/audio.ts";
import type { AudioSession } from "../session.ts";
import { Sessions, type SessionsOptions } from "../sessions.ts";
import { createTestStreams, type TestStreams } from "./streams.ts";

export type Rig = {
  sessions: Sessions;
  streams: TestStreams;
  errors: unknown[];
  /** Lets time pass, with a tick each second. */
  pass(ms: number): void;
  /** Events told to one who watches from now on. */
  watch(session: AudioSession): AudioEvent[];
};

export function createRig(options: { isLate?: boolean; limits?: Partial<SessionsOptions["limits"]> } = {}): Rig {
  let clock = 1_800_000_000_000;
  const now = () => clock;
  const streams = createTestStreams({ now, isLate: options.isLate ?? false });
  const errors: unknown[] = [];
  const limits = { sessions: 100, perMaker: 50, listeners: 100, ...options.limits };
  const sessions = new Sessions({ streams, limits, now, onError: (error) => errors.push(error) });
  return {
    sessions,
    streams,
    errors,
    pass(ms) {
      for (const end = clock + ms; clock < end; ) {
        clock = Math.min(end, clock + 1000);
        sessions.tick();
      }
    },
    watch(session) {
      const events: AudioEvent[] = [];
      session.feed.watch((event) => events.push(event));
      return events;
    },
  };
}

/** A sink that keeps what it is given. */
export function keepingSink() {
  return {
    bytes: 0,
    isEnded: false,
    pendingBytes: 0,
    write(chunk: Uint8Array): boolean {
      this.bytes += chunk.length;
      return true;
    },
    end(): void {
      this.isEnded = true;
    },
    destroy(): void {
      this.isEnded = true;
    },
  };
}
