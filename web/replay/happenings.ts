/**
 * The list of what happened: a click goes there. Holds the part around the moment that is shown, so that a long recording
 * costs no more than a short one.
 */
import { colorOf } from "../shared/blob.ts";
import { find, make, setText } from "../shared/dom.ts";
import { hashOf } from "../shared/seed.ts";
import { clockOf, type Happened, type Sieve } from "./wording.ts";

const details = find("happenings", HTMLDetailsElement);
const title = find("happened", HTMLSpanElement);
const list = find("events", HTMLOListElement);
const sieve = find("sieve", HTMLSelectElement);
/** Lines before and after that of the moment. */
const around = 100;

export class Happenings {
  readonly #all: readonly Happened[];
  readonly #go: (line: Happened) => void;
  #lines: readonly Happened[];
  /** Which of them the list holds. */
  #from = 0;
  #to = 0;
  #current = -2;

  constructor(lines: readonly Happened[], go: (line: Happened) => void) {
    this.#all = lines;
    this.#lines = lines;
    this.#go = go;
    setText(title, lines.length === 1 ? "1 event" : `${lines.length} events`);
    sieve.addEventListener("change", () => {
      const chosen = sieve.value as Sieve;
      this.#lines = chosen === "all" ? this.#all : this.#all.filter(({ is }) => is === chosen);
      this.#current = -2;
      this.#from = this.#to = 0;
    });
    list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-line]");
      const line = this.#lines[Number(row?.dataset["line"])];
      if (row && line) this.#go(line);
    });
  }

  show(t: number): void {
    if (!details.open) return;
    const current = this.#lines.findLastIndex((line) => line.t <= t);
    if (current === this.#current) return;
    this.#current = current;
    const margin = around / 2;
    const isInside =
      (this.#from === 0 || current - margin >= this.#from) &&
      (this.#to === this.#lines.length || current + margin < this.#to) &&
      this.#to > 0;
    if (!isInside) this.#fill(current);
    this.#mark(current);
  }

  #fill(current: number): void {
    this.#from = Math.max(0, current - around);
    this.#to = Math.min(this.#lines.length, current + around);
    const rows = this.#lines.slice(this.#from, this.#to).map((line, i) => rowOf(line, this.#from + i));
    if (rows.length === 0) rows.push(make("li", "note", "Nothing of this kind happened."));
    list.replaceChildren(...rows);
  }

  #mark(current: number): void {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const row = list.querySelector<HTMLElement>(`[data-line="${current}"]`);
    row?.setAttribute("aria-current", "true");
    if (!list.matches(":hover") && !list.contains(document.activeElement)) {
      const top = row ? row.offsetTop - list.offsetTop - list.clientHeight / 2 : 0;
      list.scrollTop = top;
    }
  }
}

function rowOf({ t, id, name, color, text, is }: Happened, line: number): HTMLLIElement {
  const row = make("li");
  const button = make("button");
  button.type = "button";
  button.dataset["line"] = String(line);
  const what = make("span", is === "words" ? "what said" : "what");
  if (id !== undefined) what.append(make("b", "", name || id), " ");
  what.append(text);
  const swatch = make("span", "swatch");
  if (id === undefined) swatch.classList.add("nobody");
  else swatch.style.background = colorOf(color, hashOf(id));
  button.append(make("time", "", clockOf(t)), swatch, what);
  row.append(button);
  return row;
}
