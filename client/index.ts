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
import type { ClientLines } from "../schema/clientLogs.ts";
import { HereaboutsError } from "../schema/errors.ts";
import { parseSlug } from "../schema/slug.ts";
import { AudioView } from "./audio/view.ts";
import { ChatView } from "./chat.ts";
import { fetchJson } from "./errors.ts";
import { FollowingView } from "./following.ts";
import { browserStore, identify, type Me, normalizeUrl, whoIs } from "./identity.ts";
import { openLogs } from "./logs.ts";
import { connectionsOf } from "./peer.ts";
import { connectionOfTab } from "./tab.ts";
import { type Tap, Wire } from "./tap.ts";
import { Travels } from "./travels.ts";
import type {
  AnyPiece,
  AudioPlayer,
  Chat,
  ConnectOptions,
  Following,
  Hereabouts,
  JoinOptions,
  PieceFace,
  World,
} from "./types.ts";
import { type Upload, uploadTo } from "./upload.ts";
import { WorldView } from "./world.ts";

export { type ErrorCode, HereaboutsError } from "../schema/errors.ts";
export { plugDatagrams } from "./plug.ts";
export type * from "./types.ts";

/**
 * Connects to a server: finds out who one is, and joins nothing yet.
 *
 * @example
 * ```ts
 * import { connect } from "hereabouts/client";
 *
 * const here = await connect("http://localhost:2567", { name: "Ada" });
 * console.log(here.identity.handle);
 * await here.close();
 * ```
 * @param url Address of the server, like `http://localhost:2567`; in a browser the page's own if left out.
 * @param options Who one is and what may travel: a guest, and all, if left out.
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
  readonly #wire = new Wire();
  readonly joined = {
    worlds: new Map<string, WorldView>(),
    chats: new Map<string, ChatView>(),
    audio: undefined as AudioView | undefined,
  };
  readonly #travels = new Travels({ joined: this.joined.worlds, asked: this.#worlds });
  #following: FollowingView | undefined;
  /** What is to take its place, once one has come to whom it follows. */
  #followingNext: FollowingView | undefined;
  #audio: Promise<AudioView> | undefined;
  /** What has no seat yet: a busy server may have it wait for a minute. */
  readonly #joining = new Set<WorldView | ChatView | AudioView>();
  #me: Me;
  #isClosed = false;
  readonly #endLogs: (() => void) | undefined;

  constructor(url: string, me: Me, connection: string, options: ConnectOptions) {
    this.url = url;
    this.#options = options;
    this.#me = me;
    this.#connection = connection;
    this.#client = new Client(url);
    this.#client.auth.token = me.token;
    this.#endLogs = openLogs(options.logs ?? false, (lines) => this.#sendLogs(lines));
  }

  get identity() {
    const { id, handle, name, guest, role } = this.#me;
    return { id, handle, name, guest, role };
  }

  async world<P extends PieceFace = AnyPiece>(name: string, options: JoinOptions = {}): Promise<World<P>> {
    return this.#world(parseSlug(name), options) as Promise<World> as Promise<World<P>>;
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

  async travel<P extends PieceFace = AnyPiece>(name: string, options: JoinOptions = {}): Promise<World<P>> {
    const slug = parseSlug(name);
    for (const following of [this.#followingNext, this.#following]) following?.end("travelled");
    const world = this.#travels.go(slug, () => this.#world(slug, options));
    return world as Promise<World> as Promise<World<P>>;
  }

  async follow(person: string | { readonly id: string }, options: JoinOptions = {}): Promise<Following> {
    if (this.#isClosed) throw new HereaboutsError("CLOSED");
    const { worlds, chats } = this.joined;
    this.#followingNext?.stop();
    const following: FollowingView = new FollowingView({
      person: typeof person === "string" ? person : person.id,
      vantages: () => [...chats.values(), ...worlds.values()].map(({ vantage }) => vantage),
      isIn: (slug) => worlds.has(slug),
      travel: (slug, arrive) => {
        const asHere = [...worlds.values()].at(-1)?.asHere;
        const join = () => this.#world(slug, { ...asHere, ...options });
        return this.#travels.go(slug, join, ({ vantage }) => arrive(vantage));
      },
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      accepted: () => this.#followingNext === following && this.#following?.hold(),
    });
    this.#followingNext = following;
    try {
      await following.begin();
      this.#following?.stop();
      this.#following = following;
      return following;
    } catch (error) {
      if (this.#followingNext === following) void this.#following?.goOn();
      throw error;
    } finally {
      if (this.#followingNext === following) this.#followingNext = undefined;
    }
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

  tap(tap: Tap): () => void {
    return this.#wire.tap(tap);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const following of [this.#followingNext, this.#following]) following?.stop();
    this.#endLogs?.();
    const asked = this.#seats;
    const leaving = [...this.#joining].map((view) => view.leave());
    const seats = await Promise.allSettled(asked);
    await Promise.all([...leaving, ...seats.map((seat) => seat.status === "fulfilled" && seat.value.leave())]);
  }

  async #world(slug: string, options: JoinOptions): Promise<WorldView> {
    if (this.#isClosed) throw new HereaboutsError("CLOSED");
    const world = this.#worlds.get(slug) ?? this.#join(slug, options);
    this.#worlds.set(slug, world);
    world.catch(() => this.#worlds.delete(slug));
    return world;
  }

  get #seats(): Promise<WorldView | ChatView | AudioView>[] {
    return [...this.#worlds.values(), ...this.#chats.values(), ...(this.#audio ? [this.#audio] : [])];
  }

  #uploadTo(room: string): Upload {
    return uploadTo(
      this.url,
      () => room,
      () => this.#me.token,
    );
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
      onLeft: () => (this.#audio = this.joined.audio = undefined),
      wire: this.#wire,
    });
    try {
      await this.#seated(audio, audio.tune(session));
    } catch (error) {
      void audio.leave();
      throw error;
    }
    this.joined.audio = audio;
    return audio;
  }

  async #joinChat(instance: string, invisible: boolean): Promise<ChatView> {
    const chat = new ChatView({
      client: this.#client,
      instance,
      connection: this.#connection,
      me: () => this.#me,
      renew: () => this.#renew(),
      upload: this.#uploadTo(`chat:${instance}`),
      invisible,
      wire: this.#wire,
    });
    chat.on("closed", () => {
      this.#chats.delete(instance);
      this.joined.chats.delete(instance);
    });
    await this.#seated(chat, chat.join());
    this.joined.chats.set(instance, chat);
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
      upload: this.#uploadTo(`world:${slug}`),
      join,
      wire: this.#wire,
    });
    world.on("closed", () => {
      this.#worlds.delete(slug);
      this.joined.worlds.delete(slug);
    });
    world.on("moved", ({ slug: to }) => {
      // where one may not go, one stays
      this.travel(to, world.asHere).catch(() => {});
    });
    await this.#seated(world, world.join());
    this.joined.worlds.set(slug, world);
    return world;
  }

  async #seated(view: WorldView | ChatView | AudioView, joining: Promise<unknown>): Promise<void> {
    this.#joining.add(view);
    try {
      await joining;
    } finally {
      this.#joining.delete(view);
    }
  }

  /** By a world, else by a chat. */
  #sendLogs(lines: ClientLines): boolean {
    const { worlds, chats } = this.joined;
    return [...worlds.values(), ...chats.values()].some((seat) => seat.sendLogs(lines));
  }
}
