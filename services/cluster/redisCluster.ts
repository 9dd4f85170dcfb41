/** This process among others that share a Redis: the participant with its connections, its timer and its channels. */
import { setTimeout as pause } from "node:timers/promises";
import { createChannels } from "./channels.ts";
import type { Cluster } from "./cluster.ts";
import type { Outcome } from "./members.ts";
import { Participant, tickMs } from "./participant.ts";
import { probe as probeByHttp } from "./probe.ts";
import { type Connections, ready } from "./redis.ts";
import { createRedisStore } from "./redisStore.ts";

export interface RedisClusterOptions {
  redis: Connections;
  /** Of the process; asked for when it is needed, as Colyseus makes it late. */
  id: () => string;
  /** Ms of a clock that never goes back. */
  now: () => number;
  onError(error: unknown): void;
  /** Asks another process `GET /cluster/alive`. */
  probe?: (peerUrl: string) => Promise<Outcome>;
}

/** Rejects where Redis does not answer. */
export async function createRedisCluster(options: RedisClusterOptions): Promise<Cluster> {
  const { redis, id, now, onError, probe = probeByHttp } = options;
  const commands = redis.open();
  const subscriber = redis.open();
  await Promise.all([ready(commands), ready(subscriber)]);
  const store = createRedisStore(commands, now);
  const participant = new Participant({ id, now, onError, probe, store, pause: (ms) => pause(ms) });
  const { channel } = createChannels({ commands, subscriber, id, onError });
  const ticking = setInterval(() => participant.tick(), tickMs).unref();
  commands.on("close", () => participant.lostRedis());
  commands.on("ready", () => participant.tick());

  return Object.assign(participant, {
    channel,
    async close() {
      clearInterval(ticking);
      await Participant.prototype.close.call(participant);
      commands.disconnect();
      subscriber.disconnect();
    },
  });
}
