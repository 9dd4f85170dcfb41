/**
 * Which carrier one end of a seat sends its frames on: datagrams while echoes prove that they arrive, else the WebSocket.
 * Each end runs one of these for what it sends; what comes may be taken in any state. Only the client offers. No timers, no
 * sockets: the caller brings events of the present transport with the time, a tick every 50 ms, and carries out the effects.
 * A switch is a change of carrier after the first time up: at most 3 in a minute. The way up waits for that, never down.
 */
import { type DatagramHeader, writeDatagram } from "./datagrams.ts";
import { Echoes } from "./echoes.ts";
import { SteadyClock } from "./steadyClock.ts";

/** Why a channel is in its state. */
export type ChannelReason =
  | "start"
  | "offered"
  | "proven"
  /** Nothing came. */
  | "silent"
  /** Things come, but what is sent arrives late or never. */
  | "late"
  | "unproven"
  | "network"
  /** This machine was suspended. */
  | "asleep"
  | "closed"
  | "refused"
  /** The carrier's process went down, with all its channels. */
  | "carrier"
  /** There are no datagrams here: never offered again. */
  | "off";

export type ChannelState =
  /** A transport is being set up, or is open and not proven yet. */
  | { readonly name: "connecting"; readonly isOpen: boolean; readonly until: number }
  /** Proven. `lateSince`: since when echoes have been late. */
  | { readonly name: "open"; readonly lateSince: number | undefined }
  /** Was open. From `proveFrom` on it may prove itself again. */
  | { readonly name: "stalled"; readonly proveFrom: number }
  /** No transport. The client offers one at `offerAt`. */
  | { readonly name: "fallback"; readonly offerAt: number };

export type ChannelEvent =
  | { readonly type: "tick" }
  /** The server took an offer: a new transport takes the place of any before. */
  | { readonly type: "offered" }
  | { readonly type: "opened" }
  /** A datagram came on the present transport. */
  | { readonly type: "received"; readonly header: DatagramHeader }
  /** The transport closed, threw, or was not to be had. */
  | { readonly type: "closed"; readonly reason: "closed" | "refused" | "carrier" | "off" }
  | { readonly type: "networkChanged" };

/** heartbeat: send `wrap()` now. offer: make a new transport and offer it. close: end the present one. */
export type ChannelEffect = "heartbeat" | "offer" | "close";

/** Pauses before the next try: another offer, or another proof of a channel that stalled. */
const pausesMs = [2000, 5000, 15_000, 60_000];
/** Open for this long: the pauses start over. */
const steadyMs = 60_000;
const proof = { count: 5, withinMs: 500 };
const connectMs = 10_000;
const proveMs = 3000;
const silentMs = 1000;
/** An echo is late after the round trip and this. A channel whose echoes are late for lateForMs is down. */
const lateMs = 500;
const lateForMs = 1000;
/** Of a longer round trip only this counts, or a dead channel would be held too long. */
const mostRoundTripMs = 500;
const switchWindowMs = 60_000;
/** At least 4 a second with ticks 50 ms apart; `urgent` to prove, and when an echo is overdue by `doubtMs`. */
const heartbeatMs = { calm: 200, urgent: 50 };
const doubtMs = 300;
const offerGapMs = 1000;
/** A change of network explains a stall for so long: no need to wait for the old transport. */
const networkMs = 5000;

/** What is shown and logged. Losses are shares, of what this end sends and of what it receives. */
export type ChannelStats = ReturnType<Channel["stats"]>;

export class Channel {
  readonly #role: "client" | "server";
  readonly #random: () => number;
  readonly #echoes = new Echoes();
  #state: ChannelState;
  #reason: ChannelReason = "start";
  readonly #clock = new SteadyClock();
  #since = 0;
  #heardAt = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #offeredAt = Number.NEGATIVE_INFINITY;
  #networkAt = Number.NEGATIVE_INFINITY;
  /** Tries that failed, and so the length of the next pause. */
  #failures = 0;
  #switches = 0;
  #wasOpen = false;
  /** The last switches, the older one first. */
  #switchedAt: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  #effects: ChannelEffect[] = [];

  constructor(role: "client" | "server", random: () => number = Math.random) {
    this.#role = role;
    this.#random = random;
    this.#state = { name: "fallback", offerAt: role === "client" ? 0 : Number.POSITIVE_INFINITY };
  }

  get state(): ChannelState {
    return this.#state;
  }

