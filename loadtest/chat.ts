/**
 * Load on one chat: people who are online, some of whom write. Reports how long a line takes from being said to being seen
 * by each, and whether everyone got every line once, in one order. `--baseline fanout` puts the same lines on a bare `ws`.
 */
import { chatFigures, chatReport } from "./lib/chatReport.ts";
import { runChat } from "./lib/chatRun.ts";
import { choice, number, text, whole } from "./lib/options.ts";
import type { Scenario } from "./lib/scenario.ts";
import { runningServer, startFanout, startHereabouts } from "./lib/target.ts";

const ownOptions = {
  rate: number(20, 0, 10_000, "1/s", "lines a second, of all writers together"),
  writers: whole(20, 1, 8000, "people", "how many of them write"),
  churn: whole(0, 0, 1000, "1/s", "people who join each second, and as many who leave"),
  warmup: number(1, 0, 600, "s", "how long lines are said before it is measured"),
  instructions: number(
    0,
    0,
    600,
    "s",
    "count the server's instructions and cycles for so long afterwards, by perf; 0: do not",
  ),
  instance: text("name", "the chat", "load"),
  baseline: choice(["fanout"], "the same lines on a bare fan-out over ws, for comparison"),
  lineBytes: whole(140, 64, 16_000, "bytes", "size of a line on the baseline"),
};

export const chat: Scenario<typeof ownOptions> = {
  summary: "people who are online in one chat, some of whom write",
  options: ownOptions,
  figures: chatFigures,
  async run(options, run) {
    const core = options.serverCore < 0 ? undefined : options.serverCore;
    const { url, baseline, lineBytes, people } = options;
    const target = await (baseline ? startFanout(core) : url ? runningServer(url) : startHereabouts(core));
    try {
      const writers = Math.min(options.writers, people);
      const measured = await runChat(target, { ...options, writers, fanoutBytes: baseline ? lineBytes : 0 }, run);
      return chatReport(options, measured);
    } finally {
      await target.stop();
    }
  },
};
