/**
 * A stream whose session lives on another process, for one listener. Whole frames are given on and counted; when the
 * session moves to another process, or to this one, the sound goes on from there with the next frame, and the listener's
 * connection does not end.
 */
import type { IncomingMessage } from "node:http";
import type { Request, Response } from "express";
import { HereaboutsError } from "../../schema/errors.ts";
import { FrameReader } from "../../services/audio/mp3/frames.ts";
import { IcyMixer, IcyReader } from "../../services/audio/stream/icy.ts";
import type { Resume } from "../../services/audio/stream/stream.ts";
import { Elsewhere } from "../../services/sessions/homes.ts";
import type { AudioSession } from "../../services/sessions/session.ts";
import type { Sessions } from "../../services/sessions/sessions.ts";
import { answerAs } from "../answerFrom.ts";
import { type Asking, ask, carried } from "../ask.ts";
import { frameHeader } from "../peers.ts";
import { endOf } from "./outflow.ts";

/** How long a listener whose sound stopped waits for it to go on, and how often that is tried. */
const patienceMs = 15_000;
const retryMs = 200;
/** How long a listener may read nothing: as long as it may be behind where its session is. */
const stalledMs = 20_000;

export type RelayOptions = Asking & { sessions: Sessions; listener: string | undefined; icy: boolean };

/** Answers a listener; throws UNAVAILABLE where the stream cannot begin. */
export async function relay(req: Request, res: Response, { id, process }: Elsewhere, options: RelayOptions) {
  const answer = await ask(options, process, req, res);
  if (res.destroyed) return void answer.destroy();
  const frame = Number(answer.headers[frameHeader]);
  if (answer.statusCode !== 200 || !Number.isInteger(frame)) return answerAs(req, res, answer);
  delete answer.headers[frameHeader];
  res.useChunkedEncodingByDefault = false;
  res.shouldKeepAlive = false;
  res.writeHead(200, carried(answer.headers));
  req.socket.setNoDelay(true);
  await new Relay(req, res, { id, process }, options).run(answer, frame);
}

class Relay {
  readonly #req: Request;
  readonly #res: Response;
  readonly #id: string;
  /** The process that the sound comes from, or came from last; empty for this one. */
  #process: string;
  readonly #options: RelayOptions;
  readonly #frames = new FrameReader();
  #titles: IcyReader | undefined;
  readonly #mixer: IcyMixer | undefined;
  #title = "";
  /** The frame that comes next, and the one that all of it began with. */
  #resume: Resume = { from: 0, joined: 0 };
  #heardAt = performance.now();

  constructor(req: Request, res: Response, { id, process }: Pick<Elsewhere, "id" | "process">, options: RelayOptions) {
    this.#req = req;
    this.#res = res;
    this.#id = id;
    this.#process = process;
    this.#options = options;
    this.#mixer = options.icy ? new IcyMixer() : undefined;
  }

  async run(first: IncomingMessage, frame: number): Promise<void> {
    this.#resume = { from: frame, joined: frame };
    await this.#read(first);
    const res = this.#res;
    while (!res.destroyed) {
      const isOver = performance.now() - this.#heardAt > patienceMs || !(await this.#goOn());
      if (isOver) return endOf(res);
    }
  }

  /** From wherever the session is by now. False if it is no more. */
  async #goOn(): Promise<boolean> {
    try {
      const session = await this.#options.sessions.locate(this.#id);
      // gone meanwhile: nothing would end what begins now
      if (this.#res.destroyed) return false;
      await this.#hear(session);
    } catch (error) {
      if (this.#res.destroyed) return false;
      if (error instanceof Elsewhere) return this.#ask(error.process).catch(() => this.#wait());
      return error instanceof HereaboutsError && error.status === 404 ? false : this.#wait();
    }
    return true;
  }

  #wait(): Promise<true> {
    return new Promise((resolve) => setTimeout(() => resolve(true), retryMs));
  }

  async #ask(process: string): Promise<boolean> {
    const answer = await ask(this.#options, process, this.#req, this.#res, this.#resume);
    const joined = Number(answer.headers[frameHeader]);
    if (answer.statusCode !== 200 || !Number.isInteger(joined)) {
      answer.destroy();
      return this.#wait();
    }
    if (process === this.#process) {
      // it still has the session: it wanted this listener to begin anew
      answer.destroy();
      return false;
    }
    this.#process = process;
    this.#begin(joined);
    await this.#read(answer);
    return true;
  }

  /** Of a session of this process. Resolves when it ends. */
  #hear(session: AudioSession): Promise<void> {
    const { sessions, listener, icy } = this.#options;
    const res = this.#res;
    this.#process = "";
    return new Promise((resolve) => {
      const sink = {
        write: (bytes: Uint8Array) => this.#takeSafely(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
        get pendingBytes() {
          return res.writableLength;
        },
        end: () => {
          res.off("close", gone);
          resolve();
        },
        destroy: () => void res.destroy(),
      };
      const onBegin = (joined: number) => this.#begin(joined);
      const leave = sessions.listen(session, { sink, icy, listener, resume: this.#resume, onBegin });
      const gone = () => {
        leave();
        resolve();
      };
      res.once("close", gone);
    });
  }

  /** Resolves when it ends: its process is gone, or the session, or the listener. */
  #read(answer: IncomingMessage): Promise<void> {
    this.#titles = this.#options.icy ? new IcyReader() : undefined;
    answer.on("data", (bytes: Buffer) => {
      if (this.#takeSafely(bytes)) return;
      answer.pause();
      void this.#drained().then(() => answer.resume());
    });
    answer.on("error", () => {});
    return new Promise((resolve) => answer.once("close", resolve));
  }

  /** `joined` tells by how much the sound is further on than it should be. */
  #begin(joined: number): void {
    this.#resume = { from: this.#resume.from + joined - this.#resume.joined, joined };
    this.#frames.restart();
    this.#titles = this.#options.icy ? new IcyReader() : undefined;
  }

  /** Never throws: what is wrong with one listener must not reach the others. */
  #takeSafely(given: Buffer): boolean {
    try {
      return this.#take(given);
    } catch {
      this.#res.destroy();
      return true;
    }
  }

  #take(given: Buffer): boolean {
    const sound = this.#titles ? this.#titles.take(given, (title) => (this.#title = title)) : given;
    const { bytes, frames } = this.#frames.take(sound);
    this.#heardAt = performance.now();
    this.#resume = { ...this.#resume, from: this.#resume.from + frames };
    if (frames === 0 || this.#res.destroyed) return true;
    return this.#res.write(this.#mixer ? this.#mixer.mix(bytes, this.#title) : bytes);
  }

  /** One that does not read is not waited for. */
  #drained(): Promise<void> {
    const res = this.#res;
    return new Promise((resolve) => {
      const timer = setTimeout(() => res.destroy(), stalledMs);
      const go = () => {
        clearTimeout(timer);
        res.off("drain", go);
        res.off("close", go);
        resolve();
      };
      res.on("drain", go);
      res.on("close", go);
    });
  }
}
