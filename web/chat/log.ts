/**
 * The log of a chat: shows items, stays at the newest line unless one has scrolled up, keeps its place when older lines
 * come before, and is walked through with the arrow keys. Screen readers are told of new lines by the announcer, damped;
 * the log itself keeps quiet.
 */
import { make, setText } from "../shared/dom.ts";
import { type Item, isSameItem } from "./items.ts";
import { rove } from "./roving.ts";
import { fillRow, makeRow, type RowActions } from "./row.ts";

export interface LogActions extends RowActions {
  /** Older lines are wanted: one has come near the top. Resolves when they are there, or will not be. */
  older(): Promise<void>;
  /** Scrolled to the newest line, or away from it. */
  scrolled(): void;
}

/** Older lines are asked for within this of the top. */
const nearTopPx = 240;
const bottomSlackPx = 24;

export class Log {
  readonly element = make("div", "log-frame");
  readonly #log = make("div", "log");
  readonly #top = make("p", "log-top");
  readonly #newest = make("button", "newest");
  readonly #actions: LogActions;
  readonly #rows = new Map<string, { item: Item; row: HTMLElement }>();
  #isAtBottom = true;
  #height = 0;
  #isAsking = false;
  #hasOlder = false;

  constructor(name: string, actions: LogActions) {
    this.#actions = actions;
    this.#log.setAttribute("role", "log");
    this.#log.setAttribute("aria-live", "off");
    this.#log.setAttribute("aria-label", `What was said in ${name}`);
    this.#log.tabIndex = 0;
    this.#newest.type = "button";
    this.#newest.hidden = true;
    this.#newest.addEventListener("click", () => {
      this.toBottom();
      this.#actions.scrolled();
    });
    this.#log.append(this.#top);
    this.element.append(this.#log, this.#newest);
    this.#log.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    rove(this.#log, ".line", () => this.toBottom());
    new ResizeObserver(() => this.#onResize()).observe(this.#log);
  }

  /** Whether the newest line is seen, if anything is. */
  get isAtBottom(): boolean {
    return this.#isAtBottom;
  }

  get isSeen(): boolean {
    return this.#log.clientHeight > 0;
  }

  toBottom(): void {
    this.#isAtBottom = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** `unread`: how many new lines are below, if one has scrolled up. */
  show(items: readonly Item[], { hasOlder, unread }: { hasOlder: boolean; unread: string }): void {
    this.#hasOlder = hasOlder;
    const anchor = this.#isAtBottom ? undefined : this.#firstSeen();
    const before = anchor ? textTop(anchor) : 0;
    setText(this.#top, hasOlder ? (this.#isAsking ? "Fetching older lines…" : "Older lines above") : topText(items));
    this.#reconcile(items);
    if (this.#isAtBottom) this.toBottom();
    else if (anchor?.isConnected) this.#log.scrollTop += textTop(anchor) - before;
    this.#newest.hidden = this.#isAtBottom;
    setText(this.#newest, unread ? `${unread} new ${unread === "1" ? "line" : "lines"}` : "To the newest line");
    this.#newest.classList.toggle("has-new", unread !== "");
    this.#askIfNear();
  }

  /** Keys only come and go in order, so that no row that stays is ever moved: it keeps its focus. */
  #reconcile(items: readonly Item[]): void {
    const wanted = new Set(items.map(({ key }) => key));
    for (const [key, { row }] of this.#rows) {
      if (wanted.has(key)) continue;
      if (row.contains(document.activeElement)) this.#log.focus({ preventScroll: true });
      row.remove();
      this.#rows.delete(key);
    }
    let next = this.#top.nextElementSibling;
    for (const item of items) {
      const known = this.#rows.get(item.key);
      if (!known) {
        const row = makeRow(item, this.#actions);
        this.#rows.set(item.key, { item, row });
        this.#log.insertBefore(row, next);
        continue;
      }
      if (!isSameItem(known.item, item)) fillRow(known.row, item, this.#actions);
      known.item = item;
      if (known.row === next) next = next.nextElementSibling;
      else this.#log.insertBefore(known.row, next);
    }
  }

  #firstSeen(): HTMLElement | undefined {
    const top = this.#log.scrollTop;
    const lines = this.#log.querySelectorAll<HTMLElement>(".line");
    return [...lines].find((line) => line.offsetTop + line.offsetHeight > top);
  }

  /** Where the field below grows, the newest line stays in sight: that is no scrolling away. */
  #onResize(): void {
    this.#height = this.#log.clientHeight;
    if (this.#isAtBottom) this.toBottom();
  }

  #onScroll(): void {
    if (!this.isSeen) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    if (clientHeight !== this.#height) {
      this.#onResize();
      return;
    }
    const isAtBottom = scrollHeight - scrollTop - clientHeight < bottomSlackPx;
    if (isAtBottom !== this.#isAtBottom) {
      this.#isAtBottom = isAtBottom;
      this.#newest.hidden = isAtBottom;
      this.#actions.scrolled();
    }
    this.#askIfNear();
  }

  #askIfNear(): void {
    if (!this.#hasOlder || this.#isAsking || !this.isSeen || this.#log.scrollTop > nearTopPx) return;
    this.#isAsking = true;
    this.#actions.older().finally(() => {
      this.#isAsking = false;
    });
  }
}

/** Where the text of a line begins: what is above it, its author, may go when older lines come. */
function textTop(row: HTMLElement): number {
  return row.offsetTop + (row.querySelector<HTMLElement>(".said")?.offsetTop ?? 0);
}

function topText(items: readonly Item[]): string {
  return items.length === 0 ? "Nothing was said here yet." : "This is where it began.";
}
