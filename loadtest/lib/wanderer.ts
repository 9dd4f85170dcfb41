/**
 * Someone with the SDK who is never long in one place: walks in a piece, talks in a chat, listens; then travels, reloads,
 * switches the audio session, or goes for good and another comes instead. Remembers what they heard, to be judged.
 */
import { type Chat, connect, type Hereabouts, type World } from "../../client/index.ts";
import type { PeerConnections } from "../../client/peer.ts";
import { now } from "./clock.ts";
import { Listener, type ListenerBench, type Station } from "./listener.ts";

export type Places = {
  url: string;
  pieces: number;
  chats: number;
  stations: readonly Station[];
  /** What makes data channels; false: all goes over WebSockets. */
  datagrams: PeerConnections | false;
};

/** What is told of all of them together. */
export type WandererBench = ListenerBench & {
  /** How long it took until someone was where they went. */
  onThere(ms: number): void;
  onStored(ms: number): void;
  onFailure(what: string): void;
};

/** A stay in one chat: numbers of the lines that were heard, in the order in which they came. */
export type Stay = { chat: string; heard: number[] };

/** What people do, and how often beside the others. */
const habits = { travel: 4, talk: 6, reload: 1, listen: 2, goForGood: 1 } as const;
export type Habit = keyof typeof habits;
const total = Object.values(habits).reduce((sum, weight) => sum + weight, 0);

/** `share`: 0 to 1. */
export function habitAt(share: number): Habit {
  let left = share * total;
  for (const [habit, weight] of Object.entries(habits)) {
    left -= weight;
    if (left < 0) return habit as Habit;
  }
  return "talk";
}

const turn = 0.3;
const radius = 8;

export class Wanderer {
  readonly #places: Places;
  readonly #bench: WandererBench;
  readonly #random: () => number;
  readonly #name: string;
  #kept = new Map<string, string>();
  #here: Hereabouts | undefined;
  world: World | undefined;
  chat: Chat | undefined;
  listener: Listener | undefined;
  readonly stays: Stay[] = [];
  /** Of listeners that are gone, too: who was told more than one session, or another than the one asked for. */
  wrongSessions = 0;
  #angle = 0;
  #said = 0;

  constructor(name: string, places: Places, bench: WandererBench, random: () => number) {
    this.#name = name;
    this.#places = places;
    this.#bench = bench;
    this.#random = random;
  }

  get isIn(): boolean {
    return this.world?.connection === "open" && this.chat?.connection === "open";
  }

  get id(): string {
    return this.#here?.identity.id ?? "";
  }

  /** Comes to a piece, a chat and a session that chance chooses. */
  async come(): Promise<void> {
    await this.#open(this.#anyPiece(), this.#any("talk", this.#places.chats));
    await this.#listen();
  }

  walk(): void {
    this.#angle += turn;
    if (this.world?.connection !== "open") return;
    this.world.moveTo({ x: Math.cos(this.#angle) * radius, y: Math.sin(this.#angle) * radius });
  }

  /** Does something, and says what. Never fails: what went wrong is told to the bench. */
  async act(): Promise<Habit> {
    const wanted = habitAt(this.#random());
    const habit = wanted === "listen" && this.#places.stations.length === 0 ? "talk" : wanted;
    const from = now();
    try {
      await this.#do(habit);
      if (habit === "talk") this.#bench.onStored(now() - from);
      else if (habit !== "listen") this.#bench.onThere(now() - from);
    } catch (error) {
      this.#bench.onFailure(`${habit}: ${error instanceof Error ? error.message : error}`);
    }
    return habit;
  }

  async leave(): Promise<void> {
    this.#endListening();
    await this.#here?.close();
  }

  #do(habit: Habit): Promise<unknown> {
    const { world, chat } = this;
    if (!world || !chat) return this.come();
    switch (habit) {
      case "talk":
        return chat.say(`line ${this.#said++} of ${this.#name}`);
      case "listen":
        return this.#listen();
      case "travel":
        return this.#travel(world);
      case "reload":
        return this.#again(world.slug, chat.instance);
      case "goForGood":
        this.#kept = new Map();
        this.#endListening();
        return this.#again(this.#anyPiece(), chat.instance).then(() => this.#listen());
    }
  }

  async #travel(from: World): Promise<void> {
    let to = this.#anyPiece();
    while (to === from.slug && this.#places.pieces > 1) to = this.#anyPiece();
    if (to === from.slug) return;
    const world = this.#here!.world(to);
    await from.leave();
    this.world = await world;
  }

  async #again(piece: string, chat: string): Promise<void> {
    await this.#here?.close();
    await this.#open(piece, chat);
  }

  async #open(piece: string, chatName: string): Promise<void> {
    const kept = this.#kept;
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    this.#here = await connect(this.#places.url, { name: this.#name, storage, datagrams: this.#places.datagrams });
    this.world = await this.#here.world(piece);
    this.chat = await this.#here.chat(chatName);
    const stay: Stay = { chat: this.chat.instance, heard: [] };
    this.stays.push(stay);
    this.chat.on("say", ({ line }) => stay.heard.push(line.seq));
  }

  async #listen(): Promise<void> {
    const { stations } = this.#places;
    this.#endListening();
    if (stations.length === 0) return;
    const station = stations[Math.floor(this.#random() * stations.length)]!;
    this.listener = await Listener.join(station, `load-${this.#name}`.replaceAll(" ", "-"), this.#bench);
  }

  #endListening(): void {
    const { listener } = this;
    if (!listener) return;
    if (listener.sessions.size !== 1 || !listener.sessions.has(listener.station.session)) this.wrongSessions++;
    if (listener.lost) this.#bench.onFailure(listener.lost);
    listener.leave();
    this.listener = undefined;
  }

  #anyPiece(): string {
    return this.#any("walk", this.#places.pieces);
  }

  #any(kind: string, count: number): string {
    return `churn-${kind}-${Math.floor(this.#random() * count)}`;
  }
}
