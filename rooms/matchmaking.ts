/**
 * Which process and room a join goes to. A key ("world:meadow") has one room: where it lives, the seat is taken; where it
 * does not live yet, it is made at its place. What belongs to another process is passed on to that over HTTP, so that a
 * join costs Redis one look at most, and none where the room lives.
 */
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type AuthContext, generateId, matchMaker, ServerError } from "@colyseus/core";
import { HereaboutsError, isErrorCode } from "../schema/errors.ts";
import type { Cluster, Home, Member } from "../services/cluster/cluster.ts";
import { apart } from "../services/context.ts";
import { isSameSecret } from "../services/secrets.ts";
import { type BaseRoom, toServerError } from "./BaseRoom.ts";
import type { Reservation } from "./colyseus.ts";
import { placeOf } from "./placement.ts";

/** Join options, as the room's `onAuth` has brought them into their one spelling. */
type Options = Record<string, unknown>;

export interface MatchmakingOptions {
  cluster: Pick<Cluster, "id" | "isCurrent" | "members" | "own" | "find" | "claim" | "release">;
  /** What all processes have and nobody else. */
  secret: string;
  /** Which option names the key of a room, by the name that it is joined by. */
  keys: Readonly<Record<string, string>>;
  /** The process that a key has to live on, if it is bound to one. */
  boundTo(key: string): Promise<string | undefined>;
}

/** Set on what another process passed on: it is to be dealt with here. Names the process that it is for, as its seal. */
export const passedOnHeader = "x-hereabouts-passed-on";
/** How long a join waits for a room that is just ending or whose process has just died. */
const patienceMs = 4500;
const pauseMs = { first: 5, most: 200 };
const passOnMs = 3000;
/** How long a process that could not be reached is left alone, before one of those who wait tries again. */
const aloneMs = 300;

export class Matchmaking {
  readonly #options: MatchmakingOptions;
  readonly #making = new Map<string, Promise<void>>();
  /** Of each key, for all who wait for it: where a process has died they are many. */
  readonly #pausing = new Map<string, Promise<void>>();
  readonly #finding = new Map<string, Promise<Home | undefined>>();
  /** Processes that could not be reached, and until when they are left alone. */
  readonly #unreached = new Map<string, number>();

  constructor(options: MatchmakingOptions) {
    this.#options = options;
  }

  /** Throws what Colyseus tells the client: refusals of the room, UNAVAILABLE, DRAINING. */
  async joinOrCreate(name: string, options: Options, context: AuthContext): Promise<Reservation> {
    const auth = await authenticate(name, options, context);
    const key = `${name}:${options[this.#options.keys[name]!]}`;
    const join = { name, options, context, auth, key };
    const until = performance.now() + patienceMs;
    for (let wait = pauseMs.first; ; wait = Math.min(wait * 2, pauseMs.most)) {
      const reservation = await this.#attempt(join);
      if (reservation) return reservation;
      if (performance.now() > until) throw unavailable(`${key} has no home yet.`);
      await shared(this.#pausing, key, () => pause(wait));
    }
  }

  /**
   * The id of a key's room, wherever it lives, made here where there is none: for what comes before anybody joins. Colyseus
   * ends a room that nobody joins after 15 s. Throws UNAVAILABLE, DRAINING.
   */
  async open(name: string, options: Options): Promise<string> {
    const key = `${name}:${options[this.#options.keys[name]!]}`;
    const until = performance.now() + patienceMs;
    for (let wait = pauseMs.first; ; wait = Math.min(wait * 2, pauseMs.most)) {
      const roomId = await this.#opened({ name, options, key });
      if (roomId) return roomId;
      if (performance.now() > until) throw new HereaboutsError("UNAVAILABLE", `${key} has no home yet.`);
      await shared(this.#pausing, key, () => pause(wait));
    }
  }

  /** Undefined where it is to be tried again. */
  async #opened(room: Pick<Join, "name" | "options" | "key">): Promise<string | undefined> {
    const { cluster } = this.#options;
    const { key } = room;
    if (!cluster.isCurrent) throw new HereaboutsError("UNAVAILABLE", "This process stood still.");
    const home = cluster.own(key) ?? (await shared(this.#finding, key, () => cluster.find(key)));
    if (home && home.process !== cluster.id) return home.value;
    if (!home) {
      if (cluster.members().find(({ id }) => id === cluster.id)?.isDraining) throw new HereaboutsError("DRAINING");
      await this.#make(room).catch((error) => {
        // of a room that could not be made Colyseus keeps nothing else
        throw isErrorCode(error.code) ? new HereaboutsError(error.code, "", { cause: error }) : error;
      });
    }
    await this.#making.get(key);
    const roomId = cluster.own(key)?.value;
    return roomId !== undefined && matchMaker.getLocalRoomById(roomId) ? roomId : undefined;
  }

  /** How a client that asked by `context` reaches the process: undefined for the address it asked. */
  addressOf(processId: string, context: AuthContext): string | undefined {
    const { cluster } = this.#options;
    const address = cluster.members().find(({ id }) => id === processId)?.address;
    if (!address?.startsWith(":")) return address || undefined;
    const host = context.headers.get("host");
    return host ? host.replace(/:\d+$/, "") + address : undefined;
  }

  /** Undefined where it is to be tried again: what was there has just gone. */
  async #attempt(join: Join): Promise<Reservation | undefined> {
    const { cluster } = this.#options;
    const isPassedOn = this.#isPassedOn(join.context);
    if (!cluster.isCurrent) throw unavailable("This process stood still.");
    const own = cluster.own(join.key);
    if (own) return this.#reserve(join, own.value);
    const home = await shared(this.#finding, join.key, () => cluster.find(join.key));
    if (home && home.process !== cluster.id) return isPassedOn ? undefined : this.#passOn(join, home.process);
    const place = isPassedOn ? cluster.id : await this.#placeOf(join.key);
    if (place !== cluster.id) return this.#passOn(join, place);
    await this.#make(join);
    return undefined;
  }

  /** Throws UNAVAILABLE for what was meant for who had this address before, and for what nobody passed on. */
  #isPassedOn({ headers }: AuthContext): boolean {
    const given = headers.get(passedOnHeader);
    if (given === null) return false;
    if (isSameSecret(given, this.#sealOf(this.#options.cluster.id))) return true;
    throw unavailable("Another process was meant.");
  }

  #sealOf(processId: string): string {
    return createHmac("sha256", `passed on ${this.#options.secret}`).update(processId).digest("base64url");
  }

  async #placeOf(key: string): Promise<string> {
    const { cluster, boundTo } = this.#options;
    const place = (await boundTo(key)) ?? placeOf(key, cluster.members())?.id;
    if (!place) throw toServerError(new HereaboutsError("DRAINING"));
    return place;
  }

