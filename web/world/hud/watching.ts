/**
 * That another tab of oneself plays, and taking over from it.
 */
import { find } from "../../shared/dom.ts";

const watching = find("watching", HTMLElement);
const playButton = find("play", HTMLButtonElement);

export function initWatching(play: () => void): void {
  playButton.addEventListener("click", play);
}

export function showWatching(isWatching: boolean): void {
  watching.hidden = !isWatching;
}
