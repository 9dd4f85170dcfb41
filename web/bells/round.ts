/** Which beat it is, by the server's clock: it is asked some times, and the answer that came fastest says best. Pure. */
import { beatMs, beats } from "../../schema/bells.ts";

export type Sample = { sentAt: number; answeredAt: number; serverNow: number };

/** What to add to one's own clock for the server's, in ms. */
export function offsetOf(samples: readonly Sample[]): number {
  const [best] = [...samples].sort((a, b) => a.answeredAt - a.sentAt - (b.answeredAt - b.sentAt));
  return best ? best.serverNow - (best.sentAt + best.answeredAt) / 2 : 0;
}

/** The beats that begin from `from` until `to`, in ms of the server: which of the round, and when. */
export function beatsBetween(from: number, to: number): { beat: number; at: number }[] {
  const found: { beat: number; at: number }[] = [];
  for (let number = Math.ceil(from / beatMs); number * beatMs < to; number++) {
    found.push({ beat: number % beats, at: number * beatMs });
  }
  return found;
}

export const beatAt = (now: number): number => Math.floor(now / beatMs) % beats;
