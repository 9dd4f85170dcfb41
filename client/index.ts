/**
 * The SDK: a shared world in ten lines, in browsers and in Node.
 *
 * @example
 * ```ts
 * import { connect } from "hereabouts/client";
 *
 * const here = await connect("http://localhost:2567");
 * const world = await here.world("meadow");
 * addEventListener("pointermove", (event) => world.moveTo({ x: event.clientX, y: event.clientY }));
 * for (const person of world.people.values()) draw(person.name, person.x, person.y);
 * ```
 */
import { Client } from "colyseus.js";
import { HereaboutsError } from "../schema/errors.ts";
import { parseSlug } from "../schema/slug.ts";
import { AudioView } from "./audio/view.ts";
import { ChatView } from "./chat.ts";
import { fetchJson } from "./errors.ts";
import { browserStore, identify, type Me, normalizeUrl, whoIs } from "./identity.ts";
import { connectionsOf } from "./peer.ts";
import { connectionOfTab } from "./tab.ts";
import type { AudioPlayer, Chat, ConnectOptions, Hereabouts, JoinOptions, World } from "./types.ts";
import { WorldView } from "./world.ts";

export { type ErrorCode, HereaboutsError } from "../schema/errors.ts";
export { plugDatagrams } from "./plug.ts";
export type * from "./types.ts";

/**
 * Connects to a server: finds out who one is, and joins nothing yet.
 *
 * @param url Address of the server, like `http://localhost:2567`; in a browser the page's own if left out.
 * @throws HereaboutsError UNREACHABLE, or BAD_TOKEN or HANDLE_TAKEN for a token that was given.
 */
export async function connect(url?: string, options: ConnectOptions = {}): Promise<Hereabouts> {
  const address = normalizeUrl(url ?? (typeof location === "undefined" ? "" : location.origin));
  const [me, connection] = await Promise.all([identify(address, options), connectionOfTab()]);
  return new Connection(address, me, connection, options);
}

class Connection implements Hereabouts {
  readonly url: string;
  readonly #client: Client;
  readonly #connection: string;
  readonly #worlds = new Map<string, Promise<WorldView>>();
  readonly #chats = new Map<string, Promise<ChatView>>();
  readonly #options: ConnectOptions;
  #audio: Promise<AudioView> | undefined;
  #me: Me;
  #isClosed = false;

  constructor(url: string, me: Me, connection: string, options: ConnectOptions) {
    this.url = url;
    this.#options = options;
    this.#me = me;
    this.#connection = connection;
    this.#client = new Client(url);
    this.#client.auth.token = me.token;
  }

  get identity() {
    const { id, handle, name, guest, role } = this.#me;
    return { id, handle, name, guest, role };
  }

  async world(name: string, options: JoinOptions = {}): Promise<World> {
    if (this.#isClosed) throw new HereaboutsError("CLOSED");
    const slug = parseSlug(name);
    const world = this.#worlds.get(slug) ?? this.#join(slug, options);
    this.#worlds.set(slug, world);
    world.catch(() => this.#worlds.delete(slug));
    return world;
  }

  async chat(name: string, options: { invisible?: boolean } = {}): Promise<Chat> {
    if (this.#isClosed) throw new HereaboutsError("CLOSED");
    const instance = parseSlug(name);
    const chat = this.#chats.get(instance) ?? this.#joinChat(instance, options.invisible ?? false);
    this.#chats.set(instance, chat);
    chat.catch(() => this.#chats.delete(instance));
    return chat;
  }

  async audio(session?: string, { remember = true }: { remember?: boolean } = {}): Promise<AudioPlayer> {
    if (this.#isClosed) throw new HereaboutsError("CLOSED");
    if (!this.#audio) {
      const opening = this.#listen(session, remember);
      this.#audio = opening;
      opening.catch(() => (this.#audio = undefined));
      return opening;
    }
    const audio = await this.#audio;
    if (session !== undefined || audio.playback === "ended") await audio.tune(session);
    return audio;
  }

  async travel(name: string, options: JoinOptions = {}): Promise<World> {
    const slug = parseSlug(name);
    const before = [...this.#worlds].filter(([other]) => other !== slug).map(([, world]) => world);
    const world = await this.world(slug, options);
    await Promise.all(before.map(async (other) => (await other).leave()));
    return world;
  }

  async signIn(token: string): Promise<void> {
    const me = await whoIs(this.url, token);
    const seats = await Promise.all(this.#seats);
    this.#me = me;
    this.#client.auth.token = token;
    await Promise.all(seats.map((seat) => seat.identify(token)));
  }

  async erase(): Promise<number> {
    const headers = { authorization: `Bearer ${this.#me.token}` };
    const { lines } = await fetchJson<{ lines: number }>(`${this.url}/auth/me`, { method: "DELETE", headers });
    return lines;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const seats = await Promise.allSettled(this.#seats);
    await Promise.all(seats.map((seat) => (seat.status === "fulfilled" ? seat.value.leave() : undefined)));
  }

  get #seats(): Promise<WorldView | ChatView | AudioView>[] {
    return [...this.#worlds.values(), ...this.#chats.values(), ...(this.#audio ? [this.#audio] : [])];
  }

  /** A guest whose token the server does not know any more becomes a new one; a token that was given is its giver's to renew. */
  async #renew(): Promise<void> {
    if (!this.#me.guest) return;
    this.#me = await identify(this.url, this.#options);
    this.#client.auth.token = this.#me.token;
  }

  async #listen(session: string | undefined, remember: boolean): Promise<AudioView> {
    const { storage = browserStore() } = this.#options;
    const audio = new AudioView({
      client: this.#client,
      url: this.url,
      connection: this.#connection,
      me: () => this.#me,
      renew: () => this.#renew(),
      store: remember ? storage : null,
      onLeft: () => (this.#audio = undefined),
    });
    try {
      await audio.tune(session);
    } catch (error) {
      void audio.leave();
      throw error;
    }
    return audio;
  }

  async #joinChat(instance: string, invisible: boolean): Promise<ChatView> {
    const chat = new ChatView({
      client: this.#client,
      instance,
      connection: this.#connection,
      me: () => this.#me,
      renew: () => this.#renew(),
      invisible,
    });
    chat.on("closed", () => this.#chats.delete(instance));
    await chat.join();
    return chat;
  }

  async #join(slug: string, join: JoinOptions): Promise<WorldView> {
    const world = new WorldView({
      client: this.#client,
      slug,
      connection: this.#connection,
      connections: connectionsOf(this.#options.datagrams ?? true),
      myId: () => this.#me.id,
      renew: () => this.#renew(),
      join,
    });
    world.on("closed", () => this.#worlds.delete(slug));
    await world.join();
    return world;
  }
}
