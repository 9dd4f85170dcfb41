/** Pictures of pages as a test has them, in the folder PICTURES, for people to look at; none where that is not set. */
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";

const folder = process.env["PICTURES"];

/** `stillMs`: what moves is given so long to come to rest, where a picture is made. */
export async function shot(page: Page, name: string, stillMs = 0): Promise<void> {
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.waitForTimeout(stillMs);
  await page.screenshot({ path: `${folder}/${name}.png` });
}
