/**
 * Load on one chat: people who are online, some of whom write. Reports how long a line takes from being said to being seen
 * by each, and whether everyone got every line once, in one order. `--baseline fanout` puts the same lines on a bare `ws`.
 */
import { chatFigures, chatReport } from "./lib/chatReport.ts";
import { runChat } from "./lib/chatRun.ts";
import { choice, number, type Values, whole } from "./lib/options.ts";
import {
  type commonOptions,
  coreOf,
  instanceOption,
  instructionsOption,
  mustSuitSdk,
  type Report,
  type Run,
  type Scenario,
  sdkOption,
  warmupOption,
} from "./lib/scenario.ts";
import { processesOption, startServer } from "./lib/startServer.ts";
import { startBaseline, type Target } from "./lib/target.ts";
import { weatherOption } from "./lib/weatherOption.ts";

const ownOptions = {
  rate: number(20, 0, 10_000, "1/s", "lines a second, of all writers together"),
  writers: whole(20, 1, 8000, "people", "how many of them write"),
  think: number(0, 0, 3600, "s", "mean time between two lines of a writer, random, instead of --rate; 0: in turn"),
  churn: whole(0, 0, 1000, "1/s", "people who join each second, and as many who leave"),
  warmup: warmupOption,
  instructions: instructionsOption,
  sdk: sdkOption,
  instance: instanceOption,
  processes: processesOption,
  weather: weatherOption,
  baseline: choice(["fanout"], "the same lines on a bare fan-out over ws, for comparison"),
  lineBytes: whole(140, 64, 16_000, "bytes", "size of a line on the baseline"),
};

type ChatOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

export const chat: Scenario<typeof ownOptions> = {
  summary: "people who are online in one chat, some of whom write",
  times: "From saying to seeing",
  options: ownOptions,
  figures: chatFigures,
  async run(options, run) {
    mustSuitSdk(options);
    const target = await (options.baseline ? startBaseline("fanout", coreOf(options)) : startServer(options));
    try {
      return await loadChat(target, options, run);
    } finally {
      await target.stop();
    }
  },
};

export async function loadChat(target: Target, options: ChatOptions, run: Run): Promise<Report> {
  const { baseline, lineBytes, people } = options;
  const writers = Math.min(options.writers, people);
  return chatReport(
    options,
    await runChat(
      target,
      { ...options, writers, thinkWriting: options.think, fanoutBytes: baseline ? lineBytes : 0 },
      run,
    ),
  );
}
