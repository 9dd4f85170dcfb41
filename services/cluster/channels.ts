/** What is said to all other processes, by Redis's publish and subscribe: lost while Redis is away. */
import type { Redis } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Channel } from "./cluster.ts";

type Listener = (message: string, from: string) => void;

export interface Channels {
  channel(name: string): Channel;
}

export interface ChannelsOptions {
  commands: Redis;
  subscriber: Redis;
  id: () => string;
  onError(error: unknown): void;
}

export function createChannels({ commands, subscriber, id, onError }: ChannelsOptions): Channels {
  const listeners = new Map<string, Set<Listener>>();
  const topicOf = (name: string) => `hereabouts:channel:${name}`;

  const subscribe = (topics: string[]) => {
    if (topics.length > 0 && subscriber.status === "ready") subscriber.subscribe(...topics).catch(onError);
  };
  // what was asked for while it was away
  subscriber.on("ready", () => subscribe([...listeners.keys()]));
  subscriber.on("message", (topic: string, text: string) => {
    const end = text.indexOf(" ");
    const from = text.slice(0, end);
    if (from === id()) return;
    for (const listener of listeners.get(topic) ?? []) {
      try {
        listener(text.slice(end + 1), from);
      } catch (error) {
        onError(error);
      }
    }
  });

  return {
    channel: (name) => ({
      async publish(message) {
        try {
          await commands.publish(topicOf(name), `${id()} ${message}`);
        } catch (cause) {
          throw new HereaboutsError("UNAVAILABLE", "", { cause });
        }
      },
      listen(listener) {
        const topic = topicOf(name);
        const those = listeners.get(topic) ?? new Set();
        listeners.set(topic, those.add(listener));
        if (those.size === 1) subscribe([topic]);
        return () => {
          those.delete(listener);
          if (those.size > 0 || listeners.get(topic) !== those) return;
          listeners.delete(topic);
          // a connection that is gone is subscribed to nothing; what comes all the same is heard by nobody
          subscriber.unsubscribe(topic).catch(() => {});
        };
      },
    }),
  };
}
