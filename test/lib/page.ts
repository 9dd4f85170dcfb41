/** Pages of a test's own on a server's origin: their text is given, and what they load comes from the server. */
import type { BrowserContext, Page } from "playwright-core";

/** Writes `html` over a page of the server at `url`: one that is made up would not be let to the local network. */
export async function openPage(context: BrowserContext, url: string, html: string): Promise<Page> {
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  await page.goto(`${url}/healthz`);
  await page.setContent(html);
  return page;
}
