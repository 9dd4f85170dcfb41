/**
 * One listener: owns an <audio> and an EventSource, both bound to one session by its id and to each other by a token that
 * is used for one stream only. Acts on what health.ts judges. Where there is no <audio> it is tuned and told, and silent.
 *
 * Pausing gives the stream back: it costs nobody anything, and `play` comes back to what is on air.
 */
import type { AudioEvent } from "../../schema/audio.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { frameMs } from "../../schema/mp3Frames.ts";
import { randomId } from "../randomId.ts";
import { type EventsLink, type Sound, soundSigns } from "./browser.ts";
import { type Establisher, isGone } from "./establish.ts";
import { atRest, checkMs, type Health, next, reconnectMs, type Sign } from "./health.ts";
import { Hearing } from "./hearing.ts";
import { Link } from "./link.ts";
import { Told } from "./told.ts";
import type { AudioEvents, AudioSession, EndReason, Heard, Playback } from "./types.ts";

export interface PlayerOptions {
  establisher: Establisher;
  streamUrl(session: string, listener: string): string;
  eventsUrl(session: string, listener: string): string;
  sound: Sound | undefined;
  openEvents: ((url: string) => EventsLink) | undefined;
  emit<E extends keyof AudioEvents>(event: E, data: AudioEvents[E]): void;
}

/** Before the first, the second, ... restart of those that follow each other. */
const restartMs = [0, 1000, 2000, 4000, 8000];
/** Sound that held for so long was well. */
const heldMs = 30_000;

