/**
 * The page's one connection: which world it is in, how it comes to another one (gates, the browser's back), and what the
 * controls do there. Knows nothing of how things are drawn.
 */
import type { Chat, Hereabouts, World } from "hereabouts/client";
import { Along } from "../shared/along.ts";
import { announce } from "../shared/announcer.ts";
import { noticeOf } from "../shared/notice.ts";
import { newestOf, noticeOfMove, openMoved } from "../shared/onward.ts";
import { storedLook } from "../shared/storage.ts";
import { showEnd, showNotice } from "../shared/toasts.ts";
import { Bubbles } from "./bubbles.ts";
import { showTitle } from "./hud/plate.ts";
import { Input } from "./input.ts";
import { hasOwnPage } from "./ownPage.ts";
import { Radio } from "./radio.ts";
import { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";
import { Visit } from "./visit.ts";

declare global {
  interface Window {
    /** For tests and the curious: the connection, the world of this moment, the chats by instance. */
    hereabouts?: { here: Hereabouts; world: World; chats: ReadonlyMap<string, Chat> };
  }
}

export type AppOptions = {
  stage: Stage;
  here: Hereabouts;
  world: World;
  chats: ReadonlyMap<string, Chat>;
  /** One wants to say something. */
  speak: () => void;
  /** One wants a picture. */
  picture: () => void;
};

export class App {
  readonly stage: Stage;
  readonly here: Hereabouts;
  readonly scene: Scene<Visit>;
  readonly along: Along;
  readonly bubbles = new Bubbles(() => performance.now());
  readonly #chats: ReadonlyMap<string, Chat>;
  readonly #input: Input;
  readonly #radio: Radio;
  #world: World;
  #isTravelling = false;
  #offs: (() => void)[] = [];
  /** Called when another world was entered. */
  entered = (): void => {};

  constructor({ stage, here, world, chats, speak, picture }: AppOptions) {
    this.stage = stage;
    this.here = here;
    this.#chats = chats;
    this.#world = world;
    this.scene = new Scene(stage);
    this.along = new Along({
      here,
      began: (who) => announce.note(`You follow ${who}`),
      arrived: () => void this.#catchUp(),
    });
    this.#radio = new Radio(stage, here, (error) => this.fail(error));
    this.#input = new Input(stage.canvas, stage.camera, {
      tap: (at) => this.scene.visit?.tap(at),
      act: () => this.scene.visit?.act(),
      speak,
      picture,
    });
    addEventListener("popstate", () => void this.travel(slugOfAddress(), false));
    this.#enter(world);
  }

  get world(): World {
    return this.#world;
  }

  get isTravelling(): boolean {
    return this.#isTravelling;
  }

  /** Moves to another world without loading the page. `isNew` puts it into the browser's history. */
  async travel(to: string, isNew: boolean): Promise<void> {
    if (this.#isTravelling || to === this.#world.slug) return;
    if (hasOwnPage(to)) {
      location.assign(`/${to}`);
      return;
    }
    this.#isTravelling = true;
    const from = this.#world.slug;
    const closed = this.scene.close();
    try {
      const next = await this.here.travel(to, { share: true, avatar: storedLook() });
      await closed;
      if (isNew) history.pushState(null, "", `/${to}`);
      this.#enter(next, from);
    } catch (error) {
      this.scene.open();
      history.replaceState(null, "", `/${from}`);
      this.fail(error);
    } finally {
      this.#isTravelling = false;
    }
    void this.travel(slugOfAddress(), false);
  }

  /** Shows the world that one went along to. */
  async #catchUp(): Promise<void> {
    if (this.#isTravelling) return;
    this.#isTravelling = true;
    for (let next = newestOf(this.here); next && next !== this.#world; next = newestOf(this.here)) {
      if (hasOwnPage(next.slug)) {
        location.assign(`/${next.slug}`);
        return;
      }
      const from = this.#world.slug;
      await this.scene.close();
      history.pushState(null, "", `/${next.slug}`);
      this.#enter(next, from);
    }
    this.#isTravelling = false;
  }

  /** Tells of something that was refused. */
  readonly fail = (error: unknown): void => {
    showNotice(noticeOf(error));
  };

  #enter(world: World, from?: string): void {
    for (const off of this.#offs) off();
    this.#world = world;
    window.hereabouts = { here: this.here, world, chats: this.#chats };
    this.bubbles.clear();
    this.#offs = this.#listen(world);
    showTitle(world.slug);
    announce.note(`You are in ${world.slug}`);
    this.#input.stop();
    this.scene.show(
      new Visit(this.stage, world, {
        input: this.#input,
        events: { gate: ({ to }) => void this.travel(to, true), failed: this.fail },
        bubbles: this.bubbles,
        radio: this.#radio,
        from,
      }),
    );
    this.entered();
  }

  #listen(world: World): (() => void)[] {
    return [
      world.on("join", ({ person }) => person.isMe || announce.joined(person.name)),
      world.on("leave", ({ person }) => person.isMe || announce.left(person.name)),
      world.on("ghost", ({ person }) =>
        announce.note(`${person.name} went ${person.to ? `to ${person.to}` : "elsewhere"}`),
      ),
      world.on("say", ({ person, text }) => person.isMe || announce.said(person.name, text)),
      world.on("connection", ({ state }) => {
        if (state === "reconnecting") announce.note("Connection lost, reconnecting");
      }),
      world.on("refused", this.fail),
      world.on("moved", (moved) => {
        if (hasOwnPage(moved.slug)) {
          void openMoved(this.here, moved);
          return;
        }
        showNotice(noticeOfMove(moved));
        history.pushState(null, "", `/${moved.slug}`);
        void this.travel(moved.slug, false);
      }),
      world.on("closed", ({ error }) => {
        if (error) showEnd(error);
      }),
    ];
  }
}

/** The slug that the address names: the last part of its path. */
export function slugOfAddress(): string {
  const last = location.pathname.split("/").filter(Boolean).at(-1) ?? "field";
  return last.endsWith(".html") ? "field" : last.toLowerCase();
}
