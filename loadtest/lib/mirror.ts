/**
 * A client's copy of a room's state, decoded only when asked for: what comes is kept as it is, so that a hundred
 * clients do not decode the same people a hundred times while something is measured.
 */
import { Decoder, type Schema } from "@colyseus/schema";

/** Above this many bytes it is cheaper to decode than to keep. */
const keepBytes = 256 * 1024;

export class Mirror<State extends Schema> {
  readonly #state: State;
  readonly #decoder: Decoder<State>;
  #pending: Buffer[] = [];
  #bytes = 0;
  #complete = false;

  constructor(state: State) {
    this.#state = state;
    this.#decoder = new Decoder(state);
  }

  /** Takes the whole state or a patch. The bytes are copied. */
  push(bytes: Buffer, isFull: boolean): void {
    if (isFull) this.#complete = true;
    this.#pending.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
    if (this.#bytes > keepBytes) this.state();
  }

  /** The state as of now; undefined before it has come. */
  state(): State | undefined {
    for (const bytes of this.#pending) this.#decoder.decode(bytes, { offset: 0 });
    this.#pending = [];
    this.#bytes = 0;
    return this.#complete ? this.#state : undefined;
  }
}
