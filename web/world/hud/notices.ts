/**
 * What has to be told: a refusal or an end, with its cause and its remedy; and that another tab plays.
 */
import { find, make } from "./dom.ts";

const toasts = find("toasts", HTMLDivElement);
const watching = find("watching", HTMLElement);
const playButton = find("play", HTMLButtonElement);

const shownMs = 9000;
const maxToasts = 2;

export type Notice = { message: string; remedy: string };

/** What to show for anything that was thrown. An error of hereabouts knows its remedy. */
export function noticeOf(error: unknown): Notice {
  if (error instanceof Error && "toRefusal" in error && typeof error.toRefusal === "function") {
    const { message, remedy, retryAfterMs } = error.toRefusal() as Notice & { retryAfterMs?: number };
    if (retryAfterMs === undefined) return { message, remedy };
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    return { message, remedy: `Go on in ${seconds === 1 ? "a second" : `${seconds} seconds`}.` };
  }
  return { message: error instanceof Error ? error.message : String(error), remedy: "" };
}

/** Shows a notice for a while; one with an action stays until it is used or closed. The same one is not shown twice. */
export function showNotice({ message, remedy }: Notice, action?: { label: string; run: () => void }): void {
  for (const toast of toasts.children) if (toast.firstElementChild?.textContent === message) return;
  while (toasts.children.length >= maxToasts) toasts.firstElementChild!.remove();
  const toast = make("div", "toast panel");
  toast.setAttribute("role", action ? "alert" : "status");
  const close = make("button", "tool", "×");
  close.type = "button";
  close.setAttribute("aria-label", "Close this notice");
  close.addEventListener("click", () => toast.remove());
  toast.append(make("p", "", message), make("p", "remedy", remedy), close);
  if (action) {
    const button = make("button", "button", action.label);
    button.type = "button";
    button.addEventListener("click", () => {
      toast.remove();
      action.run();
    });
    toast.append(button);
  } else setTimeout(() => toast.remove(), shownMs);
  toasts.append(toast);
}

export function clearNotices(): void {
  toasts.replaceChildren();
}

export function initWatching(play: () => void): void {
  playButton.addEventListener("click", play);
}

export function showWatching(isWatching: boolean): void {
  watching.hidden = !isWatching;
}
