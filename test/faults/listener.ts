/**
 * One who listens to audio as a player does: asks for a session once, then has its sound and its events, bound to each
 * other by a token, and begins anew with the same session when either ends.
 */
import { type ClientRequest, get } from "node:http";
import { now, pause } from "../../loadtest/lib/clock.ts";
import type { AudioEvent, SessionInfo } from "../../schema/audio.ts";
import type { Recorder } from "./recorder.ts";

const againMs = 400;
/** Sound comes each second, events at least each 5 s. */
const silentMs = { sound: 4000, events: 7000 };

export class Listener {
  readonly #url: string;
  readonly #name: string;
  readonly #recorder: Recorder;
  #session: string | undefined;
  #turn = 0;
  #requests: ClientRequest[] = [];
  #soundAt = Number.NEGATIVE_INFINITY;
  #eventsAt = Number.NEGATIVE_INFINITY;
  #isBound = false;
  #isOver = false;

  constructor(url: string, name: string, recorder: Recorder) {
    this.#url = url;
    this.#name = name;
    this.#recorder = recorder;
    void this.#live();
  }

  /** What is missing, if anything is. */
  get busy(): string | undefined {
    const at = now();
    if (at - this.#soundAt > silentMs.sound) return `${this.#name} hears nothing`;
    if (at - this.#eventsAt > silentMs.events) return `${this.#name} is told nothing`;
    return this.#isBound ? undefined : `${this.#name} is not told where its sound began`;
  }

  close(): void {
    this.#isOver = true;
    this.#end();
  }

  async #live(): Promise<void> {
    while (!this.#isOver) {
      try {
        this.#session = await this.#ask();
        await this.#listen(this.#session);
      } catch (error) {
        this.#recorder.note(`${this.#name}: ${error}`);
      }
      this.#end();
      await pause(againMs);
    }
  }

  /** The same session if it lives, else what the server says. */
  async #ask(): Promise<string> {
    const ask = (path: string) => fetch(`${this.#url}/api/session/${path}`, { signal: AbortSignal.timeout(10_000) });
    let answer = await ask(this.#session ?? "info");
    if (answer.status === 404) {
      this.#recorder.note(`${this.#name}: ${this.#session} is not found`);
      answer = await ask("info");
    }
    if (!answer.ok) throw new Error(`session info answered ${answer.status}`);
    return ((await answer.json()) as SessionInfo).sessionId;
  }

  /** Resolves when sound or events end or fall silent. */
  async #listen(session: string): Promise<void> {
    const turn = ++this.#turn;
    const token = `${this.#name}-${turn}`;
    const hear = (of: "sound" | "events", id: string) =>
      this.#recorder.heard.push({ listener: this.#name, turn, of, id, at: now() });
    this.#isBound = false;
    const ended = Promise.withResolvers<string>();
    let text = "";
    this.#open(`/events/${session}?listener=${token}`, ended, (bytes) => {
      this.#eventsAt = now();
      const lines = (text + bytes.toString()).split("\n");
      text = lines.pop()!;
      for (const line of lines.filter((one) => one.startsWith("data:"))) {
        const event = JSON.parse(line.slice("data:".length)) as AudioEvent;
        if (event.type === "connected") hear("events", event.sessionId);
        else if (event.type === "joined" && event.listener === token) this.#isBound = true;
        else if (event.type === "ended" || event.type === "error") ended.resolve(JSON.stringify(event));
      }
    });
    this.#open(`/stream/${session}?listener=${token}`, ended, () => {
      if (now() - this.#soundAt > silentMs.sound) hear("sound", session);
      this.#soundAt = now();
    });
    const from = now();
    const silent = setInterval(() => {
      const at = now();
      if (at - Math.max(from, this.#soundAt) > silentMs.sound) ended.resolve("no sound");
      if (at - Math.max(from, this.#eventsAt) > silentMs.events) ended.resolve("no events");
    }, 500);
    this.#recorder.note(`${this.#name} begins anew: ${await ended.promise}`);
    clearInterval(silent);
  }

  #open(path: string, ended: PromiseWithResolvers<string>, onBytes: (bytes: Buffer) => void): void {
    const end = (why: string) => ended.resolve(`${path.split("/")[1]} ${why}`);
    const request = get(this.#url + path, { agent: false }, (answer) => {
      if (answer.statusCode !== 200) return end(`answered ${answer.statusCode}`);
      answer.on("data", onBytes);
      answer.on("error", () => {});
      answer.on("close", () => end("ended"));
    });
    request.on("error", (error) => end(error.message));
    this.#requests.push(request);
  }

  #end(): void {
    for (const request of this.#requests.splice(0)) request.destroy();
  }
}
