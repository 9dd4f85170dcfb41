/**
 * Load on audio sessions: people who listen, each with events and stream. Reports how soon sound begins, what it costs,
 * and whether all listeners of a session got the same frames without a pause. `--baseline icecast` is one stream there.
 */

import { audioFigures, audioReport } from "./lib/audioReport.ts";
import { runAudio } from "./lib/audioRun.ts";
import { startIcecast } from "./lib/icecast.ts";
import { choice, number, type Values, whole } from "./lib/options.ts";
import {
  type commonOptions,
  coreOf,
  instructionsOption,
  type Report,
  type Run,
  type Scenario,
} from "./lib/scenario.ts";
import { processesOption, startServer } from "./lib/startServer.ts";
import { makeStations, musicOf } from "./lib/stations.ts";
import type { Target } from "./lib/target.ts";

const ownOptions = {
  sessions: whole(0, 0, 8000, "sessions", "named sessions made for the test, heard in turn; 0: all hear the master"),
  think: number(0, 0, 3600, "s", "mean time that one hears a session before the next one, random; 0: all stay"),
  warmup: number(5, 0, 600, "s", "how long to wait before anyone listens"),
  events: choice(["off"], "listen without events, and so without comparing what listeners get"),
  instructions: instructionsOption,
  processes: processesOption,
  baseline: choice(["icecast"], "the same number of listeners on Icecast, for comparison"),
};

type AudioOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

export const audio: Scenario<typeof ownOptions> = {
  summary: "people who listen to audio sessions",
  times: "To the first byte of sound",
  options: ownOptions,
  figures: audioFigures,
  absent: { sdk: "its player needs a browser's <audio>; listeners ask the server for what that asks for" },
  async run(options, run) {
    const icecast = options.baseline ? await startIcecast(coreOf(options)) : undefined;
    const target = icecast ?? (await startServer(options, { withAudio: true }));
    try {
      if (!options.baseline && !options.url) await musicOf(target, run);
      if (!icecast) return await loadAudio(target, options, run);
      const station = { session: "icecast", stream: icecast.stream, events: undefined };
      return audioReport(options, await runAudio(target, [station], options, run));
    } finally {
      await target.stop();
    }
  },
};

/** On a server that has its music. */
export async function loadAudio(target: Target, options: AudioOptions, run: Run): Promise<Report> {
  const stations = await makeStations(target, options.sessions, options.events !== "off");
  return audioReport(options, await runAudio(target, stations, options, run));
}
