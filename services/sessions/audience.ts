/** Who hears and watches the sessions of this process: counted, limited, and told of on the bus. */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Listener, ListenOptions } from "../audio/stream/stream.ts";
import type { Registry } from "./registry.ts";
import type { Attachment, AudioSession } from "./session.ts";

/** `listener`: the token that binds sound to events. */
export type HearOptions = ListenOptions & { listener?: string | undefined };

export class Audience {
  readonly #registry: Registry;
  readonly #most: number;
  #size = 0;

  constructor(registry: Registry, most: number) {
    this.#registry = registry;
    this.#most = most;
  }

  /** Connections. */
  get size(): number {
    return this.#size;
  }

  /** Someone begins to hear or watch. Returns how they leave. Throws LISTENERS_FULL, or as `resolve` for what has ended. */
  attach(session: AudioSession, attachment: Attachment): () => void {
    // it may have ended since it was found: nobody would ever end what begins now
    this.#registry.resolve(session.id);
    if (this.#size >= this.#most) throw new HereaboutsError("LISTENERS_FULL");
    const detach = session.attach(attachment);
    const { as } = attachment;
    this.#size++;
    this.#registry.bus.emit("session.joined", { session, as });
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      detach();
      this.#size--;
      this.#registry.bus.emit("session.left", { session, as });
      if (!session.isAttended) this.#registry.bus.emit("session.idle", { session });
    };
  }

  /** Sound flows into the sink. Returns how it ends. Throws LISTENERS_FULL. */
  listen(session: AudioSession, options: HearOptions): () => void {
    const { listener, sink } = options;
    let sound: Listener | undefined;
    let forget = () => {};
    const leave = () => {
      forget();
      sound?.leave();
      detach();
    };
    const end = () => {
      leave();
      sink.end();
    };
    const detach = this.attach(session, { as: "stream", listener, end });
    try {
      sound = session.stream.listen(options);
      if (listener !== undefined) forget = session.begin(listener, sound);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }
}
