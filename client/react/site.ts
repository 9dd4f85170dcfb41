/** One server, as the components below a provider share it: the connection, and each world, chat and the player once. */
import { HereaboutsError } from "../../schema/errors.ts";
import { parseSlug } from "../../schema/slug.ts";
import { connect } from "../index.ts";
import type { AudioPlayer, Chat, Hereabouts, JoinOptions, World } from "../types.ts";
import { Shared, type Stage } from "./shared.ts";
import { showAudio, showChat, showWorld, watchAudio, watchChat, watchWorld } from "./shown.ts";
import type { AudioResult, ChatResult, HereaboutsProviderProps, HereaboutsResult, WorldResult } from "./types.ts";

export class Site {
  readonly connection: Shared<Hereabouts, HereaboutsResult>;
  readonly audio: Shared<AudioPlayer, AudioResult>;
  readonly #props: HereaboutsProviderProps;
  readonly #worlds = new Map<string, Shared<World, WorldResult>>();
  readonly #chats = new Map<string, Shared<Chat, ChatResult>>();
  #session: string | undefined;

  constructor(props: HereaboutsProviderProps) {
    const { url, here, children: _, ...options } = props;
    this.#props = props;
    this.connection = new Shared({
      open: async () => here ?? connect(url, options),
      close: async (opened) => (opened === here ? undefined : opened.close()),
      watch: () => () => {},
      show: ({ value, ...rest }, retry) => ({ here: value, ...rest, retry }),
    });
    this.audio = this.#share<AudioPlayer, AudioResult>({
      open: (opened) => opened.audio(this.#session),
      watch: watchAudio,
      show: showAudio,
    });
  }

  /** Whether these props mean the same server and person. Others count at the first mount only. */
  isOf({ url, token, here }: HereaboutsProviderProps): boolean {
    return url === this.#props.url && token === this.#props.token && here === this.#props.here;
  }

  world(slug: string, options: JoinOptions | undefined): Shared<World, WorldResult> {
    return this.#once(this.#worlds, slug, () =>
      this.#share<World, WorldResult>({
        open: (here) => here.world(slug, options),
        watch: watchWorld,
        show: showWorld,
      }),
    );
  }

  chat(name: string, options: { invisible?: boolean } | undefined): Shared<Chat, ChatResult> {
    return this.#once(this.#chats, name, () =>
      this.#share<Chat, ChatResult>({
        open: (here) => here.chat(name, options),
        watch: watchChat,
        show: showChat,
      }),
    );
  }

  /** Which audio session to be tuned to; undefined leaves it as it is. */
  want(session: string | undefined): void {
    if (session === undefined || session === this.#session) return;
    this.#session = session;
    const { value } = this.audio.stage;
    const note = (error?: HereaboutsError) => this.#session === session && this.audio.note(error);
    value?.tune(session).then(() => note(), note);
  }

  #once<S>(all: Map<string, S>, name: string, make: () => S): S {
    const key = keyOf(name);
    const known = all.get(key) ?? make();
    all.set(key, known);
    return known;
  }

  /** Something that is joined by the connection, and holds it open. */
  #share<T extends { leave(): Promise<void> }, Shown>(options: {
    open(here: Hereabouts): Promise<T>;
    watch(value: T, changed: (error?: HereaboutsError) => void): () => void;
    show(stage: Stage<T>, retry: () => void): Shown;
  }): Shared<T, Shown> {
    const releases = new Map<T, () => void>();
    return new Shared<T, Shown>({
      ...options,
      open: async () => {
        const { ready, release } = this.connection.hold();
        try {
          const value = await options.open(await ready);
          releases.set(value, release);
          return value;
        } catch (error) {
          release();
          throw error;
        }
      },
      close: async (value) => {
        await value.leave();
        releases.get(value)?.();
        releases.delete(value);
      },
    });
  }
}

/** What is no slug is refused by `here`, not here. */
function keyOf(name: string): string {
  try {
    return parseSlug(name);
  } catch (error) {
    if (error instanceof HereaboutsError) return name;
    throw error;
  }
}
