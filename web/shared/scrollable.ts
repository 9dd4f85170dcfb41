/** What may be wider than its place scrolls sideways: while it does, the tab key leads to it, so that arrow keys can. */

const kept = new WeakSet<Element>();

/** `name` is told where it has the focus. Call it as often as you like. */
export function keepReachable(element: HTMLElement, name: string): void {
  if (kept.has(element)) return;
  kept.add(element);
  element.role = "group";
  element.ariaLabel = name;
  const watch = new ResizeObserver(() => {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  });
  for (const each of [element, ...element.children]) watch.observe(each);
}
