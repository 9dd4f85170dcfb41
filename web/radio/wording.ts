/** What the radio page says about times, listeners and health. Pure. */
import type { AudioPlayer, Direction, Heard } from "hereabouts/client";

export const directionNames: Record<Direction, string> = {
  slower: "Slower",
  faster: "Faster",
  darker: "Darker",
  brighter: "Brighter",
  calmer: "Calmer",
  more_energy: "More energy",
  similar: "Similar",
  surprise: "Surprise",
};

/** 3:07 */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function audienceText(listeners: number, followers: number): string {
  const all = `${listeners} ${listeners === 1 ? "listener" : "listeners"}`;
  return followers > 0 ? `${all}, ${followers} following` : all;
}

export function stateText(playback: AudioPlayer["playback"]): string {
  switch (playback) {
    case "paused":
      return "On air";
    case "starting":
      return "Tuning in…";
    case "playing":
      return "You hear";
    case "blocked":
      return "On air. Your browser wants a click first.";
    case "recovering":
      return "Bringing it back…";
    case "ended":
      return "This session has ended";
    default:
      return playback satisfies never;
  }
}

/** Sound and what is told, in one line. */
export function healthText({ sound, events }: AudioPlayer["health"], playback: AudioPlayer["playback"]): string {
  if (playback === "recovering") return "sound lost, starting anew";
  const told = events === "lost" ? ", titles reconnecting" : "";
  const heard = {
    off: "silent",
    starting: "starting",
    healthy: "sound is well",
    unhealthy: "buffering",
    struggling: "struggling: nothing for 8 s",
    dead: "sound lost",
  } as const;
  return heard[sound] + told;
}

export function nextText({ next, nextInMs }: Heard): string {
  if (!next) return "Then: still being chosen";
  const when = nextInMs === undefined ? "" : ` in ${clockText(nextInMs)}`;
  return `Then${when}: ${next.title}${next.artist ? `, ${next.artist}` : ""}`;
}
