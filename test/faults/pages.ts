/**
 * What a browser gives each tab: a storage that outlives its reloads. Here many tabs share one thread, and `inTab` says
 * whose code runs. The name of a tab is not held by a lock: a page is always over before its next one begins.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export type TabStorage = Map<string, string>;

const current = new AsyncLocalStorage<TabStorage>();

Object.defineProperty(globalThis, "sessionStorage", {
  value: {
    getItem: (key: string) => current.getStore()?.get(key) ?? null,
    setItem: (key: string, value: string) => void current.getStore()?.set(key, value),
  },
});
Object.defineProperty(globalThis, "navigator", {
  value: {
    locks: { request: async (_name: string, ...args: unknown[]) => (args.at(-1) as (lock: object) => unknown)({}) },
  },
});

export function inTab<T>(storage: TabStorage, work: () => T): T {
  return current.run(storage, work);
}
