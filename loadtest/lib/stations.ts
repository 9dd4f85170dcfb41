/** Audio sessions to listen to: waits until a server has music, and makes sessions for a test. */
import { now, pause } from "./clock.ts";
import { inTurn } from "./inTurn.ts";
import type { Station } from "./listener.ts";
import { metric } from "./prometheus.ts";
import type { Run } from "./scenario.ts";
import type { Target } from "./target.ts";
import { UsageError } from "./usage.ts";

const builtInTracks = 8;
const musicMs = 120_000;

/** Waits for the built-in set, which a server makes at its first start. */
export async function musicOf({ url }: Target, { progress, signal }: Pick<Run, "progress" | "signal">): Promise<void> {
  progress("waiting for the music to be made");
  for (const deadline = now() + musicMs; !signal.aborted; await pause(500, signal)) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if ((metric(text, "hereabouts_audio_tracks") ?? 0) >= builtInTracks) return;
    if (now() > deadline) throw new UsageError("The built-in music was not made in time.");
  }
}

/** So many named sessions, or the master if that is 0. */
export async function makeStations({ url }: Target, sessions: number, withEvents: boolean): Promise<Station[]> {
  const station = (session: string): Station => ({
    session,
    stream: `${url}/stream/${session}`,
    events: withEvents ? `${url}/events/${session}` : undefined,
  });
  if (sessions === 0) {
    const { sessionId } = await ask<{ sessionId: string }>(`${url}/api/session/info`);
    return [station(sessionId)];
  }
  return inTurn(sessions, async (i) => {
    const body = JSON.stringify({ sessionName: `load-${i}` });
    const headers = { "content-type": "application/json" };
    const made = await ask<{ sessionId: string }>(`${url}/api/session/create`, { method: "POST", body, headers });
    return station(made.sessionId);
  });
}

async function ask<T>(url: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new UsageError(`${url} answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
  return (await answer.json()) as T;
}
