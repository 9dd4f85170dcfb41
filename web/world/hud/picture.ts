/**
 * Taking a picture of what the canvas shows: a button and a key. It goes to those who keep this server, and a notice says so.
 */
import type { KeptFile } from "hereabouts/client";
import { announce } from "../../shared/announcer.ts";
import { find } from "../../shared/dom.ts";
import { showNotice } from "../../shared/toasts.ts";

const button = find("picture", HTMLButtonElement);

export type PictureActions = {
  take: () => Promise<KeptFile>;
  fail: (error: unknown) => void;
};

/** Returns what takes one: the key does so, too. */
export function initPicture({ take, fail }: PictureActions): () => void {
  let isTaking = false;
  const run = async () => {
    if (isTaking) return;
    isTaking = true;
    button.setAttribute("aria-busy", "true");
    try {
      const { keptDays } = await take();
      const remedy = `Those who run this server can look at it, until ${days(keptDays)} after the last one left here.`;
      showNotice({ message: "Your picture was sent.", remedy });
      announce.note("Your picture was sent to those who run this server");
    } catch (error) {
      fail(error);
    } finally {
      isTaking = false;
      button.removeAttribute("aria-busy");
    }
  };
  button.addEventListener("click", () => void run());
  return () => void run();
}

function days(number: number): string {
  return number === 1 ? "a day" : `${number} days`;
}
