/**
 * Load on presence alone: many people online in one chat, while some come and go and now and then one says something.
 * Reports what being online costs in memory and bytes, how fast people can join, and whether rosters are exact.
 */
import { chatFigures, chatReport } from "./lib/chatReport.ts";
import { comersOf, runChat } from "./lib/chatRun.ts";
import { number, type Values, whole } from "./lib/options.ts";
import {
  type commonOptions,
  instanceOption,
  instructionsOption,
  mustSuitSdk,
  type Report,
  type Run,
  type Scenario,
  sdkOption,
} from "./lib/scenario.ts";
import { processesOption, startServer } from "./lib/startServer.ts";
import type { Target } from "./lib/target.ts";
import { UsageError } from "./lib/usage.ts";
import { weatherOption } from "./lib/weatherOption.ts";

const ownOptions = {
  churn: whole(10, 0, 1000, "1/s", "people who join each second, and as many who leave"),
  think: number(0, 0, 3600, "s", "mean time that those stay who come and go, random; 0: they go in turn"),
  rate: number(0, 0, 100, "1/s", "lines a second, to see how long a broadcast takes"),
  sdk: sdkOption,
  instructions: instructionsOption,
  instance: instanceOption,
  processes: processesOption,
  weather: weatherOption,
};

type PresenceOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

export const presence: Scenario<typeof ownOptions> = {
  summary: "people who are online, come and go",
  times: "From saying to seeing",
  options: ownOptions,
  figures: chatFigures,
  async run(options, run) {
    mustSuitSdk(options);
    const comers = comersOf(options.churn, options.think, options.people);
    if (comers >= options.people)
      throw new UsageError(`--churn times --think are ${comers} who come and go: --people must be more.`);
    const target = await startServer(options);
    try {
      return await loadPresence(target, options, run);
    } finally {
      await target.stop();
    }
  },
};

export async function loadPresence(target: Target, options: PresenceOptions, run: Run): Promise<Report> {
  return chatReport(
    options,
    await runChat(target, { ...options, writers: 1, thinkStaying: options.think, fanoutBytes: 0 }, run),
  );
}
