/**
 * Saying something (enter, at most 280 characters) and the row of emotes.
 */

import { find, make } from "../../shared/dom.ts";
import { emotes } from "../emotes.ts";

const maxChars = 280;
/** The counter shows from here on. */
const warnChars = 230;

const form = find("say", HTMLFormElement);
const input = find("say-text", HTMLInputElement);
const left = find("say-left", HTMLOutputElement);
const row = find("emotes", HTMLDivElement);

export type SpeechActions = {
  say: (text: string) => Promise<boolean>;
  emote: (emote: string) => void;
  done: () => void;
};

export function focusSpeech(): void {
  input.focus();
}

export function initSpeech(actions: SpeechActions): void {
  input.addEventListener("input", showLeft);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") actions.done();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "") return actions.done();
    if ([...text].length > maxChars) return;
    input.value = "";
    showLeft();
    const wasSaid = await actions.say(text);
    if (wasSaid || input.value !== "") return;
    input.value = text;
    showLeft();
  });
  for (const { text, label, path } of emotes) {
    const button = make("button", "tool");
    button.type = "button";
    button.dataset["emote"] = text;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
    button.addEventListener("click", () => actions.emote(text));
    row.append(button);
  }
}

function showLeft(): void {
  const chars = [...input.value].length;
  left.hidden = chars < warnChars;
  left.textContent = String(maxChars - chars);
  left.classList.toggle("over", chars > maxChars);
}
