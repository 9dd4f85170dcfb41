/**
 * The head line of a chat: how many are here and online (which opens the list of them), how the connection is, slow mode,
 * and the way out.
 */
import type { Chat } from "hereabouts/client";
import { make, setText } from "../shared/dom.ts";
import { countsText, secondsText } from "./wording.ts";

export interface HeadOptions {
  name: string;
  leave: (() => void) | undefined;
  slow(seconds: number): void;
  togglePeople(): void;
}

const slowChoices = [0, 5, 10, 30, 60, 300, 900];

export class Head {
  readonly element = make("div", "head");
  readonly #counts = make("button", "counts unfolds");
  readonly #link = make("span", "link-state");
  readonly #slow = make("span", "slow");
  readonly #slowChoice = make("select", "entry slow-choice");
  readonly #leave = make("button", "link leave", "Leave");

  constructor({ name, leave, slow, togglePeople }: HeadOptions) {
    this.#counts.type = this.#leave.type = "button";
    this.#counts.addEventListener("click", togglePeople);
    this.#counts.title = "Who is online";
    this.#link.setAttribute("role", "status");
    this.#slowChoice.setAttribute("aria-label", "Slow mode");
    this.#slowChoice.addEventListener("change", () => slow(Number(this.#slowChoice.value)));
    for (const seconds of slowChoices) this.#slowChoice.append(slowOption(seconds));
    this.#leave.setAttribute("aria-label", `Leave the chat ${name}`);
    this.#leave.hidden = leave === undefined;
    this.#leave.addEventListener("click", () => leave?.());
    this.element.append(this.#counts, this.#link, this.#slow, this.#slowChoice, this.#leave);
  }

  setPeople(isOpen: boolean): void {
    this.#counts.setAttribute("aria-expanded", String(isOpen));
  }

  show({ counts, connection, slowSeconds, isModerator }: Chat): void {
    setText(this.#counts, countsText(counts));
    setText(this.#link, connection === "open" ? "" : connection === "closed" ? "left" : `${connection}…`);
    setText(this.#slow, slowSeconds > 0 && !isModerator ? `slow: ${secondsText(slowSeconds)}` : "");
    this.#slow.title = `Everyone may send a line every ${secondsText(slowSeconds)}.`;
    this.#slowChoice.hidden = !isModerator;
    if (document.activeElement === this.#slowChoice) return;
    const value = String(slowSeconds);
    if (![...this.#slowChoice.options].some((option) => option.value === value))
      this.#slowChoice.append(slowOption(slowSeconds));
    this.#slowChoice.value = value;
  }
}

function slowOption(seconds: number): HTMLOptionElement {
  const text = seconds === 0 ? "off" : seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
  return new Option(`slow ${text}`, String(seconds));
}
