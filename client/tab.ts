/**
 * What the server cannot see of a browser's tab: that it is the same one over reloads, and whether anyone looks at it.
 * In Node there is one connection to a process's `connect`, and it is always looked at.
 */
import type { Attention } from "../schema/messages.ts";
import { randomId } from "./randomId.ts";

const key = "hereabouts:connection";

/**
 * A name for this tab that survives reloads and going from page to page. Another tab that was opened as a copy of this one
 * gets its own: a name is held by a lock for as long as its page lives.
 */
export async function connectionOfTab(): Promise<string> {
  const fresh = randomId();
  if (typeof sessionStorage === "undefined" || typeof navigator === "undefined") return fresh;
  const kept = sessionStorage.getItem(key);
  const name = kept && (await hold(kept)) ? kept : fresh;
  if (name === fresh) await hold(fresh);
  sessionStorage.setItem(key, name);
  return name;
}

/** Holds the lock of `name` until the page ends; false if another page has it. */
async function hold(name: string): Promise<boolean> {
  if (!navigator.locks) return isReload();
  return new Promise((resolve) => {
    navigator.locks.request(`${key}:${name}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise<never>(() => {}) : undefined;
    });
  });
}

/** Without locks (a page that is not served securely) only a plain reload is surely the same tab. */
function isReload(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "reload";
}

export function attentionOfTab(): Attention {
  if (typeof document === "undefined") return "visible";
  if (document.visibilityState === "hidden") return "hidden";
  return document.hasFocus() ? "focused" : "visible";
}

/** Calls `listener` when attention changes, once it has settled. Returns what takes it off. */
export function watchAttention(listener: (attention: Attention) => void): () => void {
  if (typeof document === "undefined") return () => {};
  let last = attentionOfTab();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const attention = attentionOfTab();
      if (attention !== last) listener(attention);
      last = attention;
    }, 250);
  };
  document.addEventListener("visibilitychange", settle);
  addEventListener("focus", settle);
  addEventListener("blur", settle);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", settle);
    removeEventListener("focus", settle);
    removeEventListener("blur", settle);
  };
}

/** Calls `listener` when it is worth trying again: the network is back, or the page is looked at. */
export function watchWaking(listener: () => void): () => void {
  if (typeof addEventListener === "undefined" || typeof document === "undefined") return () => {};
  addEventListener("online", listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    removeEventListener("online", listener);
    document.removeEventListener("visibilitychange", listener);
  };
}

/** Calls `listener` when this machine's network changed: what went through before may not any more, and the other way. */
export function watchNetwork(listener: () => void): () => void {
  if (typeof addEventListener === "undefined" || typeof navigator === "undefined") return () => {};
  const { connection } = navigator as { connection?: EventTarget };
  connection?.addEventListener("change", listener);
  addEventListener("online", listener);
  return () => {
    connection?.removeEventListener("change", listener);
    removeEventListener("online", listener);
  };
}
