/**
 * Load on presence alone: many people online in one chat, while some come and go and now and then one says something.
 * Reports what being online costs in memory and bytes, how fast people can join, and whether rosters are exact.
 */
import { chatFigures, chatReport } from "./lib/chatReport.ts";
import { runChat } from "./lib/chatRun.ts";
import { number, text, whole } from "./lib/options.ts";
import type { Scenario } from "./lib/scenario.ts";
import { runningServer, startHereabouts } from "./lib/target.ts";

const ownOptions = {
  churn: whole(10, 0, 1000, "1/s", "people who join each second, and as many who leave"),
  rate: number(0, 0, 100, "1/s", "lines a second, to see how long a broadcast takes"),
  instance: text("name", "the chat", "load"),
};

export const presence: Scenario<typeof ownOptions> = {
  summary: "people who are online, come and go",
  options: ownOptions,
  figures: chatFigures,
  async run(options, run) {
    const core = options.serverCore < 0 ? undefined : options.serverCore;
    const target = await (options.url ? runningServer(options.url) : startHereabouts(core));
    try {
      return chatReport(options, await runChat(target, { ...options, writers: 1, fanoutBytes: 0 }, run));
    } finally {
      await target.stop();
    }
  },
};
