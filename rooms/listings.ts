/**
 * What Colyseus keeps in Redis where processes are several: the listing of all rooms (the monitor reads it) and messages
 * between processes (how the monitor looks into a room). Rooms rely on neither: a process knows its own rooms by memory,
 * what changes of them is written behind, and a Redis that is away makes nothing wait, throw or be lost.
 */
import { type IRoomCache, initializeRoomCache } from "@colyseus/core";
import { RedisDriver } from "@colyseus/redis-driver";
import { RedisPresence } from "@colyseus/redis-presence";
import type { Redis } from "ioredis";

/** How often changed listings are written: a join or a leave changes one. */
const writeMs = 500;
const roomsKey = "roomcaches";

type Conditions = Parameters<RedisDriver["findOne"]>[0];

export class Listings extends RedisDriver {
  readonly #redis: Redis;
  readonly #own = new Map<string, IRoomCache>();
  readonly #changed = new Set<string>();
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(redis: Redis, onError: (error: unknown) => void) {
    super(redis);
    this.#redis = redis;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.#write(), writeMs).unref();
  }

  /** All own listings are to be written again: Redis may have forgotten them. */
  restore(): void {
    for (const roomId of this.#own.keys()) this.#changed.add(roomId);
  }

  override async has(roomId: string): Promise<boolean> {
    return this.#own.has(roomId) || super.has(roomId);
  }

  override async findOne(conditions: Conditions): Promise<IRoomCache> {
    const { roomId } = conditions;
    if (roomId === undefined) return (await this.query(conditions))[0]!;
    return this.#own.get(roomId) ?? super.findOne(conditions);
  }

  /** All that fit, in no order, the own as they are now. Colyseus's own query, having failed once, would fail for ever. */
  override async query(conditions: Conditions): Promise<IRoomCache[]> {
    const rooms = new Map<string, IRoomCache>();
    for (const text of Object.values(await this.#redis.hgetall(roomsKey))) {
      const room = initializeRoomCache(JSON.parse(text) as IRoomCache);
      rooms.set(room.roomId, room);
    }
    for (const roomId of this.#changed) rooms.delete(roomId); // what is not written yet
    for (const [roomId, room] of this.#own) rooms.set(roomId, room);
    const wanted = Object.entries(conditions);
    return [...rooms.values()].filter((room) =>
      wanted.every(([field, value]) => ({ ...room.metadata, ...room })[field] === value),
    );
  }

  /** Takes out the rooms of processes that are not among the `living`. */
  async sweep(living: ReadonlySet<string>): Promise<void> {
    const dead = (await this.query({})).filter(({ processId }) => !living.has(processId));
    if (dead.length > 0) await this.#redis.hdel(roomsKey, ...dead.map(({ roomId }) => roomId));
  }

  override async update(room: IRoomCache, operations: { $set?: object; $inc?: object }): Promise<boolean> {
    Object.assign(room, operations.$set);
    for (const [field, by] of Object.entries(operations.$inc ?? {})) {
      (room as unknown as Record<string, number>)[field]! += by as number;
    }
    return this.persist(room);
  }

  /** A room that has ended may still say something of itself. */
  override async persist(room: IRoomCache, isNew = false): Promise<boolean> {
    if (!isNew && !this.#own.has(room.roomId)) return false;
    this.#own.set(room.roomId, room);
    this.#changed.add(room.roomId);
    return true;
  }

  override async remove(roomId: string): Promise<boolean> {
    this.#changed.add(roomId);
    return this.#own.delete(roomId);
  }

  /** Of this process, as it ends. */
  override async cleanup(): Promise<void> {
    for (const roomId of this.#own.keys()) await this.remove(roomId);
  }

  override async shutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write();
  }

  /** What could not be written is written with what changes next. */
  async #write(): Promise<void> {
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed];
    this.#changed.clear();
    const pipeline = this.#redis.pipeline();
    for (const roomId of changed) {
      const room = this.#own.get(roomId);
      if (room) pipeline.hset(roomsKey, roomId, JSON.stringify(room));
      else pipeline.hdel(roomsKey, roomId);
    }
    const results = await pipeline.exec().catch((error: unknown) => [[error, null]] as const);
    const failed = results?.find(([error]) => error)?.[0];
    if (!failed) return;
    for (const roomId of changed) this.#changed.add(roomId);
    this.#onError(failed);
  }
}

export class Messages extends RedisPresence {
  readonly #onError: (error: unknown) => void;

  constructor(redis: Redis, onError: (error: unknown) => void) {
    super(redis);
    this.#onError = onError;
  }

  // one that failed is made up for when Redis is back; whoever asks by it would wait for ever
  override subscribe = (...call: Parameters<RedisPresence["subscribe"]>) => this.#tried(super.subscribe(...call), this);
  // Colyseus waits for none of these
  override hset = (...call: Parameters<RedisPresence["hset"]>) => this.#tried(super.hset(...call), false);
  override hdel = (...call: Parameters<RedisPresence["hdel"]>) => this.#tried(super.hdel(...call), false);
  override publish = (...call: Parameters<RedisPresence["publish"]>) => this.#tried(super.publish(...call), undefined);
  override unsubscribe = (...call: Parameters<RedisPresence["unsubscribe"]>) =>
    this.#tried(super.unsubscribe(...call), this);

  #tried<T>(done: Promise<T>, otherwise: T): Promise<T> {
    return done.catch((error: unknown) => {
      this.#onError(error);
      return otherwise;
    });
  }
}
