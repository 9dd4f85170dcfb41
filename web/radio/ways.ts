/** The eight directions and the way to the next track; disabled and said to be read-only for who follows. */
import type { AudioPlayer, Direction } from "hereabouts/client";
import { find, make } from "../shared/dom.ts";
import { directionNames } from "./wording.ts";

const group = find("directions", HTMLFieldSetElement);
const skip = find("skip", HTMLButtonElement);
const readOnly = find("read-only", HTMLParagraphElement);

export function initWays(audio: AudioPlayer, fail: (error: unknown) => void): void {
  for (const [direction, name] of Object.entries(directionNames) as [Direction, string][]) {
    const button = make("button", "way", name);
    button.type = "button";
    button.dataset["direction"] = direction;
    button.addEventListener("click", () => void audio.direction(direction).catch(fail));
    group.append(button);
  }
  skip.addEventListener("click", () => void audio.next().catch(fail));
  audio.on("heard", () => showWays(audio));
  audio.on("session", () => showWays(audio));
  showWays(audio);
}

function showWays({ session, heard, playback }: AudioPlayer): void {
  const isOpen = session.allowCommands && playback !== "ended";
  readOnly.hidden = session.allowCommands;
  skip.disabled = !isOpen;
  for (const button of group.querySelectorAll<HTMLButtonElement>(".way")) {
    button.disabled = !isOpen;
    button.setAttribute("aria-pressed", String(button.dataset["direction"] === heard?.direction));
  }
}