  /** What to send frames on. Only a proven channel carries any. */
  get carrier(): "datagram" | "websocket" {
    return this.#state.name === "open" ? "datagram" : "websocket";
  }

  /** Takes an event; returns what to do now, in order. */
  apply(event: ChannelEvent, now: number): readonly ChannelEffect[] {
    this.#effects = [];
    this.#look(now);
    switch (event.type) {
      case "tick":
        break;
      case "offered":
        this.#connect();
        break;
      case "opened":
        this.#noteOpened();
        break;
      case "received":
        this.#receive(event.header);
        break;
      case "closed":
        this.#closed(event.reason);
        break;
      case "networkChanged":
        this.#changeNetwork();
        break;
      default:
        return event satisfies never;
    }
    this.#judge();
    if (this.#isHeartbeatDue()) this.#effects.push("heartbeat");
    return this.#effects;
  }

  /**
   * A datagram to send now: a frame of at most maxPayloadBytes, or a heartbeat without one. `onLost` is called if it turns
   * out not to have arrived, unless the channel ends before.
   */
  wrap(payload: Uint8Array | undefined, now: number, onLost?: () => void): Uint8Array {
    this.#look(now);
    this.#sentAt = this.#now;
    return writeDatagram(this.#echoes.send(this.#now, onLost), payload);
  }

  stats(now: number) {
    this.#look(now);
    return {
      carrier: this.carrier,
      state: this.#state.name,
      reason: this.#reason,
      sinceMs: this.#now - this.#since,
      /** How long nothing came. */
      silentMs: this.#now - this.#heardAt,
      switches: this.#switches,
      ...this.#echoes.stats(this.#now),
    };
  }

  get #now(): number {
    return this.#clock.now;
  }

  #look(now: number): void {
    const sleptMs = this.#clock.look(now);
    if (sleptMs > 0) this.#wake(sleptMs);
  }

