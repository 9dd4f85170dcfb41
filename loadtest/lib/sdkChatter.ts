/** Someone in a chat with the SDK, as a page has it: says numbered lines, and notes when each line of anyone was shown. */
import type { Chat, Hereabouts } from "../../client/index.ts";
import { type ChatBench, lineOf, numberIn } from "./chatter.ts";
import type { Guest } from "./lightClient.ts";
import { comeWithSdk } from "./sdkPerson.ts";

export class SdkChatter {
  /** Numbers of the lines that came, in the order in which they came. */
  readonly heard: number[] = [];
  readonly #here: Hereabouts;
  readonly #chat: Chat;
  readonly #bench: ChatBench;
  #isLeaving = false;
  lost: string | undefined;

  private constructor(here: Hereabouts, chat: Chat, bench: ChatBench) {
    this.#here = here;
    this.#chat = chat;
    this.#bench = bench;
    chat.on("connection", ({ state }) => {
      if (!this.#isLeaving && state !== "open") this.lost ??= `the SDK's connection was ${state}`;
    });
    chat.on("say", ({ line, missed }) => {
      const n = numberIn(line.text);
      if (missed || n === undefined) return;
      this.heard.push(n);
      bench.onLine(n);
    });
  }

  static async join(url: string, instance: string, guest: Guest, bench: ChatBench): Promise<SdkChatter> {
    const here = await comeWithSdk(url, guest, bench);
    return new SdkChatter(here, await here.chat(instance), bench);
  }

  say(n: number): void {
    const { more = "", onStored, onRefused } = this.#bench;
    this.#chat.say(lineOf(n) + more).then(
      ({ seq }) => onStored(n, seq),
      (error: unknown) => onRefused(n, error),
    );
  }

  roster(): { listed: Set<string>; online: number } {
    return { listed: new Set(this.#chat.people.keys()), online: this.#chat.counts.online };
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#here.close();
  }
}
