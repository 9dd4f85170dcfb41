/** A page as the tab key goes through it: each control is reached, as they are seen, and shows that it has the focus. */
import type { Page } from "playwright-core";

type Box = { left: number; top: number; right: number; bottom: number };
type Stop = {
  /** A number for each element, so that a way round is seen. */
  key: number;
  name: string;
  /** On the page, as what scrolls within it was scrolled then, and in the whole of what scrolls around it. */
  box: Box;
  whole: Box;
  /** What scrolls around it, by its key. */
  scroller: number;
  isMarked: boolean;
  isSeen: boolean;
};

const mostPresses = 200;

/**
 * Goes through the page by the tab key, from its start to its end. Each control is to be reached, in the order in which
 * they are seen, each is to show that it has the focus, and not to lie below something else.
 */
export async function tabOrder(page: Page): Promise<string[]> {
  await page.evaluate(prepare);
  const stops: Stop[] = [];
  // who comes meanwhile may bring controls of their own, so that their number tells no end
  for (let presses = 0; presses < mostPresses; presses++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => window.stopOfFocus());
    if (!stop || stops.some(({ key }) => key === stop.key)) break;
    stops.push(stop);
  }
  const problems = stops.flatMap((stop, i) => {
    const last = stops[i - 1];
    return [
      ...(stop.isMarked ? [] : [`${stop.name} does not show that it has the focus`]),
      ...(stop.isSeen ? [] : [`${stop.name} has the focus and is not seen`]),
      ...(last && goesBack(last, stop) ? [`${stop.name} comes after ${last.name}, and stands before it`] : []),
    ];
  });
  // by their names, too: a list may have been made anew meanwhile
  const reached = stops.flatMap(({ key, name }) => [key, name]);
  const missed = await page.evaluate((given) => window.missed(given), reached);
  return [...problems, ...missed.map((name) => `${name} is not reached`)];
}

/** Up, unless it is in a column further right; or to the left within a line. */
function goesBack(before: Stop, stop: Stop): boolean {
  const slack = 2;
  const [last, box] = before.scroller === stop.scroller ? [before.whole, stop.whole] : [before.box, stop.box];
  const isRight = box.left >= last.right - slack;
  if (box.bottom <= last.top + slack) return !isRight;
  const isSameLine = box.top < last.bottom - slack && last.top < box.bottom - slack;
  return isSameLine && box.right <= last.left + slack;
}

declare global {
  interface Window {
    stopOfFocus: () => Stop | undefined;
    controls: () => Element[];
    missed: (reached: readonly (number | string)[]) => string[];
  }
}

/** Runs in the page. */
function prepare(): void {
  const keys = new Map<Element, number>();
  const keyOf = (element: Element) => keys.get(element) ?? keys.set(element, keys.size).get(element)!;
  const nameOf = (element: Element) => {
    const text = element.ariaLabel ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent;
    return `${element.tagName.toLowerCase()} "${text?.trim().replace(/\s+/g, " ").slice(0, 40)}"`;
  };
  const focused = () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element === document.body ? null : element;
  };
  const hasMark = (element: Element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2) || boxShadow.includes("inset");
  };
  /** Itself or the frame around it, as of a radio button that is a picture. */
  const isMarked = (element: Element) =>
    [element, element.parentElement, element.parentElement?.parentElement].some((each) => each && hasMark(each));
  const isSeen = (element: Element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const root = element.getRootNode() as Document;
    const at = (x: number, y: number) => {
      const hit = root.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
      return (
        hit !== null && (element.contains(hit) || hit.contains(element) || hit.closest("label")?.contains(element))
      );
    };
    return [0.5, 0.1, 0.9].some((x) => [0.5, 0.15, 0.85].some((y) => at(x, y)));
  };
  const scrollerOf = (element: Element): Element => {
    const { parentElement: parent } = element;
    if (!parent) return document.documentElement;
    return /auto|scroll/.test(getComputedStyle(parent).overflowY) ? parent : scrollerOf(parent);
  };
  window.stopOfFocus = () => {
    const element = focused();
    if (!element) return undefined;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const box = { left: left + scrollX, top: top + scrollY, right: right + scrollX, bottom: bottom + scrollY };
    const scroller = scrollerOf(element);
    const { scrollLeft, scrollTop } =
      scroller === document.documentElement ? { scrollLeft: 0, scrollTop: 0 } : scroller;
    return {
      key: keyOf(element),
      name: nameOf(element),
      box,
      whole: {
        left: box.left + scrollLeft,
        top: box.top + scrollTop,
        right: box.right + scrollLeft,
        bottom: box.bottom + scrollTop,
      },
      scroller: keyOf(scroller),
      isMarked: isMarked(element),
      isSeen: isSeen(element),
    };
  };
  const controls = "a[href], button, input, select, textarea, summary, [tabindex]";
  const within = (root: ParentNode): Element[] =>
    [...root.querySelectorAll("*")].flatMap((element) => [
      ...(element.matches(controls) ? [element] : []),
      ...(element.shadowRoot ? within(element.shadowRoot) : []),
    ]);
  window.controls = () =>
    within(document)
      .filter((element) => (element as HTMLElement).tabIndex >= 0 && !element.matches(":disabled"))
      // of buttons of which one is chosen, the tab key leads to one
      .filter((element) => !element.matches("[type=radio]") || (element as HTMLInputElement).checked)
      .filter((element) => element.checkVisibility({ visibilityProperty: true }));
  window.missed = (reached) =>
    window
      .controls()
      .filter((element) => !reached.includes(keyOf(element)) && !reached.includes(nameOf(element)))
      .map(nameOf);
  (document.activeElement as HTMLElement | null)?.blur();
  getSelection()?.removeAllRanges();
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}
