/**
 * Notices over the page: a refusal or an end, with its cause and its remedy, for a while or until something is done.
 */
import { find, make } from "./dom.ts";
import { handOver, takeOver } from "./handover.ts";
import { codeOf, type Notice, noticeOf } from "./notice.ts";

type Action = { label: string; run: () => void };

const toasts = find("toasts", HTMLDivElement);

export const shownMs = 9000;
const maxToasts = 2;
const leftKey = "hereabouts-notice";
/** A tab that is opened again days later does not tell what was then. */
const leftForMs = 60_000;

/**
 * Shows a notice for a while; one with an action, or that `stays`, is there until it is used or closed. The same one is
 * not shown twice. Returns what closes it.
 */
export function showNotice({ message, remedy }: Notice, action?: Action | "stays"): () => void {
  for (const toast of toasts.children) if (toast.firstElementChild?.textContent === message) return () => {};
  while (toasts.children.length >= maxToasts) toasts.firstElementChild!.remove();
  const toast = make("div", "toast panel");
  toast.setAttribute("role", action ? "alert" : "status");
  const close = make("button", "tool", "×");
  close.type = "button";
  close.setAttribute("aria-label", "Close this notice");
  close.addEventListener("click", () => toast.remove());
  toast.append(make("p", "", message), make("p", "remedy", remedy), close);
  if (action === undefined) setTimeout(() => toast.remove(), shownMs);
  else if (action !== "stays") {
    const button = make("button", "button", action.label);
    button.type = "button";
    button.addEventListener("click", () => {
      toast.remove();
      action.run();
    });
    toast.append(button);
  }
  toasts.append(toast);
  return () => toast.remove();
}

/** Says why one's seat has ended. Coming back is no use while a ban holds. */
export function showEnd(error: unknown): void {
  const back: Action = { label: "Come back", run: () => location.reload() };
  showNotice(noticeOf(error), codeOf(error) === "BANNED" ? "stays" : back);
}

/** Has the page that is loaded next in this tab show it. */
export function leaveNotice(notice: Notice): void {
  handOver(leftKey, notice);
}

const left = takeOver(leftKey);
const { message, remedy } = (left?.value ?? {}) as Partial<Notice>;
if (left && left.ageMs < leftForMs && message && remedy) showNotice({ message, remedy });
