/** What the player uses of a browser: an <audio> and an EventSource; both are missing in Node, and made up in tests. */

/** What is used of an `HTMLAudioElement`. */
export interface Sound {
  src: string;
  readonly currentTime: number;
  readonly paused: boolean;
  readonly ended: boolean;
  playbackRate: number;
  volume: number;
  play(): Promise<void>;
  pause(): void;
  load(): void;
  removeAttribute(name: string): void;
  addEventListener(type: SoundEvent, listener: () => void): void;
}
export type SoundEvent = (typeof soundSigns)[number] | "timeupdate" | "playing" | "pause";

/** What is used of an `EventSource`. */
export interface EventsLink {
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onerror: (() => void) | null;
  close(): void;
}

/** Events of an <audio> that are signs of life or death. */
export const soundSigns = ["waiting", "stalled", "progress", "ended", "error"] as const;

export function makeSound(): Sound | undefined {
  return typeof Audio === "undefined" ? undefined : new Audio();
}

export const hasEvents = typeof EventSource !== "undefined";

export function openEvents(url: string): EventsLink {
  const source = new EventSource(url);
  const link: EventsLink = { onopen: null, onmessage: null, onerror: null, close: () => source.close() };
  source.onopen = () => link.onopen?.();
  source.onmessage = (event: MessageEvent<string>) => link.onmessage?.(event);
  source.onerror = () => link.onerror?.();
  return link;
}
