/**
 * Audio in the SDK: the player in this browser, and a seat in the room of the session it is tuned to, through which
 * commands go and by which others see who listens. Where events are missing (in Node) or do not come, the room tells.
 */
import type { Client, Room } from "colyseus.js";
import type { AudioForked, AudioState } from "../../schema/audio.ts";
import type { Direction } from "../../schema/directions.ts";
import type { HereaboutsError } from "../../schema/errors.ts";
import { deferred } from "../deferred.ts";
import { Emitter } from "../emitter.ts";
import type { Me } from "../identity.ts";
import { Outbox } from "../outbox.ts";
import { Seat } from "../seat.ts";
import { attentionOfTab } from "../tab.ts";
import type { Wire } from "../tap.ts";
import { type Upload, uploadTo } from "../upload.ts";
import { Aligner } from "./aligner.ts";
import { AudioApi } from "./api.ts";
import { hasEvents, makeSound, openEvents, type Sound } from "./browser.ts";
import { Establisher, type SessionStore } from "./establish.ts";
import { Player } from "./player.ts";
import type { AudioEvents, AudioPlayer, AudioSession, CreateOptions, EndReason } from "./types.ts";

export interface AudioOptions {
  client: Client;
  url: string;
  connection: string;
  me: () => Me;
  renew: () => Promise<void>;
  store: SessionStore | null;
  onLeft: () => void;
  wire?: Wire;
}

const heardMs = 5000;
const sitAgainMs = 2000;

export class AudioView implements AudioPlayer {
  readonly upload: Upload;
  readonly #options: AudioOptions;
  readonly #events = new Emitter();
  readonly #api: AudioApi;
  readonly #player: Player;
  readonly #aligner: Aligner;
  readonly #sound: Sound | undefined;
  readonly #asks: Outbox;
  readonly #heardTimer: ReturnType<typeof setInterval>;
  #volume = 1;
  #isLeft = false;
  #seat: Seat<AudioState> | undefined;
  #seatOf = "";
  #joining: Promise<void> | undefined;

