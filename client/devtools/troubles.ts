/** Keeps what the server refused and which connections were lost, in all that is joined now or later. */
import type { Hereabouts } from "../types.ts";

export interface Trouble {
  readonly at: Date;
  readonly where: string;
  readonly code: string;
  readonly message: string;
}

const most = 20;

export class Troubles {
  readonly #here: Hereabouts;
  readonly #heard = new Map<object, (() => void)[]>();
  /** Newest first. */
  #list: readonly Trouble[] = [];

  constructor(here: Hereabouts) {
    this.#here = here;
    this.look();
  }

  get list(): readonly Trouble[] {
    return this.#list;
  }

  /** Listens to what was joined since the last look, and no more to what was left. */
  look(): void {
    const { worlds, chats } = this.#here.joined;
    const joined = new Map<Listenable, string>([
      ...[...worlds.values()].map((world) => [world as Listenable, `world ${world.slug}`] as const),
      ...[...chats.values()].map((chat) => [chat as Listenable, `chat ${chat.instance}`] as const),
    ]);
    for (const [room, where] of joined) if (!this.#heard.has(room)) this.#heard.set(room, this.#listen(room, where));
    for (const room of this.#heard.keys()) if (!joined.has(room as Listenable)) this.#forget(room);
  }

  close(): void {
    for (const room of [...this.#heard.keys()]) this.#forget(room);
  }

  #listen(room: Listenable, where: string): (() => void)[] {
    const note = (code: string, message: string) => {
      this.#list = [{ at: new Date(), where, code, message }, ...this.#list].slice(0, most);
    };
    return [
      room.on("refused", ({ code, message }) => note(code, message)),
      room.on(
        "connection",
        ({ state }) => state === "reconnecting" && note("RECONNECTING", "The connection was lost."),
      ),
      room.on("closed", ({ error }) => error && note(error.code, error.message)),
    ];
  }

  #forget(room: object): void {
    for (const off of this.#heard.get(room) ?? []) off();
    this.#heard.delete(room);
  }
}

type Refused = { readonly code: string; readonly message: string };
type Listenable = {
  on(event: "refused", listener: (error: Refused) => void): () => void;
  on(event: "connection", listener: (data: { state: string }) => void): () => void;
  on(event: "closed", listener: (data: { error: Refused | undefined }) => void): () => void;
};