export class Player {
  readonly told = new Told();
  readonly #options: PlayerOptions;
  #session: AudioSession | undefined;
  #playback: Playback = "paused";
  #health: Health = atRest;
  #link = this.#newLink(randomId());
  /** The first frame of the stream that plays. */
  #joined: number | undefined;
  #isWanted = false;
  #isHeld = false;
  #isClosed = false;
  /** Count the questions which session to tune to, and the sessions begun: an answer to an earlier one counts no more. */
  #asked = 0;
  #turn = 0;
  #restarts = 0;
  #restartedAt = Number.NEGATIVE_INFINITY;
  #lostTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #checkTimer: ReturnType<typeof setInterval>;
  readonly #hearing: Hearing;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#hearing = new Hearing(this.told, {
      frame: () => this.#frame,
      rate: () => options.sound?.playbackRate ?? 1,
      onHeard: (heard) => options.emit("heard", heard),
    });
    this.#checkTimer = setInterval(() => this.#check(), checkMs);
    (this.#checkTimer as { unref?: () => void }).unref?.();
    const { sound } = options;
    for (const type of soundSigns) sound?.addEventListener(type, () => this.#sign({ type }));
    sound?.addEventListener("timeupdate", () => {
      this.#sign({ type: "timeupdate", position: sound.currentTime });
      this.#hearing.look();
    });
    sound?.addEventListener("playing", () => this.#onPlaying());
    sound?.addEventListener("pause", () => {
      const isAsked = this.#health.sound === "off" || this.#isHeld;
      if (!isAsked && sound.paused && !sound.ended) this.pause();
    });
  }

  get session(): AudioSession {
    if (!this.#session) throw new HereaboutsError("CLOSED", "It was not tuned to a session yet.");
    return this.#session;
  }
  get playback(): Playback {
    return this.#playback;
  }
  get health(): AudioEvents["health"] {
    return { sound: this.#health.sound, events: this.#health.events };
  }
  /** The token by which the server knows this listener's stream. */
  get listener(): string {
    return this.#link.token;
  }
  /** Whether its events tell what happens: where they do not, someone else has to. */
  get isTold(): boolean {
    return this.#link.isTold;
  }
  /** The frame that is heard in this listener's own buffer; undefined while nothing is heard. */
  get heardFrame(): number | undefined {
    const { sound } = this.#options;
    if (!sound || this.#joined === undefined || this.#health.sound === "off") return undefined;
    return this.#joined + (sound.currentTime * 1000) / frameMs;
  }
  get heard(): Heard | undefined {
    const frame = this.#frame;
    return frame === undefined ? undefined : this.told.heardAt(frame);
  }
  /** What is heard; where nothing is, what is on air. */
  get #frame(): number | undefined {
    return this.heardFrame ?? this.told.onAir(performance.now());
  }

  /** Tunes to a session; see Establisher. Of several at once the last counts. */
  async tune(wanted?: string): Promise<AudioSession> {
    const asked = ++this.#asked;
    const session = await this.#options.establisher.establish(wanted);
    const isNew = session.id !== this.#session?.id || this.#health.events !== "open";
    if (asked === this.#asked && isNew) {
      this.#turn++;
      this.#enter(session);
    }
    return session;
  }

  play(): Promise<void> {
    if (!this.#options.sound) return Promise.reject(new HereaboutsError("NO_SOUND"));
    if (this.#isClosed) return Promise.reject(new HereaboutsError("CLOSED"));
    if (this.#isWanted) return Promise.resolve();
    this.#isWanted = true;
    return this.#playback === "ended" ? this.#restart() : this.#openSound();
  }

  pause(): void {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.#closeSound();
    this.#setPlayback("paused");
    this.#hearing.look();
  }

  /** Sound waits for `ms`: for those who are ahead of others. */
  hold(ms: number): void {
    const { sound } = this.#options;
    if (!sound || this.#isHeld || this.#health.sound !== "healthy") return;
    this.#isHeld = true;
    sound.pause();
    setTimeout(() => {
      this.#isHeld = false;
      if (this.#health.sound !== "off") sound.play().catch(() => {});
    }, ms);
  }

  /** Plays so much faster than recorded. */
  setRate(rate: number): void {
    if (this.#options.sound && !this.#isHeld) this.#options.sound.playbackRate = rate;
    this.#hearing.look();
  }

  /** Gets the stream anew, of the same session. */
  rejoin(): void {
    if (this.#isWanted) void this.#restart();
  }

  close(): void {
    this.#isClosed = true;
    this.#turn++;
    this.pause();
    this.#closeEvents();
    clearInterval(this.#checkTimer);
    this.#hearing.close();
  }

  /** Takes what was told, by whichever way. */
  take(event: AudioEvent): void {
    this.told.take(event, performance.now());
    switch (event.type) {
      case "connected":
        this.#onConnected(event);
        break;
      case "joined":
        if (event.listener === this.#link.token) this.#onJoined(event.frame);
        break;
      case "track":
      case "heartbeat":
        this.#hearing.look();
        break;
      case "journey":
        this.#options.emit("journey", this.told.journey);
        break;
      case "listeners":
        this.#options.emit("listeners", this.told.counts);
        break;
      case "ended":
        if (event.reason === "closing") this.#onLost();
        else this.#end(event.reason);
        break;
      case "moved":
        this.#onLost();
        break;
      case "error":
        if (event.message === "session_not_found") void this.#restart();
        else this.#onLost();
        break;
      default:
        event satisfies never;
    }
  }

  #enter(session: AudioSession): void {
    if (this.#isClosed) return;
    const isOther = session.id !== this.#session?.id;
    this.#session = session;
    this.#options.establisher.keep(session);
    if (this.#playback === "ended") this.#setPlayback("paused");
    if (isOther) {
      this.told.clear();
      this.#hearing.forget();
    }
    this.#closeSound();
    this.#openEvents(randomId());
    this.#options.emit("session", session);
    if (this.#isWanted) void this.#openSound();
  }

  async #openSound(): Promise<void> {
    const sound = this.#options.sound!;
    if (this.#link.isUsed) this.#openEvents(randomId());
    const link = this.#link;
    link.isUsed = true;
    this.#joined = undefined;
    sound.src = this.#options.streamUrl(this.session.id, link.token);
    sound.playbackRate = 1;
    this.#sign({ type: "start" });
    this.#setPlayback("starting");
    try {
      await sound.play();
    } catch (error) {
      if (link !== this.#link || !this.#isWanted) return;
      const { name } = error as Error;
      if (name === "NotAllowedError") {
        this.pause();
        this.#setPlayback("blocked");
      } else if (name !== "AbortError") this.#sign({ type: "error" });
    }
  }

  #closeSound(): void {
    const { sound } = this.#options;
    this.#joined = undefined;
    if (!sound || this.#health.sound === "off") return;
    this.#sign({ type: "stop" });
    sound.pause();
    sound.removeAttribute("src");
    sound.load();
  }

  #newLink(token: string): Link {
    return new Link(token, {
      open: () => this.#sign({ type: "events", is: "open" }),
      event: (event) => this.take(event),
      lost: () => this.#onLost(),
    });
  }

  #openEvents(token: string): void {
    this.#closeEvents();
    if (token !== this.#link.token) this.#link = this.#newLink(token);
    const { openEvents, eventsUrl } = this.#options;
    if (openEvents) this.#link.open(openEvents(eventsUrl(this.session.id, token)));
  }

  #closeEvents(): void {
    clearTimeout(this.#lostTimer);
    this.#link.close();
    this.#sign({ type: "events", is: "off" });
  }

  /** The events' link is gone: by itself it would come back when the browser likes. */
  #onLost(): void {
    this.#closeEvents();
    this.#sign({ type: "events", is: "lost" });
    this.#lostTimer = setTimeout(() => this.#check(), reconnectMs);
  }

  #onConnected({
    name,
    sessionType,
    followingSession,
    allowCommands,
  }: Extract<AudioEvent, { type: "connected" }>): void {
    const { id, following } = this.session;
    const followed = followingSession === undefined ? undefined : { id: followingSession, name: following?.name ?? "" };
    this.#session = { id, name, type: sessionType, following: followed, allowCommands };
    this.#options.emit("session", this.#session);
    this.#hearing.look();
  }

  /** A browser that lost a stream may fetch it anew by itself: from where on it then plays cannot be known. */
  #onJoined(frame: number): void {
    const isRefetched = this.#joined !== undefined && this.#joined !== frame && this.#options.sound!.currentTime > 0;
    this.#joined = frame;
    if (isRefetched && this.#isWanted) void this.#restart();
    else this.#hearing.look();
  }

  #onPlaying(): void {
    if (this.#health.sound !== "off" && this.#isWanted) this.#setPlayback("playing");
    this.#hearing.look();
  }

  #check(): void {
    this.#sign({ type: "check", position: this.#options.sound?.currentTime ?? 0 });
  }

  #sign(sign: Sign): void {
    const { sound, events } = this.#health;
    const { health, remedy } = next(this.#health, sign, performance.now());
    this.#health = health;
    if (health.sound !== sound || health.events !== events) this.#options.emit("health", this.health);
    if (remedy === "reconnect") this.#openEvents(this.#link.token);
    if (remedy === "restart") void this.#restart();
  }

  /** Begins anew with the session: the same if it lives, else another; then events and sound. Goes on until it is there. */
  async #restart(): Promise<void> {
    const turn = ++this.#turn;
    this.#closeSound();
    this.#closeEvents();
    if (this.#isWanted) this.#setPlayback("recovering");
    if (performance.now() - this.#restartedAt > heldMs) this.#restarts = 0;
    for (;;) {
      const wait = restartMs[Math.min(this.#restarts++, restartMs.length - 1)]!;
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
      if (turn !== this.#turn) return;
      this.#restartedAt = performance.now();
      try {
        const session = await this.#options.establisher.again(this.session.id);
        if (turn === this.#turn) this.#enter(session);
        return;
      } catch (error) {
        if (turn !== this.#turn) return;
        if (error instanceof HereaboutsError && !isGone(error)) this.#options.emit("trouble", error);
      }
    }
  }

  #end(reason: EndReason): void {
    this.#turn++;
    this.#isWanted = false;
    this.#closeSound();
    this.#closeEvents();
    this.#options.establisher.forget();
    this.#setPlayback("ended");
    this.#options.emit("ended", { reason });
  }

  #setPlayback(playback: Playback): void {
    if (this.#playback === playback) return;
    this.#playback = playback;
    this.#options.emit("playback", { playback });
  }
}
