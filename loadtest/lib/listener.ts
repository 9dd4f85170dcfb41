/**
 * A light listener of an audio session: takes the events and the stream, follows the frames without decoding them, and
 * knows what a player would have in its buffer, had it begun with the first byte.
 */
import { type ClientRequest, get, type IncomingMessage } from "node:http";
import { type AudioEvent, frameMs } from "../../schema/audio.ts";
import { now } from "./clock.ts";
import { FrameReader } from "./frameReader.ts";

/** Where to listen. `events` is undefined where there are none. */
export type Station = { session: string; stream: string; events: string | undefined };

export type ListenerBench = {
  onFirstByte(ms: number): void;
  /** Frame of that session, by its number in the session's stream. */
  onFrame(session: string, frame: number, fingerprint: number): void;
  /** From that frame of the session on this track is heard. */
  onTrack(session: string, frame: number, track: string): void;
};

const joinMs = 10_000;

export class Listener {
  bytes = 0;
  /** Least that a player had in its buffer, in ms: below 0 it fell silent. */
  leastBufferedMs = Number.POSITIVE_INFINITY;
  /** What ended it, if it was not leave(). */
  lost: string | undefined;
  /** Ids that it was told by its events; there must be one. */
  readonly sessions = new Set<string>();
  readonly reader: FrameReader;
  readonly station: Station;
  readonly #bench: ListenerBench;
  readonly #requests: ClientRequest[] = [];
  #begunAt = Number.NaN;
  /** The first frame's number in the session's stream, once told, and the fingerprints that came before that. */
  #joined: number | undefined;
  #early: number[] = [];
  #isLeaving = false;

  private constructor(station: Station, bench: ListenerBench) {
    this.station = station;
    this.#bench = bench;
    this.reader = new FrameReader((index, fingerprint) => this.#onFrame(index, fingerprint));
  }

  /** Resolves with the first byte of sound. */
  static async join(station: Station, token: string, bench: ListenerBench): Promise<Listener> {
    const listener = new Listener(station, bench);
    if (station.events) listener.#hearEvents(await listener.#open(`${station.events}?listener=${token}`));
    const from = now();
    const stream = await listener.#open(station.events ? `${station.stream}?listener=${token}` : station.stream);
    await new Promise<void>((resolve, reject) => {
      stream.once("close", () => reject(new Error("the stream ended before its first byte")));
      stream.on("data", (bytes: Buffer) => {
        if (Number.isNaN(listener.#begunAt)) {
          listener.#begunAt = now();
          bench.onFirstByte(listener.#begunAt - from);
          resolve();
        } else listener.look();
        listener.bytes += bytes.length;
        listener.reader.push(bytes);
      });
    });
    return listener;
  }

  /** Notes what a player has in its buffer now, for as long as one listens. */
  look(): void {
    if (Number.isNaN(this.#begunAt) || this.#isLeaving) return;
    const buffered = this.reader.frames * frameMs - (now() - this.#begunAt);
    this.leastBufferedMs = Math.min(this.leastBufferedMs, buffered);
  }

  /** Counts bytes and what was least in the buffer from now on. */
  countAnew(): void {
    this.bytes = 0;
    this.leastBufferedMs = Number.POSITIVE_INFINITY;
    this.look();
  }

  leave(): void {
    this.#isLeaving = true;
    for (const request of this.#requests) request.destroy();
  }

  #open(url: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = get(url, { agent: false, timeout: joinMs }, (answer) => {
        if (answer.statusCode !== 200) return reject(new Error(`${url} answered ${answer.statusCode}`));
        answer.on("error", () => {});
        answer.on("close", () => this.#lose(`${new URL(url).pathname} ended`));
        resolve(answer);
      });
      request.on("error", (error) => {
        reject(error);
        this.#lose(String(error));
      });
      this.#requests.push(request);
    });
  }

  #lose(why: string): void {
    if (!this.#isLeaving) this.lost ??= why;
  }

  #hearEvents(events: IncomingMessage): void {
    let held = "";
    events.setEncoding("utf8").on("data", (text: string) => {
      const lines = (held + text).split("\n");
      held = lines.pop()!;
      for (const line of lines) if (line.startsWith("data:")) this.#take(JSON.parse(line.slice(5)) as AudioEvent);
    });
  }

  #take(event: AudioEvent): void {
    if (event.type === "connected") this.sessions.add(event.sessionId);
    else if (event.type === "track") this.#bench.onTrack(this.station.session, event.frame, event.track.id);
    else if (event.type === "ended") this.#lose(`the session ended: ${event.reason}`);
    else if (event.type === "joined") {
      this.#joined = event.frame;
      for (const [index, fingerprint] of this.#early.entries()) this.#onFrame(index, fingerprint);
      this.#early = [];
    }
  }

  #onFrame(index: number, fingerprint: number): void {
    if (this.#joined !== undefined) this.#bench.onFrame(this.station.session, this.#joined + index, fingerprint);
    else if (this.station.events) this.#early[index] = fingerprint;
  }
}
