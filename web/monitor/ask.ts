/** Asking the server as the operator who is logged in: the browser adds the login by itself. */
import { find } from "../shared/dom.ts";

type Role = "operator" | "viewer";

/** Why the server said no: its code, message and remedy. */
export class Refused extends Error {
  readonly code: string;

  constructor({ code = "", message = "", remedy = "" }: { code?: string; message?: string; remedy?: string }) {
    super([message, remedy].filter(Boolean).join(" "));
    this.code = code;
  }
}

/** GETs JSON, or POSTs `body`. Throws Refused, also where the server is not reached. */
export async function ask<T>(path: string, body?: object): Promise<T> {
  const init = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Refused({ code: "UNREACHABLE", message: "The server does not answer.", remedy: "See whether it is up." });
  }
  const answer = (await response.json().catch(() => ({ message: `Status ${response.status}.` }))) as object;
  if (!response.ok) throw new Refused(answer);
  return answer as T;
}

/** Marks this page in the bar and says who is logged in. */
export async function enter(): Promise<Role> {
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".bar a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
  const { role } = await ask<{ role: Role }>("/ops/me");
  find("role", HTMLParagraphElement).textContent = role === "viewer" ? "viewer: may look" : "operator";
  return role;
}

/** Says what was done, or what failed, with a way to take it back where there is one. */
export function tell(text: string, { failed = false, undo }: { failed?: boolean; undo?: () => void } = {}): void {
  const notice = find("notice", HTMLDivElement);
  const words = document.createElement("span");
  words.textContent = text;
  notice.replaceChildren(words);
  notice.classList.toggle("failed", failed);
  notice.hidden = false;
  const close = () => {
    notice.hidden = true;
  };
  if (undo) {
    const undone = () => {
      close();
      undo();
    };
    notice.append(button("Undo", undone));
  }
  notice.append(button("Close", close));
}

/** For what nobody waits for. */
export function tellFailure(error: unknown): void {
  tell(error instanceof Error ? error.message : String(error), { failed: true });
}

function button(label: string, run: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.className = "button quiet";
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", run);
  return made;
}
