/**
 * The controls of a replay: play and pause, the scrub bar, speed, time. The scrub bar is the browser's own, so that it takes
 * keys and is read aloud; space, arrows, Home and End mean the same wherever nothing else takes them.
 */
import { find, setText } from "../shared/dom.ts";
import type { Playback } from "./playback.ts";
import { clockOf } from "./wording.ts";

const leapMs = 5000;
const deck = find("deck", HTMLFormElement);
const play = find("play", HTMLButtonElement);
const scrub = find("scrub", HTMLInputElement);
const time = find("time", HTMLOutputElement);
const speed = find("speed", HTMLSelectElement);

export function initDeck(playback: Playback): void {
  scrub.max = String(Math.ceil(playback.durationMs));
  play.addEventListener("click", () => playback.toggle());
  scrub.addEventListener("input", () => playback.seek(scrub.valueAsNumber));
  speed.addEventListener("change", () => {
    playback.speed = Number(speed.value);
  });
  deck.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const leap = leapOf(event.key, playback);
    if (leap !== undefined) playback.seek(leap);
    else if (event.key === " " && !event.repeat) playback.toggle();
    else return;
    event.preventDefault();
  });
}

export function showDeck({ t, durationMs, isPlaying }: Playback): void {
  const isLong = durationMs >= 3_600_000;
  const shown = `${clockOf(t, isLong)} / ${clockOf(durationMs, isLong)}`;
  setText(time, shown);
  scrub.value = String(t);
  scrub.style.setProperty("--part", String(durationMs > 0 ? t / durationMs : 0));
  scrub.setAttribute("aria-valuetext", shown.replace("/", "of"));
  if ((play.dataset["state"] === "playing") === isPlaying) return;
  play.dataset["state"] = isPlaying ? "playing" : "paused";
  play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
}

function leapOf(key: string, { t, durationMs }: Playback): number | undefined {
  if (key === "ArrowLeft") return t - leapMs;
  if (key === "ArrowRight") return t + leapMs;
  if (key === "Home") return 0;
  return key === "End" ? durationMs : undefined;
}

/** What is in focus has a use of its own for the key; the scrub bar's own steps would be of a millisecond. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target === scrub) return false;
  if (target.closest("select, textarea, input")) return true;
  return key === " " && target.closest("button, a, summary") !== null;
}
