/** Who hears and watches the sessions of this process: counted, limited, and told of on the bus. */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Listener, ListenOptions } from "../audio/stream/stream.ts";
import type { Attendee } from "../lifecycle.ts";
import type { Registry } from "./registry.ts";
import type { Attachment, AudioSession } from "./session.ts";

/** `listener`: the token that binds sound to events. */
export type HearOptions = ListenOptions & { listener?: string | undefined };

export class Audience {
  readonly #registry: Registry;
  readonly #most: number;
  /** By the token that binds their sound to their seat. */
  readonly #people = new Map<string, Attendee>();
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
    const { as, listener } = attachment;
    if (listener !== undefined && attachment.person !== undefined) this.#people.set(listener, attachment);
    const who = (): Attendee => {
      // who has no name of their own is known by their token, where there is a seat
      const known = attachment.person === undefined ? this.#people.get(listener ?? "") : undefined;
      const { person, handle, connection } = known ?? attachment;
      return { as, person, handle, connection };
    };
    this.#size++;
    this.#registry.bus.emit("session.joined", { session, who: who() });
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      detach();
      this.#size--;
      this.#registry.bus.emit("session.left", { session, who: who() });
      if (this.#people.get(listener ?? "") === attachment) this.#people.delete(listener!);
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
