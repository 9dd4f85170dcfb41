/** The card of the radio: what is on air on the master session, and how many listen. Asked now and then while it is seen. */
import { find, setText } from "../shared/dom.ts";

const everyMs = 5000;

type OnAir = { track: { title: string; artist: string }; listeners: number };

const onAir = find("on-air", HTMLParagraphElement);
const listening = find("listening", HTMLParagraphElement);

export function watchRadio(): void {
  const ask = async () => {
    if (document.hidden) return;
    const response = await fetch("/api/session/master", { signal: AbortSignal.timeout(everyMs) });
    if (response.ok) show((await response.json()) as OnAir);
  };
  const askQuietly = () => void ask().catch(() => {}); // the next answer may come
  askQuietly();
  setInterval(askQuietly, everyMs);
  document.addEventListener("visibilitychange", askQuietly);
}

function show({ track, listeners }: OnAir): void {
  setText(onAir, `On air: ${track.title}${track.artist ? `, ${track.artist}` : ""}`);
  setText(listening, listeners === 0 ? "nobody listens" : `${listeners} listening`);
}
