/**
 * Notices over the page: a refusal or an end, with its cause and its remedy, for a while or until something is done.
 */
import { find, make } from "./dom.ts";
import { handOver, takeOver } from "./handover.ts";
import type { Notice } from "./notice.ts";

const toasts = find("toasts", HTMLDivElement);

export const shownMs = 9000;
const maxToasts = 2;
const leftKey = "hereabouts-notice";
/** A tab that is opened again days later does not tell what was then. */
const leftForMs = 60_000;

/**
 * Shows a notice for a while; one with an action stays until it is used or closed. The same one is not shown twice. Returns
 * what closes it.
 */
export function showNotice({ message, remedy }: Notice, action?: { label: string; run: () => void }): () => void {
  for (const toast of toasts.children) if (toast.firstElementChild?.textContent === message) return () => {};
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
  return () => toast.remove();
}

/** Has the page that is loaded next in this tab show it. */
export function leaveNotice(notice: Notice): void {
  handOver(leftKey, notice);
}

const left = takeOver(leftKey);
const { message, remedy } = (left?.value ?? {}) as Partial<Notice>;
if (left && left.ageMs < leftForMs && message && remedy) showNotice({ message, remedy });
