/**
 * What is being done, and for whom, carried along by AsyncLocalStorage through promises and timers (SE3): each log line
 * takes it from here, so that nobody has to hand it on and two sessions never mix.
 *
 * What several sessions share carries no context of its own: a worker, a connection, a batch or a timer that one session
 * happened to begin would speak in its name for all others. Such things are begun `apart`, and what they call in a room
 * enters that room's context again.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** Where a line comes from. It decides which file of a session's folder it goes to. */
export type Environment = "server" | "browser" | "node" | "remote" | "agent" | "persona";

export interface Context {
  readonly environment: Environment;
  /** Id of the session that it belongs to. */
  readonly session?: string;
  /** Key of the room: "world:field". */
  readonly room?: string;
  readonly person?: string;
  readonly connection?: string;
  /** What is being done, outermost first: ["join", "load poses"]. */
  readonly doing: readonly string[];
}

/** What is known of a context. Nothing is `undefined`: that would hide what is known already. */
export type Known = Omit<Partial<Context>, "doing">;

const storage = new AsyncLocalStorage<Context | undefined>();
const maxDepth = 8;
const nothing: Context = { environment: "server", doing: [] };

export function currentContext(): Context | undefined {
  return storage.getStore();
}

/**
 * Does `work` as part of what is being done already, with more known of whom it is for. Another session begins anew:
 * nothing of the one that caused it is carried over.
 */
export function within<T>(add: Known, doing: string, work: () => T): T {
  const outer = storage.getStore() ?? nothing;
  const isOther = add.session !== undefined && outer.session !== undefined && add.session !== outer.session;
  const base = isOther ? nothing : outer;
  return storage.run({ ...base, ...add, doing: deeper(base.doing, doing) }, work);
}

/** More is known now of what is being done: for all that follows in it. */
export function know(add: Known): void {
  const context = storage.getStore();
  if (context) Object.assign(context, add);
}

/** Does `work` as part of nothing: for what sessions share. */
export function apart<T>(work: () => T): T {
  return storage.run(undefined, work);
}

/** `work` as it will be done later, as part of what is being done now. */
export function later<A extends unknown[], T>(doing: string, work: (...args: A) => T): (...args: A) => T {
  const resume = AsyncLocalStorage.snapshot();
  return (...args) => resume(() => (storage.getStore() ? within({}, doing, () => work(...args)) : work(...args)));
}

/** `work` as part of what is being done now, whenever it is called: for what is called too often to be told by a name. */
export function bound<T>(work: () => T): () => T {
  return AsyncLocalStorage.bind(work);
}

/** What begins itself again and again, as timers do, goes no deeper for that. */
function deeper(doing: readonly string[], next: string): readonly string[] {
  return doing.at(-1) === next || doing.length >= maxDepth ? doing : [...doing, next];
}
