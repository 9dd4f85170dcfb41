/**
 * What may be said: the text as it is sent, how much is left, and what is wrong with it before it is asked. Pure.
 */
import type { ChatLine } from "hereabouts/client";

export const maxChars = 512;
/** The counter shows from here on. */
const warnChars = 440;

/** The text as it is sent: one line, without blanks around it. */
export function sentText(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}

/** Characters left; undefined while that is no matter. */
export function leftOf(text: string): number | undefined {
  const chars = [...sentText(text).normalize("NFC")].length;
  return chars < warnChars ? undefined : maxChars - chars;
}

export function problemOf(text: string): string | undefined {
  if (sentText(text) === "") return "There is nothing to send yet.";
  const left = leftOf(text) ?? 0;
  if (left >= 0) return undefined;
  return `A line has at most ${maxChars} characters: this is ${-left} too long.`;
}

/** The line that the up arrow edits. */
export function lastOwn(lines: readonly ChatLine[]): ChatLine | undefined {
  return lines.findLast(({ isMine, gone }) => isMine && !gone);
}