  async #reserve({ name, options, auth, key }: Join, roomId: string): Promise<Reservation | undefined> {
    await this.#making.get(key);
    if (!matchMaker.getLocalRoomById(roomId)) return undefined;
    const processId = this.#options.cluster.id;
    return matchMaker.reserveSeatFor({ name, roomId, processId } as Listing, options, auth as never);
  }

  /** Makes the room here, unless another process was first. */
  #make({ name, options, key }: Pick<Join, "name" | "options" | "key">): Promise<void> {
    return shared(this.#making, key, () => this.#makeOne(name, options, key));
  }

  async #makeOne(name: string, options: Options, key: string): Promise<void> {
    const { cluster } = this.#options;
    const roomId = generateId();
    const home = await cluster.claim(key, roomId);
    if (home.process !== cluster.id || home.value !== roomId) return;
    try {
      // it is nobody's, whoever was the first to come
      await apart(() => matchMaker.handleCreateRoom(name, options, undefined, roomId));
      await (matchMaker.getLocalRoomById(roomId) as unknown as BaseRoom).onMade();
    } catch (error) {
      await cluster.release(home);
      throw error;
    }
  }

  async #passOn({ name, options, context }: Join, processId: string): Promise<Reservation | undefined> {
    const member = this.#options.cluster.members().find(({ id }) => id === processId);
    const aloneUntil = this.#unreached.get(processId);
    if (!member) this.#unreached.delete(processId);
    if (!member || (aloneUntil && performance.now() < aloneUntil)) return undefined;
    if (aloneUntil) this.#leaveAlone(processId);
    let response: Response;
    try {
      response = await ask(member, name, options, context, this.#sealOf(processId));
      this.#unreached.delete(processId);
    } catch {
      this.#leaveAlone(processId); // it has just died: its rooms are to be had as soon as that is sure
      return undefined;
    }
    const answer = (await response.json().catch(() => ({}))) as Reservation & { code?: unknown; error?: string };
    if (response.ok) return answer;
    if (response.status === 503) return undefined; // not now
    throw new ServerError(typeof answer.code === "number" ? answer.code : response.status, answer.error ?? "");
  }

  #leaveAlone(processId: string): void {
    this.#unreached.set(processId, performance.now() + aloneMs);
  }
}

/** The work that is under way for a key, or is begun now. */
function shared<T>(under: Map<string, Promise<T>>, key: string, begin: () => Promise<T>): Promise<T> {
  const work = under.get(key) ?? begin().finally(() => under.delete(key));
  under.set(key, work);
  return work;
}

type Join = { name: string; options: Options; context: AuthContext; auth: unknown; key: string };
type Listing = Parameters<typeof matchMaker.reserveSeatFor>[0];

/** What the room's class says of who asks. */
async function authenticate(name: string, options: Options, context: AuthContext): Promise<unknown> {
  const { klass } = matchMaker.getHandler(name) as { klass: { onAuth?: OnAuth } };
  return klass.onAuth?.(context.token, options, context);
}

type OnAuth = (token: string | undefined, options: Options, context: AuthContext) => Promise<unknown>;

function ask({ peerUrl }: Member, name: string, options: Options, { token }: AuthContext, seal: string) {
  const headers: Record<string, string> = { "content-type": "application/json", [passedOnHeader]: seal };
  if (token) headers["authorization"] = `Bearer ${token}`;
  const signal = AbortSignal.timeout(passOnMs);
  return fetch(`${peerUrl}/matchmake/joinOrCreate/${name}`, {
    method: "POST",
    headers,
    body: JSON.stringify(options),
    signal,
  });
}

function unavailable(details: string): ServerError {
  return toServerError(new HereaboutsError("UNAVAILABLE", details, { retryAfterMs: 1000 }));
}
