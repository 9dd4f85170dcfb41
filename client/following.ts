/**
 * Going along with someone: to the world where they are, and from then on wherever they travel, until one of the two has
 * had enough of it.
 *
 * One room that both are in tells where they go: a chat, which one keeps, or else the world where one is. That one is left
 * only when the next has answered, so that their trail is never lost between the two.
 */
import { type ErrorCode, HereaboutsError } from "../schema/errors.ts";
import type { Followed } from "../schema/messages.ts";
import { Emitter } from "./emitter.ts";
import { toKnown } from "./errors.ts";
import { randomId } from "./randomId.ts";
import type { FollowEnd, Following, FollowingEvents, World } from "./types.ts";
import type { Vantage } from "./vantage.ts";

export interface FollowingOptions {
  person: string;
  /** Where one may see them from, by preference. */
  vantages(): Iterable<Vantage>;
  isIn(slug: string): boolean;
  /** Joins a world, then leaves the others: `arrive` is called while one is in both. */
  travel(slug: string, arrive: (vantage: Vantage) => Promise<void>): Promise<World>;
  wait(ms: number): Promise<void>;
  /** A room has answered where they are: one is about to go there. */
  accepted(): void;
}

/** What may pass by itself is tried again after these, in ms: a server that starts again, a network that is away. */
const retryMs = [250, 500, 1000, 2000, 4000];
const passing = new Set<ErrorCode>(["UNREACHABLE", "TIMEOUT", "UNAVAILABLE", "DRAINING", "MOVED"]);
/** What the server says of following, as the reason why it is over. */
const endOf: Partial<Record<ErrorCode, FollowEnd>> = {
  PERSON_NOT_FOUND: "left",
  NOT_SHARED: "hidden",
  FOLLOW_CYCLE: "cycle",
};

export class FollowingView implements Following {
  readonly #options: FollowingOptions;
  readonly #events = new Emitter();
  readonly #id = randomId();
  #person: string;
  #slug = "";
  #from: { vantage: Vantage; off: () => void } | undefined;
  #ended: FollowingEvents["ended"] | undefined;
  #isGoing = false;
  #isHeld = false;
  /** How often it was. */
  #holds = 0;
  #going: Promise<void> = Promise.resolve();

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#person = options.person;
  }

  get person(): string {
    return this.#person;
  }
  get slug(): string {
    return this.#slug;
  }
  get ended(): FollowEnd | undefined {
    return this.#ended?.reason;
  }

  /** Resolves in the world where they are. Throws why one may not follow, or could not go there. */
  async begin(): Promise<void> {
    try {
      await this.#findVantage();
    } catch (error) {
      this.end("lost");
      throw error;
    }
    await this.#goAlong();
    if (!this.#ended) return;
    const { reason, error } = this.#ended;
    const code = (Object.keys(endOf) as ErrorCode[]).find((each) => endOf[each] === reason);
    throw error ?? new HereaboutsError(code ?? "CLOSED");
  }

  stop(): void {
    this.end("stopped");
  }

  end(reason: FollowEnd, error?: HereaboutsError): void {
    if (this.#ended) return;
    this.#ended = { reason, error };
    this.#from?.off();
    this.#from?.vantage.unfollow(this.#id);
    this.#events.emit("ended", this.#ended);
  }

  /** Goes nowhere for now: someone else is about to be gone along with. */
  hold(): void {
    this.#isHeld = true;
    this.#holds++;
    this.#from?.off();
  }

  /** That came to nothing. The room may have forgotten this one meanwhile, and is asked again. */
  async goOn(): Promise<void> {
    if (!this.#isHeld || this.#ended) return;
    this.#isHeld = false;
    await this.#findVantage().catch((thrown) => this.end(endOf[toKnown(thrown).code] ?? "lost"));
  }

  on<E extends keyof FollowingEvents>(event: E, listener: (data: FollowingEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Asks wherever they may be seen from. Throws the refusal that says most. */
  async #findVantage(): Promise<void> {
    let refusal: HereaboutsError | undefined;
    for (const vantage of this.#options.vantages()) {
      try {
        await this.#see(vantage);
        return;
      } catch (thrown) {
        const error = toKnown(thrown);
        if (!refusal || refusal.code === "PERSON_NOT_FOUND") refusal = error;
      }
    }
    throw refusal ?? new HereaboutsError("PERSON_NOT_FOUND", "Join the world or a chat where they are first.");
  }

  async #see(vantage: Vantage): Promise<void> {
    const off = vantage.watch({
      followed: (followed) => this.#take(followed),
      open: () => void this.#seeAgain(vantage),
      closed: () => void this.#onClosed(vantage),
    });
    let followed: Followed;
    try {
      followed = await vantage.follow({ person: this.#person, id: this.#id });
    } catch (error) {
      off();
      throw error;
    }
    if (this.#ended) {
      off();
      vantage.unfollow(this.#id);
      return;
    }
    this.#from?.off();
    this.#from = { vantage, off };
    this.#options.accepted();
    this.#take(followed);
  }

  /** Its room may be another one than before, and they not back in it yet. */
  async #seeAgain(vantage: Vantage): Promise<void> {
    for (const pauseMs of [...retryMs, undefined]) {
      if (this.#from?.vantage !== vantage) return;
      try {
        this.#take(await vantage.follow({ person: this.#person, id: this.#id }));
        return;
      } catch (thrown) {
        const { code } = toKnown(thrown);
        if (this.#ended || code === "CLOSED") return;
        const isHopeless = code !== "PERSON_NOT_FOUND" || pauseMs === undefined;
        if (isHopeless) return void (await this.#findVantage().catch(() => this.end(endOf[code] ?? "lost")));
        await this.#options.wait(pauseMs);
      }
    }
  }

  async #onClosed(vantage: Vantage): Promise<void> {
    if (this.#ended || this.#from?.vantage !== vantage) return;
    this.#from.off();
    this.#from = undefined;
    await this.#findVantage().catch(() => this.end("lost"));
  }

  #take({ id, person, slug, ended }: Followed): void {
    // what was on its way as one turned from another to this one
    if (this.#ended || id !== this.#id) return;
    this.#person = person;
    if (ended) {
      this.end(ended);
      return;
    }
    this.#slug = slug;
    void this.#goAlong();
  }

  /** Resolves when one is where they are, or it is over. */
  #goAlong(): Promise<void> {
    if (!this.#isGoing) this.#going = this.#go();
    return this.#going;
  }

  async #go(): Promise<void> {
    this.#isGoing = true;
    let attempt = 0;
    while (!this.#ended && !this.#isHeld && !this.#options.isIn(this.#slug)) {
      const holds = this.#holds;
      try {
        const world = await this.#options.travel(this.#slug, (vantage) => this.#arrive(vantage));
        attempt = 0;
        if (!this.#ended) this.#events.emit("arrived", { world });
      } catch (thrown) {
        // broken off: it may go on already, while what was joined is still being left
        if (this.#holds !== holds) continue;
        const error = toKnown(thrown);
        const pauseMs = passing.has(error.code) ? retryMs[attempt++] : undefined;
        if (pauseMs === undefined) this.end("refused", error);
        else await this.#options.wait(pauseMs);
      }
    }
    this.#isGoing = false;
  }

  /** The world that one comes from goes on to tell until this one does. */
  async #arrive(vantage: Vantage): Promise<void> {
    if (this.#ended || this.#isHeld) throw new HereaboutsError("CLOSED");
    if (this.#from?.vantage.lasts) return;
    try {
      await this.#see(vantage);
    } catch (thrown) {
      this.end(endOf[toKnown(thrown).code] ?? "lost");
    }
  }
}
