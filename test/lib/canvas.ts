/** Two people on a canvas, as they see it: by what is drawn, not by what the SDK tells. */
import type { Page } from "playwright-core";
import { expect } from "vitest";

type Place = readonly [x: number, y: number];
const withinMs = 20_000;

/** At which of the places something is drawn. */
const drawnAt = (page: Page, places: readonly Place[]) =>
  page.evaluate(
    (all) =>
      all.map(([x, y]) => {
        const canvas = document.querySelector("canvas")!;
        const scale = canvas.width / canvas.clientWidth;
        const [left, top, width, height] = [x - 4, y - 12, 30, 16].map((side) => Math.round(side * scale));
        const { data } = canvas.getContext("2d")!.getImageData(left!, top!, width!, height!);
        return data.some((value, i) => i % 4 === 3 && value > 0);
      }),
    places,
  );

/** Two people see each other come, and one see the other go elsewhere; who reloads has kept their place. */
export async function seeEachOther(ada: Page, bob: Page): Promise<void> {
  const [first, other, next] = [
    [100, 120],
    [300, 260],
    [180, 40],
  ] as const;
  const everyoneSees = async (seen: boolean[], move = async () => {}) => {
    const look = async () => {
      await move();
      return Promise.all([ada, bob].map((page) => drawnAt(page, [first, other, next])));
    };
    await expect.poll(look, { timeout: withinMs }).toEqual([seen, seen]);
  };
  // whoever points before the page has joined points again
  await everyoneSees([true, true, false], async () => {
    await pointAt(ada, first);
    await pointAt(bob, other);
  });
  await everyoneSees([false, true, true], () => pointAt(ada, next));
  await ada.reload();
  await everyoneSees([false, true, true]);
}

async function pointAt(page: Page, [x, y]: Place): Promise<void> {
  const box = (await page.locator("canvas").boundingBox())!;
  await page.mouse.move(box.x + x + 1, box.y + y);
  await page.mouse.move(box.x + x, box.y + y);
}

/** One moves by a key, at once, and the other sees them where they end up: bodies of a game, by their colors. */
export async function playTogether(
  ada: Page,
  bob: Page,
  { own, other }: { own: string; other: string },
): Promise<void> {
  const polled = { timeout: withinMs };
  for (const page of [ada, bob]) await expect.poll(() => middleOf(page, own), polled).not.toBeNaN();
  const from = await middleOf(ada, own);
  await ada.bringToFront();
  await ada.locator("canvas").focus();
  await ada.keyboard.down("ArrowRight");
  await expect.poll(() => middleOf(ada, own), polled).toBeGreaterThan(from + 20);
  await ada.keyboard.up("ArrowRight");
  await bob.bringToFront();
  const apart = async () => Math.abs((await middleOf(ada, own)) - (await middleOf(bob, other)));
  await expect.poll(apart, polled).toBeLessThan(2);
}

/** How far to the right something of this color is, in CSS pixels; NaN for nothing. */
const middleOf = (page: Page, color: string): Promise<number> =>
  page.evaluate((wanted) => {
    const canvas = document.querySelector("canvas")!;
    const pen = new OffscreenCanvas(1, 1).getContext("2d")!;
    pen.fillStyle = wanted;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
    const { data, width } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let [sum, count] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] !== red || data[i + 1] !== green || data[i + 2] !== blue || data[i + 3] !== 255) continue;
      sum += (i / 4) % width;
      count++;
    }
    return (sum / count) * (canvas.clientWidth / canvas.width);
  }, color);
