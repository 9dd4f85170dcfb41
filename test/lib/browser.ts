/** Chromium for tests: one browser, a context per person (contexts share nothing), console errors collected. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

export const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** `path`: another program that becomes Chromium. */
export async function openBrowser(path: string | undefined = executable): Promise<Browser> {
  return chromium.launch({
    ...(path ? { executablePath: path } : { channel: "chromium" }),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });
}

/** Someone with a browser profile of their own. `errors` gathers what their pages complained about. */
export async function newcomer(browser: Browser, options: { width?: number; height?: number; touch?: boolean } = {}) {
  const { width = 900, height = 700, touch = false } = options;
  const context = await browser.newContext({ viewport: { width, height }, hasTouch: touch, isMobile: touch });
  const errors: string[] = [];
  context.on("weberror", (event) => errors.push(event.error().message));
  context.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return { context, errors };
}

/** Opens `url` and waits until its world is joined. */
export async function openWorld(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.hereabouts?.world.me?.placed);
  return page;
}
