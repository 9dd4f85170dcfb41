/**
 * What is told about a session to those who watch it: its stream's changes as events, each made into text once for all.
 * A feed that nobody watches is not subscribed to its stream. It has no timer: `tick` tells what is damped.
 */
import type { AudioEvent } from "../../schema/audio.ts";
import type { SessionStream, StreamChange } from "../audio/stream/stream.ts";

/** `text` is the event as SSE, made when first asked for. */
export type Watcher = (event: AudioEvent, text: () => string) => void;

export interface FeedOptions {
  stream: SessionStream;
  /** Those who hear the stream, and how many of them through followers. */
  counts(): { listeners: number; followers: number };
  now: () => number;
  onError: (error: unknown) => void;
}

export class Feed {
  readonly #options: FeedOptions;
  readonly #watchers = new Set<Watcher>();
  #unsubscribe = () => {};
  #isStale = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  watch(watcher: Watcher): () => void {
    if (!this.isWatched) this.#unsubscribe = this.#options.stream.subscribe((change) => this.#onChange(change));
    this.#watchers.add(watcher);
    return () => {
      if (this.#watchers.delete(watcher) && !this.isWatched) this.#unsubscribe();
    };
  }

  /** What one who begins to watch is told. */
  current(): AudioEvent[] {
    return [this.#track(), this.#journey(), this.#listeners()];
  }

  tell(event: AudioEvent): void {
    let made: string | undefined;
    const text = () => (made ??= toText(event));
    for (const watcher of [...this.#watchers]) {
      try {
        watcher(event, text);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }

  /** Counts are told once a tick, however many came and went. */
  tick(isBeat: boolean): void {
    const { stream, now } = this.#options;
    if (this.#isStale) this.tell(this.#listeners());
    this.#isStale = false;
    if (isBeat) this.tell({ type: "heartbeat", frame: stream.onAir().frame, at: now() });
  }

  #onChange(change: StreamChange): void {
    switch (change.type) {
      case "track":
        this.tell({ ...change, direction: this.#options.stream.onAir().direction });
        break;
      case "journey":
        this.tell(this.#journey());
        break;
      case "listeners":
        this.#isStale = true;
        break;
      case "ended":
        break; // told by who ended it, with the reason
      default:
        change satisfies never;
    }
  }

  #track(): AudioEvent {
    const { track, trackFrame: frame, next, nextFrame, direction } = this.#options.stream.onAir();
    return { type: "track", frame, track, next, nextFrame, direction };
  }

  #journey(): AudioEvent {
    return { type: "journey", ...this.#options.stream.journey() };
  }

  #listeners(): AudioEvent {
    return { type: "listeners", ...this.#options.counts() };
  }
}

export function toText(event: AudioEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
