/**
 * One tab of a person, driven at random: moves, talks, travels, turns its attention, reloads, and at times closes for good.
 * It uses the SDK as a page does, and knows at each moment what everybody should see of it.
 */
import { type Chat, connect, type Hereabouts, type World } from "../../client/index.ts";
import { now, pause } from "../../loadtest/lib/clock.ts";
import { movementType } from "../../schema/frames.ts";
import type { Truth, View } from "./exact.ts";
import { inTab, type TabStorage } from "./pages.ts";
import type { Recorder } from "./recorder.ts";

export const worlds = ["meadow", "chat", "tower"];
export const chats = ["system", "meadow"];
const attentions = ["focused", "visible", "hidden"] as const;
/** What the SDK says of itself in Node. */
const firstAttention = "visible";
const moveMs = 200;
const retryMs = 300;

/** What tabs of one person share: their guest's token. */
export type Person = { readonly storage: Pick<Storage, "getItem" | "setItem">; readonly share: boolean };

export type TabOptions = {
  readonly url: string;
  readonly name: string;
  readonly person: Person;
  readonly recorder: Recorder;
  readonly random: () => number;
};

type Seat = World | Chat;

export class Tab {
  readonly #options: TabOptions;
  readonly #storage: TabStorage = new Map();
  #here: Hereabouts | undefined;
  #world: World | undefined;
  #chats: Chat[] = [];
  #pages = 0;
  #lines = 0;
  #isCalm = false;
  #isOver = false;
  /** What it does just now. */
  #doing = "opening";
  #pending = 0;
  /** Since when each seat is in the room that it is in. */
  readonly #since = new Map<Seat, { room: string; at: number }>();
  /** Told last, on which connection. */
  readonly #attention = new Map<Seat, { room: object; is: string | undefined }>();
  /** Of everyone in its world, at the last look. */
  #poses = new Map<string, string>();

  constructor(options: TabOptions) {
    this.#options = options;
  }

  get person(): string {
    return this.#here?.identity.id ?? "";
  }

  /** What is under way, if anything is. */
  get busy(): string | undefined {
    return this.#doing && `${this.#options.name} ${this.#doing}`;
  }

  /** Lines that were neither stored nor refused yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Opens its first page, and does nothing but move. */
  async open(): Promise<void> {
    await this.#openPage(this.#one(worlds));
    this.#doing = "";
    setInterval(() => this.#move(), moveMs);
  }

  /** From now on it does things. */
  go(): void {
    void this.#live();
  }

  /** Stays where it is from now on; goes on moving and talking. */
  calm(): void {
    this.#isCalm = true;
  }

  /** Says nothing more. */
  finish(): void {
    this.#isOver = true;
  }

  truth(): Truth | undefined {
    if (!this.#here) return undefined;
    const attention: Record<string, string> = {};
    for (const seat of this.#seats) {
      const told = this.#attention.get(seat);
      const is = told?.room === seat.room ? told.is : firstAttention;
      if (is !== undefined) attention[keyOf(seat)] = is;
    }
    return {
      person: this.person,
      world: this.#world?.slug,
      chats: this.#chats.map(({ instance }) => instance),
      share: this.#options.person.share,
      attention,
    };
  }

  views(): View[] {
    const by = this.#options.name;
    return this.#seats.map((seat) => ({
      by,
      key: keyOf(seat),
      room: seat.room.roomId,
      since: this.#since.get(seat)?.at ?? 0,
      state: seat.connection,
      ...("slug" in seat ? this.#ofWorld(seat) : ofChat(seat)),
    }));
  }

