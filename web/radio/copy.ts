/** Copies a link, and says on its button whether that went well. */
import { setText } from "../shared/dom.ts";

const shownMs = 2000;

export async function copy(button: HTMLButtonElement, text: string): Promise<void> {
  const before = button.dataset["label"] ?? button.textContent;
  button.dataset["label"] = before;
  const copied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  if (copied) setText(button, "Copied");
  else prompt("Copy this link", text);
  setTimeout(() => setText(button, before), shownMs);
}