  constructor(options: AudioOptions) {
    this.#options = options;
    const token = () => options.me().token;
    this.upload = uploadTo(options.url, () => `audio:${this.session.id}`, token);
    this.#api = new AudioApi(options.url, token);
    this.#sound = makeSound();
    this.#player = new Player({
      establisher: new Establisher({ info: (session) => this.#api.info(session), store: options.store }),
      streamUrl: (session, listener) => this.#api.streamUrl(session, listener),
      eventsUrl: (session, listener) => this.#api.eventsUrl(session, listener),
      sound: this.#sound,
      openEvents: hasEvents ? openEvents : undefined,
      emit: (event, data) => this.#emit(event, data),
    });
    this.#aligner = new Aligner(this.#player, () => this.#api.time());
    this.#asks = new Outbox({
      ask: (type, message) => this.room.request(type as never, message as never),
      isOpen: () => this.#seat?.isOpen ?? false,
    });
    this.#heardTimer = setInterval(() => this.#tellHeard(), heardMs);
    (this.#heardTimer as { unref?: () => void }).unref?.();
  }

  get session(): AudioSession {
    return this.#player.session;
  }
  get playback() {
    return this.#player.playback;
  }
  get health() {
    return this.#player.health;
  }
  get heard() {
    return this.#player.heard;
  }
  get journey() {
    return this.#player.told.journey;
  }
  get listeners() {
    return this.#player.told.counts.listeners;
  }
  get followers() {
    return this.#player.told.counts.followers;
  }
  get room(): Room<unknown, AudioState> {
    return this.#seat!.room;
  }
  get volume() {
    return this.#volume;
  }
  set volume(volume: number) {
    this.#volume = Math.min(1, Math.max(0, volume));
    if (this.#sound) this.#sound.volume = this.#volume;
  }
  get aligned() {
    return this.#aligner.isOn;
  }
  set aligned(aligned: boolean) {
    this.#aligner.isOn = aligned;
  }

  play(): Promise<void> {
    return this.#player.play();
  }
  pause(): void {
    this.#player.pause();
  }
  next(): Promise<void> {
    return this.#command("next", {});
  }
  direction(direction: Direction): Promise<void> {
    return this.#command("direction", { direction }, true);
  }
  playTrack(track: string): Promise<void> {
    return this.#command("play", { track });
  }
  back(step?: number): Promise<void> {
    return this.#command("back", step === undefined ? {} : { step });
  }

  async tune(session?: string): Promise<AudioSession> {
    await this.#player.tune(session);
    await this.#joining;
    return this.session;
  }
  async create(name: string, options: CreateOptions = {}): Promise<AudioSession> {
    return this.tune(await this.#api.create(name, options));
  }
  async fork(name: string): Promise<AudioSession> {
    const { sessionId } = (await this.#asks.request("fork", { name }, { repeatable: true })) as AudioForked;
    return this.tune(sessionId);
  }
  async follow(name: string, followerName?: string): Promise<AudioSession> {
    return this.tune(await this.#api.follow(name, followerName));
  }

  on<E extends keyof AudioEvents>(event: E, listener: (data: AudioEvents[E]) => void): () => void {
    const off = this.#events.on(event, listener);
    const { heard } = this;
    if (event === "heard" && heard) listener(heard as AudioEvents[E]);
    return off;
  }

  async leave(): Promise<void> {
    this.#isLeft = true;
    this.#options.onLeft();
    this.#aligner.isOn = false;
    this.#player.close();
    this.#asks.close();
    clearInterval(this.#heardTimer);
    await this.#seat?.leave();
  }

  /** Signs in on this seat: see Hereabouts.signIn. */
  async identify(token: string): Promise<void> {
    await this.#asks.request("identify", { token }, { repeatable: true });
  }

  async #command(type: string, message: object, repeatable = false): Promise<void> {
    await this.#asks.request(type, message, { repeatable });
  }

  #emit<E extends keyof AudioEvents>(event: E, data: AudioEvents[E]): void {
    if (event === "session") this.#sit(this.session.id);
    this.#events.emit(event, data);
  }

  /** Takes a seat in the room of a session, in place of the one before. */
  #sit(session: string): void {
    if (session === this.#seatOf) return;
    const before = this.#seat;
    const hasState = deferred<void>();
    this.#seatOf = session;
    const seat = new Seat<AudioState>({
      client: this.#options.client,
      roomName: "audio",
      label: session,
      wire: this.#options.wire,
      renew: this.#options.renew,
      joinOptions: () => ({ session, connection: this.#options.connection, attention: attentionOfTab() }),
      onRoom: (room) => {
        room.onStateChange((state) => {
          if (this.#seat === seat) this.#onState(seat, state);
          hasState.resolve();
        });
        room.onMessage("ended", ({ reason }: { reason: EndReason }) => this.#onEnded(seat, reason));
        room.onMessage("*", () => {});
      },
      onState: (state) => state === "open" && this.#asks.flush(),
      onClosed: (error) => {
        if (this.#seat === seat) this.#onClosed(error);
        hasState.resolve();
      },
      onTrouble: (error) => this.#events.emit("trouble", error),
    });
    this.#seat = seat;
    this.#joining = Promise.all([seat.join(), hasState.promise, before?.leave()]).then(() => {});
    this.#joining.catch((error: HereaboutsError) => this.#sitLater(seat, session, error));
  }

  /** There was no seat to be had: asks for one again, as sound may go on meanwhile. */
  async #sitLater(seat: Seat<AudioState>, session: string, { code }: HereaboutsError): Promise<void> {
    if (code === "BAD_TOKEN") await this.#options.renew().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, sitAgainMs));
    if (this.#isLeft || this.#seat !== seat || this.session.id !== session) return;
    this.#seatOf = "";
    this.#sit(session);
  }

  #onState(seat: Seat<AudioState>, state: AudioState): void {
    seat.heard();
    const { told } = this.#player;
    told.epochMs = state.epochMs;
    if (this.#player.isTold) return;
    const { track, frame, next, nextFrame, direction, listeners, followers, step, link } = state;
    const steps = state.journey.toJSON() as AudioEvents["journey"]["steps"][number][];
    const plan = next.id ? { next: next.toJSON() as typeof track, nextFrame } : { next: null, nextFrame: null };
    told.take({ type: "heartbeat", frame, at: Date.now() }, performance.now()); // no clock but one's own
    this.#player.take({ type: "track", frame, track: track.toJSON() as typeof track, ...plan, direction });
    if (steps.length !== this.journey.steps.length || step !== this.journey.at) {
      this.#player.take({ type: "journey", steps, at: step, link });
    }
    if (listeners !== this.listeners || followers !== this.followers) {
      this.#player.take({ type: "listeners", listeners, followers });
    }
  }

  #onClosed(error: HereaboutsError | undefined): void {
    this.#seatOf = "";
    if (!error || error.code === "SESSION_ENDED") return; // told by the message before it
    if (error.code === "SESSION_NOT_FOUND" && !this.#player.isTold) {
      this.#player.take({ type: "error", message: "session_not_found" });
    } else this.#events.emit("trouble", error);
  }

  #onEnded(seat: Seat<AudioState>, reason: EndReason): void {
    if (this.#seat === seat && this.playback !== "ended") this.#player.take({ type: "ended", reason });
  }

  /** Lets the server skip what one would hear far too late. */
  #tellHeard(): void {
    const frame = this.#player.heardFrame;
    if (frame === undefined || !this.#seat?.isOpen) return;
    this.room.send("heard" as never, { listener: this.#player.listener, frame: Math.floor(frame) } as never);
  }
}
