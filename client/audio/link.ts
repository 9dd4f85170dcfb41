/**
 * The events that one stream of a listener goes with, by a token that is used for one stream only. A link can be dead
 * without an error (a cable pulled, a proxy that keeps what it should pass on): silence is loss too.
 */
import type { AudioEvent } from "../../schema/audio.ts";
import type { EventsLink } from "./browser.ts";

/** Events that told nothing for so long are lost: the server says something every 5 s. */
const silentMs = 15_000;

export type LinkEvents = { open(): void; event(event: AudioEvent): void; lost(): void };

export class Link {
  readonly token: string;
  /** A stream has its token. */
  isUsed = false;
  /** Its events have told something. */
  isTold = false;
  readonly #on: LinkEvents;
  #source: EventsLink | undefined;
  #silentTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(token: string, on: LinkEvents) {
    this.token = token;
    this.#on = on;
  }

  open(source: EventsLink): void {
    this.close();
    this.#source = source;
    source.onopen = () => this.#on.open();
    source.onmessage = ({ data }) => {
      this.isTold = true;
      this.#expectWord();
      this.#on.event(JSON.parse(data) as AudioEvent);
    };
    source.onerror = () => this.#on.lost();
    this.#expectWord();
  }

  close(): void {
    clearTimeout(this.#silentTimer);
    const source = this.#source;
    if (!source) return;
    source.onopen = source.onmessage = source.onerror = null;
    source.close();
    this.#source = undefined;
    this.isTold = false;
  }

  #expectWord(): void {
    clearTimeout(this.#silentTimer);
    this.#silentTimer = setTimeout(() => this.#on.lost(), silentMs);
  }
}
