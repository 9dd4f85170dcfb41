/** The streams of a server without audio: there is nothing to play, and nothing that costs anything. */
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Streams } from "./stream.ts";

export const noStreams: Streams = {
  ready: Promise.resolve(),
  open() {
    throw new HereaboutsError("NO_MUSIC", "AUDIO is off.");
  },
  tracks: () => [],
  figures: { streams: 0, rendering: 0, listeners: 0, late: 0, missed: 0, cut: 0, tracks: 0, skipped: 0 },
  close: async () => {},
};