  #ofWorld({ people, counts }: World): Pick<View, "people" | "counts"> {
    const before = this.#poses;
    this.#poses = new Map([...people.values()].map(({ id, x, y, placed }) => [id, placed ? `${x} ${y}` : ""]));
    const seen = [...people.values()].map(({ id, status, connections, attention }) => {
      const pose = this.#poses.get(id)!;
      return { id, status, connections, attention, isStill: pose === "" || pose === before.get(id) };
    });
    return { people: seen, counts };
  }

  /** Number of the last line that each of its chats shows. */
  newest(): { chat: string; seq: number }[] {
    return this.#chats.map((chat) => ({ chat: chat.instance, seq: chat.lines.at(-1)?.seq ?? 0 }));
  }

  /** Tells the recorder who is here in its world, if that is fresh. */
  look(isSingle: (person: string) => boolean): void {
    const { recorder } = this.#options;
    const world = this.#world;
    if (world?.connection !== "open" || !recorder.isHeard(world.room.roomId)) return;
    for (const { id, status } of world.people.values()) {
      if (status === "here" && isSingle(id)) recorder.play(id, world.slug);
    }
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#here?.close();
  }

  get #seats(): Seat[] {
    return [...(this.#world ? [this.#world] : []), ...this.#chats];
  }

  get #isSteady(): boolean {
    return this.#seats.every(({ connection }) => connection === "open");
  }

  #one<T>(values: readonly T[]): T {
    return values[Math.floor(this.#options.random() * values.length)]!;
  }

  async #live(): Promise<void> {
    const { random } = this.#options;
    while (!this.#isOver) {
      await pause(200 + random() * 800);
      if (this.#isOver) return;
      const dice = random();
      if (dice < 0.4) this.#say();
      else if (this.#isCalm) continue;
      else if (dice < 0.5) await this.#do("travelling", () => this.#travel());
      else if (dice < 0.57) await this.#do("turning", () => this.#turn());
      else if (dice < 0.62 && this.#isSteady) await this.#do("reloading", () => this.#reload());
      else if (dice < 0.625 && this.#isSteady) return this.#do("closing", () => this.#leave());
    }
  }

  async #do(what: string, work: () => Promise<void>): Promise<void> {
    this.#doing = what;
    try {
      await work();
    } catch (error) {
      this.#note(`${what}: ${error}`);
    } finally {
      this.#doing = "";
    }
  }

  #note(what: string): void {
    this.#options.recorder.note(`${this.#options.name} ${what}`);
  }

  async #openPage(slug: string): Promise<void> {
    const { url, person, name } = this.#options;
    this.#pages++;
    const { storage } = person;
    const here = await this.#insist(() =>
      inTab(this.#storage, () => connect(url, { name, storage, datagrams: false })),
    );
    this.#chats = await Promise.all(chats.map((instance) => this.#insist(() => here.chat(instance))));
    for (const chat of this.#chats) this.#watchChat(chat);
    this.#world = await this.#insist(() => here.world(slug, { share: person.share }));
    this.#watch(this.#world);
    this.#here = here;
    this.#note(`is ${this.person}, in ${slug}`);
  }

  /** As someone who tries again until it works. */
  async #insist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (this.#isOver) throw error;
        this.#note(`tries again: ${error}`);
        await pause(retryMs);
      }
    }
  }

  #watch(seat: Seat): void {
    const { recorder } = this.#options;
    const key = keyOf(seat);
    const listen = () => {
      const { room } = seat as { room: World["room"] };
      if (this.#since.get(seat)?.room !== room.roomId) this.#since.set(seat, { room: room.roomId, at: now() });
      const hear = () => recorder.hear(key, room.roomId);
      room.onStateChange(hear);
      if ("slug" in seat) room.onMessage(movementType as never, hear as never);
    };
    listen();
    const on = (seat as World).on.bind(seat) as World["on"];
    on("connection", ({ state }) => {
      if (state === "closed") return;
      this.#note(`${key} ${state}${state === "open" ? ` ${seat.room.roomId}` : ""}`);
      if (state === "open") listen();
    });
    on("closed", ({ error }) => error && this.#note(`${key} closed: ${error}`));
  }

  #watchChat(chat: Chat): void {
    const { recorder } = this.#options;
    const page = this.#page;
    const show = ({ seq, text }: { seq: number; text: string }) =>
      recorder.shown.push({ chat: chat.instance, page, seq, text, at: now() });
    for (const line of chat.lines) show(line);
    chat.on("say", ({ line }) => show(line));
    this.#watch(chat);
  }

  get #page(): string {
    return `${this.#options.name}#${this.#pages}`;
  }

  #move(): void {
    const { random } = this.#options;
    const { me } = this.#world ?? {};
    if (!me || this.#world!.connection === "closed") return;
    this.#world!.moveTo({ x: me.x + random() * 4 - 2, y: me.y + random() * 4 - 2 });
  }

  #say(): void {
    const chat = this.#one(this.#chats);
    const text = `${this.#page} says ${++this.#lines}`;
    const line = this.#options.recorder.begin({ chat: chat.instance, page: this.#page, text, at: now() });
    this.#pending++;
    chat
      .say(text)
      .then(
        ({ seq }) => Object.assign(line, { seq, ackedAt: now() }),
        (error) => {
          line.error = String(error);
        },
      )
      .finally(() => this.#pending--);
  }

  async #travel(): Promise<void> {
    const from = this.#world!;
    const to = this.#one(worlds.filter((slug) => slug !== from.slug));
    try {
      this.#world = await this.#here!.travel(to, { share: this.#options.person.share });
    } catch (error) {
      // the server may have let one in before it was lost
      this.#noteLeft(`world:${to}`);
      throw error;
    }
    this.#watch(this.#world);
    this.#noteLeft(keyOf(from));
  }

  async #turn(): Promise<void> {
    const seat = this.#one(this.#seats.filter(({ connection }) => connection === "open"));
    if (!seat) return;
    const is = this.#one(attentions);
    const { room } = seat;
    this.#attention.set(seat, { room, is: undefined });
    await room.request("attention" as never, { attention: is } as never);
    this.#attention.set(seat, { room, is });
  }

  /** The page's connections end without a word, as a browser ends them; the next page is the same tab. */
  async #reload(): Promise<void> {
    const { slug } = this.#world!;
    for (const seat of this.#seats) {
      seat.room.connection.close();
      void seat.leave();
    }
    await this.#openPage(slug);
  }

  async #leave(): Promise<void> {
    const seats = this.#seats;
    await this.#here!.close();
    for (const seat of seats) this.#noteLeft(keyOf(seat));
    this.#here = this.#world = undefined;
    this.#chats = [];
    this.#note("is closed for good");
  }

  #noteLeft(key: string): void {
    this.#options.recorder.left.push({ person: this.person, key, at: now() });
  }
}

const keyOf = (seat: Seat) => ("slug" in seat ? `world:${seat.slug}` : `chat:${seat.instance}`);

function ofChat({ people, counts }: Chat): Pick<View, "people" | "counts"> {
  const seen = [...people.values()].map(({ id, away, connections, attention, here, where }) => ({
    id,
    status: away ? ("away" as const) : ("here" as const),
    connections,
    attention,
    here,
    where,
  }));
  const { online, here, connections, guests } = counts;
  return { people: seen, counts: { people: online, here, connections, guests } };
}
