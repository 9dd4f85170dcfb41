/**
 * One process among others, on a store, a probe and a clock that are given: driven by `tick`, every `tickMs`. At most one
 * process that is current has a key at any instant: whoever cannot know gives up first, or takes nothing from clients.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Alive, Cluster, ClusterEvent, Home, Member } from "./cluster.ts";
import { Members, type Outcome } from "./members.ts";
import { callMs } from "./redis.ts";
import type { Claimed, Entered, Self, Store } from "./store.ts";

export const tickMs = 500;
/** A tick that is later means that this process stood still. */
const stallMs = 2000;
/** Without a beat that Redis took for so long it counts as down. */
const ackMs = 1500;
const retryMs = 50;
/** For the first to come, which has nobody to wait for. */
const beginMs = 5000;
/** The places of those who died are held no longer, by those who knew them. */
const newMs = 6000;

export interface ParticipantOptions {
  id: () => string;
  store: Store;
  /** Asks `GET /cluster/alive`; answers within a second and never rejects. */
  probe(peerUrl: string): Promise<Outcome>;
  /** Ms of a clock that never goes back. */
  now(): number;
  pause(ms: number): Promise<unknown>;
  onError(error: unknown): void;
}

type Begun = Pick<Member, "peerUrl" | "address"> & { load: () => Pick<Member, "seats" | "rooms"> };

export class Participant implements Omit<Cluster, "channel"> {
  readonly isAlone = false;
  #options: ParticipantOptions;
  #members = new Members();
  #listeners = new Set<(event: ClusterEvent) => void>();
  #homes = new Map<string, Home>();
  #claims = new Map<string, Promise<Home>>();
  #asking = new Set<string>();
  #begun: Begun | undefined;
  #beganAt = 0;
  #isDraining = false;
  #isClosed = false;
  /** Counts the stays among the others: this one ends when everything is given up. */
  #life = 1;
  /** Whether Redis has taken this process in. */
  #isIn = false;
  /** Counts when what Redis says was written anew: a claim that was on its way then is to be made again. */
  #epoch = 0;
  /** From when on what was claimed or released without an answer can be put right. */
  #unsureAt: number | undefined;
  #tickAt = Number.NEGATIVE_INFINITY;
  #isStalled = false;
  /** When the last beat that Redis took was sent. */
  #ackedAt = Number.NEGATIVE_INFINITY;
  #upAt: number | undefined;
  #isBusy = false;

  constructor(options: ParticipantOptions) {
    this.#options = options;
  }

  get id(): string {
    return this.#options.id();
  }

  get isUp(): boolean {
    return this.#upAt !== undefined;
  }

  get isCurrent(): boolean {
    return !this.#isStalled && this.#options.now() - this.#tickAt < stallMs;
  }

