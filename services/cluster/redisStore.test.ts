/** The store in Redis against the one in memory that other tests rely on: the same calls, the same answers. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../chatlog/testing/redisServer.ts";
import type { Home } from "./cluster.ts";
import { createRedisStore } from "./redisStore.ts";
import { quietMs, type Self, type Store, type View } from "./store.ts";
import { MemoryRedis } from "./testing/memoryStore.ts";

const ids = ["a", "b", "c"];
const keys = ["world:field", "chat:with spaces 🌍"];
const step = fc.record({
  does: fc.constantFrom("claim", "claim", "claim", "find", "release", "beat", "enter", "bury", "leave", "again"),
  who: fc.nat(2),
  other: fc.nat(2),
  key: fc.constantFrom(...keys),
  isSure: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** What one store answers, with fences and times named by their order. */
class Player {
  #stores: Store[];
  #lives = [1, 1, 1];
  #homes: Home[][] = [[], [], []];
  #names = new Map<number, number>();
  #beats = new Map<string, { life: number; beat: number }>();

  constructor(connect: () => Store) {
    this.#stores = ids.map(connect);
  }

  #self(who: number): Self {
    const member = { id: ids[who]!, peerUrl: "http://x", address: "", seats: 1, rooms: 2, isDraining: false };
    return { member, life: this.#lives[who]! };
  }

  #named = (answer: Home | string) => {
    if (typeof answer === "string") return answer;
    const name = this.#names.get(answer.fence) ?? this.#names.size;
    this.#names.set(answer.fence, name);
    return { ...answer, fence: name };
  };

  #seen({ rows, missing, left }: View) {
    this.#beats = new Map(rows.map(({ member, life, beat }) => [member.id, { life, beat }]));
    const lives = rows.map(({ member, life }) => [member, life]);
    return { lives: lives.sort(), missing: [...missing].sort(), left: [...left].sort() };
  }

  async play({ does, who, other, key, isSure }: Step): Promise<unknown> {
    const store = this.#stores[who]!;
    const self = this.#self(who);
    const mine = this.#homes[who]!;
    switch (does) {
      case "claim": {
        const answer = await store.claim(self, key, `room of ${who}`);
        if (typeof answer === "object" && answer.process === ids[who]) {
          this.#homes[who] = [...mine.filter((home) => home.key !== key), answer];
        }
        return this.#named(answer);
      }
      case "find":
        return this.#named(await store.find(self, key));
      case "release": {
        const home = mine.find((one) => one.key === key);
        this.#homes[who] = mine.filter((one) => one.key !== key);
        return home && store.release(home);
      }
      case "beat": {
        const view = await store.beat(self);
        return typeof view === "string" ? view : this.#seen(view);
      }
      case "enter": {
        const { lost, isEmpty, ...view } = await store.enter(
          self,
          ids.filter((id) => id !== ids[who]),
          mine,
          isSure,
        );
        this.#homes[who] = mine.filter((home) => !lost.includes(home.key));
        return { lost, isEmpty, ...this.#seen(view) };
      }
      case "bury": {
        const seen = this.#beats.get(ids[other]!);
        return seen && store.bury(ids[other]!, seen.life, seen.beat);
      }
      case "leave":
        return store.leave(self);
      case "again":
        this.#lives[who]!++;
        this.#homes[who] = [];
        return undefined;
    }
  }
}

describe.skipIf(!hasRedis)(hasRedis ? "the store in Redis" : noRedis, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ appendonly: "no" });
  });
  afterAll(() => server.stop());

  it("answers as that in memory does", { timeout: 120_000 }, async () => {
    const all = { isSure: true, other: 0, key: keys[0]! };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
        await server.connect().flushall();
        const memory = new MemoryRedis(Date.now);
        const ofRedis = new Player(() => createRedisStore(server.connect(), Date.now));
        const ofMemory = new Player(() => memory.connect(async (call) => call()));
        const both = async (one: Step) =>
          expect(await ofRedis.play(one), JSON.stringify(one)).toEqual(await ofMemory.play(one));
        await both({ ...all, does: "claim", who: 0 });
        for (const who of [0, 1, 2]) await both({ ...all, does: "enter", who });
        await both({ ...all, does: "claim", who: 0 });
        await new Promise((resolve) => setTimeout(resolve, quietMs + 50));
        for (const one of steps) {
          // beats are told apart by their time
          await new Promise((resolve) => setTimeout(resolve, 2));
          await both(one);
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});
