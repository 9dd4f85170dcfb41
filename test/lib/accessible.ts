/**
 * What is wrong with a page for those who read it with a screen reader, go through it by keys, see little or colours
 * otherwise, or have it on a phone. Each check answers a list of sentences; an empty one is good.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** By the rules of WCAG 2.2 AA and good practice; `within`: only in what this selector finds. */
export async function violations(page: Page, within = "html"): Promise<string[]> {
  await page.evaluate(`window.axe ?? (() => { ${axe} })()`);
  const options: RunOptions = {
    runOnly: { type: "tag", values: tags },
    resultTypes: ["violations"],
  };
  return page.evaluate(
    async ([context, given]) => {
      const { violations } = await window.axe.run(context, given);
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(
          ({ target, any, all, none }) => `${id}: ${target.join(" ")}: ${[...any, ...all, ...none][0]?.message ?? ""}`,
        ),
      );
    },
    [within, options] as const,
  );
}

declare global {
  interface Window {
    /** It has more faces than the compiler can choose among. */
    axe: { run(context: string, options: RunOptions): Promise<AxeResults> };
  }
}

/** What a checker of roles does not see: a canvas is nothing unless it is called something, or said to be nothing. */
export function namelessCanvases(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("canvas")]
      .filter((canvas) => canvas.closest("[aria-hidden=true]") === null && canvas.checkVisibility())
      .filter((canvas) => !(canvas.role && canvas.ariaLabel))
      .map((canvas) => `canvas #${canvas.id} has no role and name`),
  );
}

/** What is wider than the page, and texts that end where their element ends, with nothing that says that they go on. */
export function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const problems: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) problems.push(`the page is ${scrollWidth - clientWidth} px too wide`);
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim());
      if (!hasText || !element.checkVisibility() || element.closest(".visually-hidden, option")) continue;
      const name = `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 40)}"`;
      const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
      const isCut = overflowX !== "visible" && overflowX !== "auto" && element.scrollWidth > element.clientWidth + 1;
      if (isCut && textOverflow !== "ellipsis") problems.push(`${name} is cut at its side`);
      const isClipped = overflowY === "hidden" || overflowY === "clip";
      if (isClipped && element.scrollHeight > element.clientHeight + 2) problems.push(`${name} is cut below`);
      const { left, right } = element.getBoundingClientRect();
      const scrolls = (at: Element | null): boolean =>
        at !== null && (/auto|scroll|hidden/.test(getComputedStyle(at).overflowX) || scrolls(at.parentElement));
      if ((left < -1 || right > innerWidth + 1) && !scrolls(element.parentElement)) problems.push(`${name} sticks out`);
    }
    return problems;
  });
}

const moments = 6;
const betweenMs = 200;

/** What moves although less motion is asked for: running animations, and canvases that never look the same twice in a row. */
export async function motion(page: Page): Promise<string[]> {
  const animations = await page.evaluate(() =>
    document.getAnimations().map((each) => `animation ${(each as CSSAnimation).animationName ?? each.id} runs`),
  );
  const look = () => page.evaluate(() => [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()));
  let last = await look();
  let restless = last.length;
  for (let moment = 1; moment < moments && restless > 0; moment++) {
    await page.waitForTimeout(betweenMs);
    const now = await look();
    restless = now.filter((picture, i) => picture !== last[i]).length;
    last = now;
  }
  return restless > 0 ? [...animations, `${restless} canvases move`] : animations;
}

/** Opens what opens over the page, by keys: it has no violations, Escape closes it, and the focus is back where it was. */
export async function dialogs(page: Page): Promise<string[]> {
  const problems: string[] = [];
  for (const kind of ["[popovertarget]:visible", "[aria-haspopup=dialog]:visible"]) {
    const opener = page.locator(kind).first();
    if ((await opener.count()) === 0) continue;
    const name = (await opener.getAttribute("aria-label")) ?? (await opener.textContent());
    await opener.focus();
    await page.keyboard.press("Enter");
    const opened = page.locator(":popover-open, dialog[open]");
    if (!(await opened.isVisible())) problems.push(`"${name}" opens nothing`);
    for (const each of await violations(page, ":popover-open, dialog[open]")) problems.push(each);
    await page.keyboard.press("Escape");
    if (await opened.isVisible()) problems.push(`Escape does not close what "${name}" opens`);
    const isBack = await opener.evaluate((element) => element === document.activeElement);
    if (!isBack) problems.push(`"${name}" does not get the focus back`);
  }
  return problems;
}
