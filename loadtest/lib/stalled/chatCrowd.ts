/** People in one chat, some of whom say the longest lines that there are. Whoever stops reading says nothing. */
import { type ChatBench, Chatter } from "../chatter.ts";
import { now } from "../clock.ts";
import { gauge, limitOf } from "../gauge.ts";
import { createHistogram, record } from "../histogram.ts";
import { inTurn } from "../inTurn.ts";
import { becomeGuest } from "../lightClient.ts";
import { Pacer } from "../pacer.ts";
import { createTally } from "../tally.ts";
import type { Target } from "../target.ts";
import type { Crowd } from "./crowd.ts";
import { enterDeaf } from "./deaf.ts";

const instance = "stalled";
const linesPerSecond = 20;
const writers = 20;
/** Together with what the load generator puts before it, 512 characters: the most that a line may have. */
const more = ` ${"and so on ".repeat(47)}`;

export function chatCrowd(target: Target, { people, ramp }: { people: number; ramp: number }): Crowd {
  const sentAt = new Map<number, number>();
  const refused: string[] = [];
  let seen = createHistogram();
  let loadOf = gauge();
  let lines = 0;
  const bench: ChatBench = {
    tally: createTally(),
    more,
    onLine: (n) => record(seen, now() - sentAt.get(n)!),
    onStored() {},
    onRefused: (_, reason) => refused.push(`a line was refused: ${JSON.stringify(reason)}`),
  };
  let chatters: Chatter[] = [];
  const talk = new Pacer(Math.min(writers, people), linesPerSecond / Math.min(writers, people), (writer) => {
    sentAt.set(lines, now());
    chatters[writer]!.say(lines++);
  });
  return {
    times: "from saying to seeing",
    async begin() {
      const enter = async () => Chatter.join(target.url, instance, await becomeGuest(target.url), bench);
      chatters = await inTurn(people, enter, (ramp || people / 100) * 1000);
      talk.start();
    },
    async measure() {
      seen = createHistogram();
      loadOf = gauge();
    },
    async result() {
      const lost = [...chatters.flatMap(({ lost: why }) => why ?? []), ...refused];
      return { times: seen, lost, limit: limitOf(loadOf()) };
    },
    enter: () => enterDeaf(target.url, "chat", { instance }),
    async leave() {
      talk.stop();
      await Promise.all(chatters.map((chatter) => chatter.leave()));
    },
  };
}
