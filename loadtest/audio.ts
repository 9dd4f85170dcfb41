/**
 * Load on audio sessions: people who listen, each with events and stream. Reports how soon sound begins, what it costs,
 * and whether all listeners of a session got the same frames without a pause. `--baseline icecast` is one stream there.
 */

import { audioFigures, audioReport } from "./lib/audioReport.ts";
import { runAudio } from "./lib/audioRun.ts";
import { now, pause } from "./lib/clock.ts";
import { startIcecast } from "./lib/icecast.ts";
import { inTurn } from "./lib/inTurn.ts";
import type { Station } from "./lib/listener.ts";
import { choice, number, whole } from "./lib/options.ts";
import { metric } from "./lib/prometheus.ts";
import type { Run, Scenario } from "./lib/scenario.ts";
import { runningServer, startHereabouts, type Target } from "./lib/target.ts";
import { UsageError } from "./lib/usage.ts";

const builtInTracks = 8;
const musicMs = 120_000;

const ownOptions = {
  sessions: whole(0, 0, 8000, "sessions", "named sessions made for the test, heard in turn; 0: all hear the master"),
  warmup: number(5, 0, 600, "s", "how long to wait before anyone listens"),
  events: choice(["off"], "listen without events, and so without comparing what listeners get"),
  instructions: number(
    0,
    0,
    600,
    "s",
    "count the server's instructions and cycles for so long afterwards, by perf; 0: do not",
  ),
  baseline: choice(["icecast"], "the same number of listeners on Icecast, for comparison"),
};

export const audio: Scenario<typeof ownOptions> = {
  summary: "people who listen to audio sessions",
  options: ownOptions,
  figures: audioFigures,
  async run(options, run) {
    const core = options.serverCore < 0 ? undefined : options.serverCore;
    const icecast = options.baseline ? await startIcecast(core) : undefined;
    const target =
      icecast ?? (await (options.url ? runningServer(options.url) : startHereabouts(core, { withAudio: true })));
    try {
      if (!options.baseline && !options.url) await musicOf(target, run);
      const stations = icecast
        ? [{ session: "icecast", stream: icecast.stream, events: undefined }]
        : await makeStations(target, options.sessions, options.events !== "off");
      return audioReport(options, await runAudio(target, stations, options, run));
    } finally {
      await target.stop();
    }
  },
};

/** Waits for the built-in set, which a server makes at its first start. */
async function musicOf({ url }: Target, { progress, signal }: Run): Promise<void> {
  progress("waiting for the music to be made");
  for (const deadline = now() + musicMs; !signal.aborted; await pause(500, signal)) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if ((metric(text, "hereabouts_audio_tracks") ?? 0) >= builtInTracks) return;
    if (now() > deadline) throw new UsageError("The built-in music was not made in time.");
  }
}

async function makeStations({ url }: Target, sessions: number, withEvents: boolean): Promise<Station[]> {
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
