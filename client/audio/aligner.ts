/** Keeps one listener where all aligned ones are: measures how far behind it is, and corrects it by align.ts. */
import { frameMs } from "../../schema/mp3Frames.ts";
import { correctionFor, learnShift, ServerTime } from "./align.ts";
import type { Player } from "./player.ts";

const measureMs = 500;
/** The clock is asked for often at first, then now and then. */
const firstAsksMs = [0, 100, 200, 300, 400, 500, 600, 700];
const askMs = 5000;
/** After a correction: until it shows. */
const settledMs = 1200;
/** Between the first two times of joining anew, and at most: where starting takes too long it is of no use. */
const [rejoinMs, maxRejoinMs] = [4 * settledMs, 300_000];

export class Aligner {
  readonly #player: Player;
  readonly #ask: () => Promise<number>;
  readonly #time = new ServerTime();
  #timers: (ReturnType<typeof setTimeout> | ReturnType<typeof setInterval>)[] = [];
  #nudgeTimer: ReturnType<typeof setTimeout> | undefined;
  #rejoinMs = rejoinMs;
  #settledAt = 0;
  #shiftMs = 0;
  #wasNudged = false;

  /** `ask` gives the server's time in ms since the epoch. */
  constructor(player: Player, ask: () => Promise<number>) {
    this.#player = player;
    this.#ask = ask;
  }

  get isOn(): boolean {
    return this.#timers.length > 0;
  }

  set isOn(isOn: boolean) {
    if (isOn === this.isOn) return;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    clearTimeout(this.#nudgeTimer);
    this.#rejoinMs = rejoinMs;
    this.#player.setRate(1);
    if (!isOn) return;
    const sample = () => void this.#sample().catch(() => {}); // the next one may come
    this.#timers = [
      ...firstAsksMs.map((ms) => setTimeout(sample, ms)),
      setInterval(sample, askMs),
      setInterval(() => this.#correct(performance.now()), measureMs),
    ];
  }

  /** How long ago what is heard was on air; undefined while that is not known. */
  behindMs(now: number): number | undefined {
    const { heardFrame, told } = this.#player;
    const at = this.#time.at(now);
    if (at === undefined || heardFrame === undefined || told.epochMs === undefined) return undefined;
    return at - told.epochMs - heardFrame * frameMs;
  }

  #correct(now: number): void {
    const behindMs = this.behindMs(now);
    if (behindMs === undefined || this.#player.health.sound !== "healthy" || now < this.#settledAt) return;
    if (this.#wasNudged) this.#shiftMs = learnShift(this.#shiftMs, behindMs);
    this.#wasNudged = false;
    const correction = correctionFor(behindMs, this.#shiftMs);
    switch (correction.type) {
      case "none":
        this.#rejoinMs = rejoinMs;
        break;
      case "nudge":
        this.#settledAt = now + correction.ms + settledMs;
        this.#wasNudged = true;
        this.#player.setRate(correction.rate);
        this.#nudgeTimer = setTimeout(() => this.#player.setRate(1), correction.ms);
        break;
      case "hold":
        this.#settledAt = now + correction.ms + settledMs;
        this.#player.hold(correction.ms);
        break;
      case "rejoin":
        this.#settledAt = now + this.#rejoinMs;
        this.#rejoinMs = Math.min(2 * this.#rejoinMs, maxRejoinMs);
        this.#player.rejoin();
        break;
      default:
        correction satisfies never;
    }
  }

  async #sample(): Promise<void> {
    const sentAt = performance.now();
    const at = await this.#ask();
    this.#time.sample(sentAt, at, performance.now());
  }
}
