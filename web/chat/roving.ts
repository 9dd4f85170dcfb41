/**
 * A list that is one stop of the tab key: the arrow keys go from item to item, and the buttons of the item that was gone to
 * last are the stops after it. Items are focusable elements that match a selector; they may come and go.
 */

const steps = { ArrowUp: -1, ArrowDown: 1, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY } as const;
const stops = "button, a[href]";

export function rove(list: HTMLElement, selector: string, reachedEnd = (): void => {}): void {
  list.addEventListener("focusin", ({ target }) => {
    const item = (target as Element).closest<HTMLElement>(selector);
    if (!item) return;
    for (const other of list.querySelectorAll<HTMLElement>(selector))
      if (other.tabIndex === 0) setCurrent(other, false);
    setCurrent(item, true);
  });
  list.addEventListener("keydown", (event) => {
    const step = steps[event.key as keyof typeof steps];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const items = [...list.querySelectorAll<HTMLElement>(selector)];
    const item = (event.target as Element).closest<HTMLElement>(selector);
    const at = item ? items.indexOf(item) : step < 0 ? items.length : -1;
    const to = items[Math.min(items.length - 1, Math.max(0, at + step))];
    if (!to) return;
    event.preventDefault();
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
    if (event.key === "End") reachedEnd();
  });
}

/** Whether the item and its buttons take part in the tab order. Call it again when its buttons were made anew. */
export function setCurrent(item: HTMLElement, isCurrent: boolean): void {
  item.tabIndex = isCurrent ? 0 : -1;
  for (const stop of item.querySelectorAll<HTMLElement>(stops)) stop.tabIndex = item.tabIndex;
}