  /** What was proven before sleep is not any more; pauses are over. */
  #wake(sleptMs: number): void {
    this.#switchedAt = [this.#switchedAt[0] - sleptMs, this.#switchedAt[1] - sleptMs];
    const state = this.#state;
    if (state.name === "open") this.#enter({ name: "stalled", proveFrom: this.#now }, "asleep");
    else if (state.name === "stalled") this.#state = { ...state, proveFrom: this.#now };
    else if (state.name === "fallback") this.#offerBy(this.#now + pausesMs[0]!);
  }

  #noteOpened(): void {
    if (this.#state.name !== "connecting" || this.#state.isOpen) return;
    this.#state = { name: "connecting", isOpen: true, until: this.#now + proveMs };
  }

  #receive(header: DatagramHeader): void {
    if (this.#state.name === "fallback") return;
    this.#noteOpened();
    // What was silent speaks again: pauses that grew meanwhile were not its failures.
    if (this.#state.name === "stalled" && this.#now - this.#heardAt >= silentMs) {
      this.#state = { name: "stalled", proveFrom: Math.min(this.#state.proveFrom, this.#now + pausesMs[0]!) };
    }
    this.#heardAt = this.#now;
    this.#echoes.receive(header, this.#now);
  }

  #closed(reason: "closed" | "refused" | "carrier" | "off"): void {
    if (this.#state.name === "fallback" && reason !== "off") return;
    this.#fallBack(reason, reason === "off" ? Number.POSITIVE_INFINITY : this.#nextPause());
  }

  #changeNetwork(): void {
    if (this.#role === "server") return;
    this.#failures = 0;
    this.#networkAt = this.#now;
    const { name } = this.#state;
    if (name === "fallback") this.#offerBy(this.#now);
    else if (name !== "open") this.#giveUp("network", 0);
  }

  /** What the state becomes by what was heard, or was not. */
  #judge(): void {
    const state = this.#state;
    const now = this.#now;
    switch (state.name) {
      case "connecting":
        if (this.#isProven(this.#mayRiseAt)) this.#enter({ name: "open", lateSince: undefined }, "proven");
        else if (now >= Math.max(state.until, this.#mayRiseAt + proveMs)) this.#giveUp("unproven", this.#nextPause());
        break;
      case "open":
        if (now - this.#heardAt >= silentMs) this.#stall("silent");
        else if (this.#isOverdue(lateMs) !== (state.lateSince !== undefined)) {
          this.#state = { name: "open", lateSince: state.lateSince === undefined ? now : undefined };
        } else if (state.lateSince !== undefined && now - state.lateSince >= lateForMs) this.#stall("late");
        break;
      case "stalled": {
        const from = Math.max(state.proveFrom, this.#mayRiseAt);
        if (this.#isProven(from)) this.#enter({ name: "open", lateSince: undefined }, "proven");
        else if (now >= from + proveMs) this.#giveUp("unproven", this.#role === "client" ? 0 : this.#nextPause());
        break;
      }
      case "fallback":
        if (now >= Math.max(state.offerAt, this.#offeredAt + offerGapMs, this.#mayRiseAt)) {
          this.#offeredAt = now;
          this.#effects.push("offer");
          this.#connect();
        }
        break;
      default:
        state satisfies never;
    }
  }

  /** The way down must stay free: up is one of three switches in a minute, so at most one may lie behind it. */
  get #mayRiseAt(): number {
    return this.#switchedAt[0] + switchWindowMs;
  }

  /** Whether enough of what was sent from `from` on, within a short span, was echoed in time. */
  #isProven(from: number): boolean {
    const newest = this.#echoes.deliveredSentAt;
    if (newest < from) return false;
    return this.#echoes.countDelivered(Math.max(from, newest - proof.withinMs), this.#usualMs + lateMs) >= proof.count;
  }

  /** Whether the newest echo is older than it should be, by more than `ms`. */
  #isOverdue(ms: number): boolean {
    return this.#now - this.#echoes.deliveredSentAt > this.#usualMs + ms;
  }

  get #usualMs(): number {
    return Math.min(this.#echoes.leastRoundTripMs ?? mostRoundTripMs, mostRoundTripMs);
  }

  #isHeartbeatDue(): boolean {
    const state = this.#state;
    if (state.name === "fallback" || (state.name === "connecting" && !state.isOpen)) return false;
    const isUrgent =
      state.name === "open"
        ? this.#isOverdue(doubtMs)
        : this.#now >= Math.max(this.#mayRiseAt, state.name === "stalled" ? state.proveFrom : 0);
    return this.#now - this.#sentAt >= (isUrgent ? heartbeatMs.urgent : heartbeatMs.calm);
  }

  #enter(state: ChannelState, reason: ChannelReason): void {
    const before = this.carrier;
    this.#state = state;
    this.#reason = reason;
    this.#since = this.#now;
    if (this.carrier === before) return;
    if (this.#wasOpen) {
      this.#switches++;
      this.#switchedAt = [this.#switchedAt[1], this.#now];
    }
    this.#wasOpen = true;
  }

  #connect(): void {
    this.#echoes.reset();
    this.#enter({ name: "connecting", isOpen: false, until: this.#now + connectMs }, "offered");
  }

  #stall(reason: "silent" | "late"): void {
    if (this.#now - this.#networkAt < networkMs) this.#giveUp("network", 0);
    else this.#enter({ name: "stalled", proveFrom: this.#now + this.#nextPause() }, reason);
  }

  /** The client ends the transport and makes another; the server, who cannot offer, goes on with what there is. */
  #giveUp(reason: ChannelReason, pauseMs: number): void {
    const isOpen = this.#state.name !== "connecting" || this.#state.isOpen;
    if (this.#role === "server" && isOpen) {
      this.#enter({ name: "stalled", proveFrom: this.#now + pauseMs }, reason);
    } else {
      this.#effects.push("close");
      this.#fallBack(reason, pauseMs);
    }
  }

  #fallBack(reason: ChannelReason, pauseMs: number): void {
    const offerAt = this.#role === "client" ? this.#now + pauseMs : Number.POSITIVE_INFINITY;
    this.#enter({ name: "fallback", offerAt }, reason);
  }

  /** Offers at `at` if not before, unless never. */
  #offerBy(at: number): void {
    if (this.#state.name !== "fallback" || this.#state.offerAt === Number.POSITIVE_INFINITY) return;
    this.#state = { name: "fallback", offerAt: Math.min(this.#state.offerAt, at) };
  }

  #nextPause(): number {
    if (this.#state.name === "open" && this.#now - this.#since >= steadyMs) this.#failures = 0;
    const pauseMs = pausesMs[Math.min(this.#failures, pausesMs.length - 1)]!;
    this.#failures++;
    // Spread, so that those who lost the same carrier do not all come back at once.
    return pauseMs * (1 + this.#random() / 4);
  }
}
