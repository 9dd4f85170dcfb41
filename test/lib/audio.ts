/** Listening as a browser or a player does: sound and events of audio sessions, read as they come. */
import { request } from "node:http";
import type { AudioEvent } from "../../schema/audio.ts";
import { until } from "./raw.ts";

type Event<T extends AudioEvent["type"]> = Extract<AudioEvent, { type: T }>;

export class Listening {
  status = 0;
  headers: Record<string, string | string[] | undefined> = {};
  readonly chunks: Buffer[] = [];
  isEnded = false;
  isCut = false;
  /** When the first byte of the body came, in ms since it was asked for. */
  firstByteMs = Number.NaN;
  readonly answered: Promise<void>;
  readonly #outgoing;

  constructor(url: string, headers: Record<string, string> = {}, method = "GET") {
    const since = performance.now();
    this.#outgoing = request(url, { headers, method, agent: false });
    this.answered = new Promise((resolve) => {
      this.#outgoing.on("response", (response) => {
        this.status = response.statusCode!;
        this.headers = response.headers;
        response.on("data", (chunk: Buffer) => {
          if (this.chunks.length === 0) this.firstByteMs = performance.now() - since;
          this.chunks.push(chunk);
        });
        response.on("end", () => (this.isEnded = true));
        response.on("error", () => (this.isCut = true));
        resolve();
      });
      this.#outgoing.on("error", () => {
        this.isCut = true;
        resolve();
      });
    });
    this.#outgoing.end();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }

  get events(): AudioEvent[] {
    return [...this.text.matchAll(/^data: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data!) as AudioEvent);
  }

  /** The first event of a type, or the first that fits; undefined if none came in time. */
  event<T extends AudioEvent["type"]>(type: T, fits: (event: Event<T>) => boolean = () => true, withinMs = 8000) {
    const found = () => this.events.find((event): event is Event<T> => event.type === type && fits(event as Event<T>));
    return until(found, withinMs);
  }

  ended(withinMs = 5000): Promise<boolean | undefined> {
    return until(() => this.isEnded || this.isCut, withinMs);
  }

  leave(): void {
    this.#outgoing.destroy();
  }
}

/** Headers and frames of an MP3, walked from its first byte; throws where no frame begins. */
export function countFrames(bytes: Buffer): number {
  const kbits = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
  let frames = 0;
  for (let at = 0; at + 4 <= bytes.length; frames++) {
    const [sync, rates] = [bytes.readUInt16BE(at), bytes[at + 2]!];
    const kbit = kbits[rates >> 4];
    if ((sync & 0xfffe) !== 0xfffa || !kbit) throw new Error(`no frame at byte ${at}`);
    at += Math.floor((144_000 * kbit) / 44_100) + ((rates >> 1) & 1);
  }
  return frames;
}
