/**
 * What is heard: its title and how far it is, as it sounds in this listener's own buffer; the button to listen, the volume,
 * and how well it goes. Titles are told to screen readers and to the system's own media controls.
 */
import type { AudioPlayer, Heard } from "hereabouts/client";
import { announce } from "../shared/announcer.ts";
import { find, setText } from "../shared/dom.ts";
import { read, write } from "../shared/storage.ts";
import { clockText, healthText, nextText, stateText } from "./wording.ts";

const renewMs = 250;
const volumeKey = "hereabouts-volume";

const play = find("play", HTMLButtonElement);
const playLabel = find("play-label", HTMLSpanElement);
const state = find("state", HTMLParagraphElement);
const track = find("track", HTMLHeadingElement);
const artist = find("artist", HTMLParagraphElement);
const progress = find("progress", HTMLDivElement);
const bar = progress.firstElementChild as HTMLElement;
const position = find("position", HTMLSpanElement);
const duration = find("duration", HTMLSpanElement);
const next = find("next", HTMLParagraphElement);
const health = find("health", HTMLParagraphElement);
const healthNote = find("health-text", HTMLSpanElement);
const volume = find("volume", HTMLInputElement);
const aligned = find("aligned", HTMLInputElement);

export function initNow(audio: AudioPlayer, fail: (error: unknown) => void): void {
  const toggle = () => {
    if (isOn(audio)) audio.pause();
    else audio.play().catch(fail);
  };
  play.disabled = false;
  play.addEventListener("click", toggle);
  addEventListener("keydown", (event) => {
    const isElsewhere = event.target instanceof HTMLElement && event.target.closest("button, input, a");
    if (event.key !== " " || isElsewhere || event.repeat) return;
    event.preventDefault();
    toggle();
  });
  volume.value = read(volumeKey) ?? "1";
  const setVolume = () => {
    audio.volume = volume.valueAsNumber;
    write(volumeKey, volume.value);
  };
  setVolume();
  volume.addEventListener("input", setVolume);
  aligned.addEventListener("change", () => {
    audio.aligned = aligned.checked;
  });
  audio.on("heard", (heard) => {
    show(audio);
    tellSystem(heard);
  });
  for (const event of ["playback", "health"] as const) audio.on(event, () => show(audio));
  initMediaKeys(audio, fail);
  show(audio);
  setInterval(() => show(audio), renewMs);
}

const isOn = ({ playback }: AudioPlayer) => ["starting", "playing", "recovering"].includes(playback);

function show(audio: AudioPlayer): void {
  const { heard, playback } = audio;
  play.dataset["on"] = String(isOn(audio));
  setText(playLabel, isOn(audio) ? "Pause" : "Listen");
  play.setAttribute("aria-label", isOn(audio) ? "Pause" : "Listen");
  setText(state, stateText(playback));
  health.dataset["sound"] = audio.health.sound;
  setText(healthNote, healthText(audio.health, playback));
  if (heard) showTrack(heard);
}

let told = "";

function showTrack(heard: Heard): void {
  const { id, title, artist: by, album, durationMs } = heard.track;
  const positionMs = Math.min(heard.positionMs, durationMs);
  setText(track, title);
  setText(artist, [by, album].filter(Boolean).join(" · "));
  setText(position, clockText(positionMs));
  setText(duration, clockText(durationMs));
  setText(next, nextText(heard));
  bar.style.setProperty("--heard", String(durationMs > 0 ? positionMs / durationMs : 0));
  progress.setAttribute("aria-valuemax", String(Math.round(durationMs / 1000)));
  progress.setAttribute("aria-valuenow", String(Math.round(positionMs / 1000)));
  progress.setAttribute("aria-valuetext", `${clockText(positionMs)} of ${clockText(durationMs)}`);
  if (told !== id) announce.note(`${title}${by ? ` by ${by}` : ""}`);
  told = id;
}

function tellSystem({ track: { title, artist, album } }: Heard): void {
  if ("mediaSession" in navigator) navigator.mediaSession.metadata = new MediaMetadata({ title, artist, album });
}

function initMediaKeys(audio: AudioPlayer, fail: (error: unknown) => void): void {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.setActionHandler("play", () => void audio.play().catch(fail));
  navigator.mediaSession.setActionHandler("pause", () => audio.pause());
  navigator.mediaSession.setActionHandler("nexttrack", () => void audio.next().catch(fail));
}
