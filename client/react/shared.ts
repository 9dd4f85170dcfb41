/**
 * Something that components share: opened when the first one subscribes, closed a moment after the last one went. In that
 * moment StrictMode mounts again what it unmounted, and one page's component takes over from another's: neither leaves nor
 * joins anything. Opening and closing take turns, so that what is closed is never what someone else just opened. What it
 * shows is the same object until something changes.
 */
import type { HereaboutsError } from "../../schema/errors.ts";
import { toKnown } from "../errors.ts";
import { Changes } from "./changes.ts";

/** `failed`: it was never open, and `error` says why. */
export type Stage<T> =
  | { readonly status: "connecting"; readonly value: undefined; readonly error: undefined }
  | { readonly status: "open"; readonly value: T; readonly error: HereaboutsError | undefined }
  | { readonly status: "failed"; readonly value: undefined; readonly error: HereaboutsError };

export interface SharedOptions<T, Shown> {
  open(): Promise<T>;
  close(value: T): Promise<void>;
  /** Has `changed` called when it is to be shown anew, with an error if there is one. Returns how to stop that. */
  watch(value: T, changed: (error?: HereaboutsError) => void): () => void;
  show(stage: Stage<T>, retry: () => void): Shown;
}

const lingerMs = 100;
const connecting = { status: "connecting", value: undefined, error: undefined } as const;

export class Shared<T, Shown> {
  readonly #options: SharedOptions<T, Shown>;
  readonly #changes = new Changes<Shown>(() => this.#options.show(this.#stage, this.retry));
  #stage: Stage<T> = connecting;
  #isOpened = false;
  #opening = 0;
  /** All that was begun so far. */
  #turn: Promise<void> = Promise.resolve();
  #lingering: ReturnType<typeof setTimeout> | undefined;
  #unwatch = () => {};

  constructor(options: SharedOptions<T, Shown>) {
    this.#options = options;
  }

  get stage(): Stage<T> {
    return this.#stage;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const off = this.#changes.subscribe(listener);
    clearTimeout(this.#lingering);
    if (!this.#isOpened) this.#open();
    return () => {
      off();
      clearTimeout(this.#lingering);
      if (!this.#changes.isWatched) this.#lingering = setTimeout(() => this.#close(), lingerMs);
    };
  };

  readonly getSnapshot = (): Shown => this.#changes.getSnapshot();

  /** Opens again what failed or ended. */
  readonly retry = (): void => {
    if (!this.#isOpened) return;
    this.#close();
    this.#open();
  };

  /** Keeps it open for something else until `release` is called. */
  hold(): { ready: Promise<T>; release(): void } {
    let settle = () => {};
    const release = this.subscribe(() => settle());
    if (this.#stage.status === "failed") this.retry();
    const ready = new Promise<T>((resolve, reject) => {
      settle = () => {
        if (this.#stage.status === "open") resolve(this.#stage.value);
        if (this.#stage.status === "failed") reject(this.#stage.error);
      };
      settle();
    });
    return { ready, release };
  }

  /** Shows an error that it goes on in spite of. */
  note(error: HereaboutsError | undefined): void {
    if (this.#stage.status === "open") this.#set({ ...this.#stage, error });
  }

  #open(): void {
    this.#isOpened = true;
    const opening = ++this.#opening;
    const isWanted = () => opening === this.#opening;
    this.#set(connecting);
    this.#then(async () => {
      if (!isWanted()) return;
      try {
        const value = await this.#options.open();
        if (!isWanted()) return await this.#options.close(value);
        this.#unwatch = this.#options.watch(value, (error = this.#stage.error) => {
          if (isWanted()) this.#set({ status: "open", value, error });
        });
        this.#set({ status: "open", value, error: undefined });
      } catch (error) {
        if (isWanted()) this.#set({ status: "failed", value: undefined, error: toKnown(error) });
      }
    });
  }

  #close(): void {
    const { value } = this.#stage;
    this.#isOpened = false;
    this.#opening++;
    this.#unwatch();
    this.#unwatch = () => {};
    this.#set(connecting);
    if (value !== undefined) this.#then(() => this.#options.close(value));
  }

  #then(step: () => Promise<void>): void {
    this.#turn = this.#turn.then(step).catch(() => {}); // what cannot be left is gone already
  }

  #set(stage: Stage<T>): void {
    this.#stage = stage;
    this.#changes.changed();
  }
}
