/**
 * The place in the SDK where all frames pass, both ways and on both carriers: whoever taps it sees them, and decides when
 * and whether they go on. Devtools count and delay them there, tests make bad networks of it. Untapped it costs nothing.
 */

/** The way that a frame goes: the same object for as long as the way is. */
export interface TapLink {
  readonly room: "world" | "chat" | "audio";
  /** What goes by `websocket` must go on whole, once and in order; what goes by `datagram` need not. */
  readonly carrier: "datagram" | "websocket";
}

/** `pass` lets a frame go on, now or later. A frame is whole until the call returns: copy it to keep it. */
export interface Tap {
  /** A frame that this client sends. */
  out(frame: Uint8Array, link: TapLink, pass: (frame: Uint8Array) => void): void;
  /** A frame that came from the server. */
  in(frame: Uint8Array, link: TapLink, pass: (frame: Uint8Array) => void): void;
}

/** All ways of one connection to a server. */
export class Wire {
  #tap: Tap | undefined;

  get isTapped(): boolean {
    return this.#tap !== undefined;
  }

  /** Puts `tap` in place of the one before. Returns the function that takes it off again. */
  tap(tap: Tap): () => void {
    this.#tap = tap;
    return () => {
      if (this.#tap === tap) this.#tap = undefined;
    };
  }

  out(frame: Uint8Array, link: TapLink, pass: (frame: Uint8Array) => void): void {
    if (this.#tap) this.#tap.out(frame, link, pass);
    else pass(frame);
  }

  in(frame: Uint8Array, link: TapLink, pass: (frame: Uint8Array) => void): void {
    if (this.#tap) this.#tap.in(frame, link, pass);
    else pass(frame);
  }
}
