/**
 * A session rendered as fast as the machine can, by a clock that the test turns: every fade and every track is waited for
 * before time goes on. Keeps what was sent and where tracks were joined.
 */
import { frameMs } from "../../../../schema/audio.ts";
import { type Crossfades, createCrossfades } from "../../crossfade/crossfades.ts";
import type { Clip } from "../../crossfade/fade.ts";
import type { Track } from "../../mp3/track.ts";
import type { Listener, SessionStream, Sink } from "../stream.ts";
import { type Clock, createStreams, crossfadeOptions, type StreamsOptions } from "../streams.ts";

/** A clock that stands still until it is turned. */
export class HandClock implements Clock {
  #now = 1_800_000_000_000;
  #runs = new Map<() => void, { ms: number; at: number }>();

  now(): number {
    return this.#now;
  }

  every(ms: number, run: () => void): () => void {
    this.#runs.set(run, { ms, at: this.#now + ms });
    return () => void this.#runs.delete(run);
  }

  get isTicking(): boolean {
    return this.#runs.size > 0;
  }

  turn(ms: number): void {
    this.#now += ms;
    for (const [run, timer] of [...this.#runs]) {
      if (timer.at > this.#now) continue;
      timer.at = this.#now + timer.ms;
      run();
    }
  }
}

/** A sink that keeps everything. */
export class KeepingSink implements Sink {
  parts: Uint8Array[] = [];
  pendingBytes = 0;
  state: "open" | "ended" | "destroyed" = "open";

  write(bytes: Uint8Array): boolean {
    this.parts.push(bytes);
    return true;
  }
  end(): void {
    this.state = "ended";
  }
  destroy(): void {
    this.state = "destroyed";
  }
}

export type Joined = { start: number; a: string; aAt: number; b: string; bAt: number; frames: number; clip: Clip };

/** Streams with real workers and a clock of their own; `settle` waits for all that is under way. */
export function handStreams(options: Omit<StreamsOptions, "clock" | "crossfades">) {
  const clock = new HandClock();
  const crossfades = createCrossfades(crossfadeOptions(options.workers));
  const underWay = new Set<Promise<unknown>>();
  const joined: Joined[] = [];
  const prepared = new Map<string, Track>();
  const watch = <T>(promise: Promise<T>): Promise<T> => {
    const settled = promise.catch(() => {}).finally(() => underWay.delete(settled));
    underWay.add(settled);
    return promise;
  };
  const watched: Pick<Crossfades, "fade" | "prepare" | "close"> = {
    fade: (a, b, frames, neededAt) =>
      watch(
        crossfades.fade(a, b, frames, neededAt).then((clip) => {
          const start = Math.round((neededAt - epochMs) / frameMs);
          joined.push({ start, a: a.id, aAt: a.at, b: b.id, bAt: b.at, frames, clip });
          return clip;
        }),
      ),
    prepare: (job, neededAt) =>
      watch(
        crossfades.prepare(job, neededAt).then((track) => {
          prepared.set(job.path, track);
          return track;
        }),
      ),
    close: () => crossfades.close(),
  };
  const epochMs = clock.now();
  const settle = async () => {
    while (underWay.size > 0) await Promise.all(underWay);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...{ clock, joined, settle, streams: createStreams({ ...options, clock, crossfades: watched }) },
    /** What a file was prepared as. */
    preparedOf: (path: string) => prepared.get(path),
  };
}

export type Rendered = { bytes: Buffer; frames: number; joined: Joined[]; late: number; listener: Listener };

/** Everything that a listener gets of a session's first minutes. */
export async function render(
  { clock, joined, settle, streams }: ReturnType<typeof handStreams>,
  session: SessionStream,
  minutes: number,
): Promise<Rendered> {
  const sink = new KeepingSink();
  const listener = session.listen({ sink, icy: false });
  await settle();
  for (let ms = 0; ms < minutes * 60_000; ms += 250) {
    clock.turn(250);
    await settle();
  }
  listener.leave();
  const bytes = Buffer.concat(sink.parts);
  return { bytes, frames: Math.round((minutes * 60_000) / frameMs), joined, late: streams.figures.late, listener };
}
