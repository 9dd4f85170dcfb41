/** The journey as map and list: what was heard, by which direction one came there, the way back, and a link to share. */
import type { AudioPlayer, Journey } from "hereabouts/client";
import { find, make } from "../shared/dom.ts";
import { copy } from "./copy.ts";
import { showMap } from "./map.ts";
import { directionNames } from "./wording.ts";

const map = find("map", SVGSVGElement);
const list = find("steps", HTMLOListElement);
const share = find("share", HTMLButtonElement);

export function initJourney(audio: AudioPlayer, fail: (error: unknown) => void): void {
  const show = () => showJourney(audio.journey, audio.session.allowCommands ? back : undefined);
  const back = (step: number) => void audio.back(step).catch(fail);
  audio.on("journey", show);
  audio.on("session", show);
  share.addEventListener("click", () => copy(share, `${location.origin}/radio?journey=${audio.journey.link}`));
  show();
}

function showJourney(journey: Journey, back: ((step: number) => void) | undefined): void {
  share.disabled = journey.link === "";
  showMap(map, journey, back);
  const focused = list.contains(document.activeElement);
  list.replaceChildren(...journey.steps.map((_, i) => stepItem(journey, i, back)).reverse());
  if (focused) list.querySelector("button")?.focus();
}

function stepItem({ steps, at }: Journey, i: number, back: ((step: number) => void) | undefined): HTMLLIElement {
  const { track, direction } = steps[i]!;
  const item = make("li", i === at ? "here" : "");
  item.value = i + 1;
  const words = make("div", "step-words");
  words.append(make("span", "step-title", track.title), make("span", "step-way", wayText(direction)));
  item.append(words);
  if (i === at) item.setAttribute("aria-current", "true");
  else if (back) {
    const button = make("button", "link", "Go back");
    button.type = "button";
    button.setAttribute("aria-label", `Go back to ${track.title}`);
    button.addEventListener("click", () => back(i));
    item.append(button);
  }
  return item;
}

function wayText(direction: Journey["steps"][number]["direction"]): string {
  if (direction === "start") return "the beginning";
  return direction === "chosen" ? "chosen" : directionNames[direction].toLowerCase();
}