  alive(): Alive {
    const now = this.#options.now();
    const isUp = this.isUp && now - this.#ackedAt < ackMs;
    return { id: this.id, isServing: this.#isIn, isUp, upMs: isUp ? now - this.#upAt! : 0 };
  }

  members(): readonly Member[] {
    return this.#isIn ? [this.#self().member, ...this.#members.all()] : this.#members.all();
  }

  watch(listener: (event: ClusterEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  own(key: string): Home | undefined {
    return this.#homes.get(key);
  }

  async find(key: string): Promise<Home | undefined> {
    const own = this.own(key);
    if (own) return own;
    const found = await this.#ask(() => this.#options.store.find(this.#self(), key));
    return found === "none" ? undefined : found;
  }

  claim(key: string, value: string): Promise<Home> {
    const own = this.own(key);
    if (own) return Promise.resolve(own);
    const claiming = this.#claims.get(key) ?? this.#claim(key, value).finally(() => this.#claims.delete(key));
    this.#claims.set(key, claiming);
    return claiming;
  }

  async release(home: Home): Promise<void> {
    if (this.#homes.get(home.key) === home) this.#homes.delete(home.key);
    await this.#options.store.release(home).catch(() => this.#doubt(this.#options.now()));
  }

  async begin(self: Pick<Member, "peerUrl" | "address">, load: Begun["load"]): Promise<void> {
    this.#begun = { ...self, load };
    const { now, pause, store } = this.#options;
    this.#beganAt = now();
    const until = this.#beganAt + beginMs;
    for (this.tick(); !this.#isIn || (await this.#isClosedToAll(store)); await pause(retryMs)) {
      if (now() > until) throw new HereaboutsError("UNAVAILABLE");
      if (!this.#isIn) this.tick();
    }
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#begun) await this.#options.store.beat(this.#self()).catch(() => {});
  }

  async close(): Promise<void> {
    const wasIn = this.#isIn;
    this.#isClosed = true;
    this.#isIn = false;
    this.#epoch++;
    this.#homes.clear();
    if (wasIn) await this.#options.store.leave(this.#self()).catch(() => {});
  }

  /** To be called every `tickMs`, and when Redis can be reached again. */
  tick(): void {
    const now = this.#options.now();
    if (now - this.#tickAt >= stallMs && this.#tickAt > 0) {
      this.#isStalled = true;
      this.#members.wake(now);
    }
    this.#tickAt = now;
    if (!this.#begun || this.#isClosed) return;
    if (!this.isUp) this.#askOthers();
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#step(now)
      .catch(() => this.lostRedis())
      .finally(() => {
        this.#isBusy = false;
        this.#askOthers();
      });
  }

  /** The connection is gone, or a call was not answered. */
  lostRedis(): void {
    if (!this.isUp) return;
    this.#upAt = undefined;
    this.#emit({ type: "down" });
  }

  async #step(sentAt: number): Promise<void> {
    const mustEnter = !this.#isIn || this.#isStalled || (this.#unsureAt !== undefined && sentAt >= this.#unsureAt);
    const beaten = mustEnter ? "new" : await this.#options.store.beat(this.#self());
    if (beaten === "buried") this.#isStalled = true;
    const view = typeof beaten === "string" ? await this.#enter(sentAt) : beaten;
    if (this.#isClosed) return;
    const isFirst = this.#ackedAt === Number.NEGATIVE_INFINITY;
    const wasUp = this.isUp;
    this.#ackedAt = sentAt;
    this.#upAt ??= this.#options.now();
    const isEmpty = (view as Partial<Entered>).isEmpty ?? false;
    if (!isFirst && (!wasUp || isEmpty)) this.#emit({ type: "up", isEmpty });
    for (const event of this.#members.read(this.id, view, this.#options.now())) this.#emit(event);
  }

  /** Writes down what this process has, and learns what it has lost. */
  async #enter(sentAt: number): Promise<Entered> {
    const life = this.#life;
    this.#epoch++;
    this.#isStalled ||= !this.isCurrent;
    const known = this.#members.all().map(({ id }) => id);
    const entered = await this.#options.store.enter(this.#self(), known, [...this.#homes.values()], !this.#isStalled);
    if (life !== this.#life) throw new Error("Everything was given up meanwhile.");
    // a stall while the answer was on its way is found by the next tick
    this.#isStalled = false;
    this.#isIn = true;
    if (this.#unsureAt !== undefined && this.#unsureAt <= sentAt) this.#unsureAt = undefined;
    for (const key of entered.lost) this.#lose(key);
    return entered;
  }

  #askOthers(): void {
    const { now, probe } = this.#options;
    if (this.#isClosed) return;
    for (const { id, peerUrl } of this.#members.toAsk(now(), this.isUp, this.#ackedAt)) {
      if (this.#asking.has(id)) continue;
      this.#asking.add(id);
      const askedAt = now();
      probe(peerUrl)
        .then((outcome) => this.#answered(id, outcome, askedAt))
        .catch(this.#options.onError)
        .finally(() => this.#asking.delete(id));
    }
  }

  async #answered(id: string, outcome: Outcome, askedAt: number): Promise<void> {
    const now = this.#options.now();
    // whoever stood still cannot tell who was silent
    if (this.#isClosed || !this.isCurrent || now - askedAt > stallMs) return;
    const verdict = this.#members.answered(id, outcome, askedAt, now, this.#upAt);
    if (verdict === "vouch") await this.#options.store.vouch(id).catch(() => {});
    else if (verdict && this.#isIn) {
      const isDone = await this.#options.store.bury(id, verdict.life, verdict.beat).catch(() => false);
      if (isDone) for (const event of this.#members.buried(id, verdict.life)) this.#emit(event);
    } else if (!this.isUp && this.#isIn && this.#members.isCutOff(now, this.#ackedAt)) this.#giveUp();
  }

  /** Before it says so to those who ask. */
  #giveUp(): void {
    this.#life++;
    this.#epoch++;
    this.#isIn = false;
    for (const key of [...this.#homes.keys()]) this.#lose(key);
  }

  #lose(key: string): void {
    const home = this.#homes.get(key);
    if (!home) return;
    this.#homes.delete(key);
    this.#emit({ type: "lost", home });
  }

  async #claim(key: string, value: string): Promise<Home> {
    const { store, now } = this.#options;
    const claimed = await this.#ask(async () => {
      const epoch = this.#epoch;
      const sentAt = now();
      if (this.#isDraining) return store.find(this.#self(), key);
      const answer = await store.claim(this.#self(), key, value).catch((error: unknown) => {
        this.#doubt(sentAt + callMs);
        throw error;
      });
      if (typeof answer === "string" || answer.process !== this.id) return answer;
      if (epoch !== this.#epoch || !this.isCurrent) {
        this.#doubt(now());
        return "closed";
      }
      this.#homes.set(key, answer);
      return answer;
    });
    if (claimed === "none") throw new HereaboutsError("UNAVAILABLE", "This process takes nothing new.");
    return claimed;
  }

  /** Asks again for a second while nobody can know. */
  async #ask(call: () => Promise<Claimed>): Promise<Home | "none"> {
    const { now, pause } = this.#options;
    for (const until = now() + callMs; this.isUp && this.#isIn && now() < until; await pause(retryMs)) {
      const answer = this.isCurrent ? await call() : "closed";
      if (answer !== "closed" && answer !== "out") return answer;
    }
    throw new HereaboutsError("UNAVAILABLE");
  }

  async #isClosedToAll(store: Store): Promise<boolean> {
    if (this.#members.all().length > 0) return false;
    return (await store.find(this.#self(), "").catch(() => "closed")) === "closed";
  }

  #doubt(at: number): void {
    this.#unsureAt = Math.max(this.#unsureAt ?? at, at);
  }

  #self(): Self {
    const { peerUrl, address, load } = this.#begun!;
    const { seats, rooms } = load();
    const isNew = this.#options.now() < this.#beganAt + newMs && ({ isNew: true } as const);
    const member = { id: this.id, peerUrl, address, seats, rooms, isDraining: this.#isDraining, ...isNew };
    return { life: this.#life, member };
  }

  #emit(event: ClusterEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }
}
