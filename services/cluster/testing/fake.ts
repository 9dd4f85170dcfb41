/** Several processes in one, by a memory that they share instead of a Redis: killed, cut off and drained as a test says. */
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Cluster, ClusterEvent, Home, Member } from "../cluster.ts";

export type FakeCluster = Cluster & {
  /** As kill -9, seen by all the others at once. */
  kill(): void;
  /** Its homes are those of nobody any more; it is told so. */
  lose(): void;
  tell(event: ClusterEvent): void;
};

/** `shared.isUp = false` stops the memory for all. */
export function fakeClusters(count: number): { clusters: FakeCluster[]; shared: { isUp: boolean } } {
  const shared = { isUp: true };
  const homes = new Map<string, Home>();
  const living = new Map<string, Member>();
  const listeners = new Map<string, Set<(event: ClusterEvent) => void>>();
  const channels = new Map<string, Map<string, Set<(message: string, from: string) => void>>>();
  let fence = 0;

  const ask = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (!shared.isUp) throw new HereaboutsError("UNAVAILABLE");
  };
  const find = (key: string) => {
    const home = homes.get(key);
    return home && living.has(home.process) ? home : undefined;
  };
  const tell = (to: string, event: ClusterEvent) => {
    for (const listener of [...(listeners.get(to) ?? [])]) listener(event);
  };
  const end = (id: string, why: "drained" | "dead") => {
    const member = living.get(id);
    if (!member) return;
    living.delete(id);
    for (const other of living.keys()) tell(other, { type: "gone", member, why });
  };

  const make = (id: string): FakeCluster => ({
    id,
    isAlone: false,
    isCurrent: true,
    alive: () => ({ id, isServing: living.has(id), isUp: shared.isUp, upMs: 0 }),
    get isUp() {
      return shared.isUp;
    },
    members: () => [...living.values()],
    watch(listener) {
      const own = listeners.get(id) ?? new Set();
      listeners.set(id, own.add(listener));
      return () => void own.delete(listener);
    },
    async find(key) {
      await ask();
      return find(key);
    },
    async claim(key, value) {
      await ask();
      const home = find(key) ?? { key, value, process: id, fence: ++fence };
      homes.set(key, home);
      return home;
    },
    own(key) {
      const home = find(key);
      return home?.process === id ? home : undefined;
    },
    async release(home) {
      if (homes.get(home.key) === home) homes.delete(home.key);
    },
    channel(name) {
      const all = channels.get(name) ?? new Map();
      channels.set(name, all);
      const own = new Set<(message: string, from: string) => void>();
      all.set(id, own);
      return {
        async publish(message) {
          await ask();
          for (const [to, heard] of all) if (to !== id) for (const listener of heard) listener(message, id);
        },
        listen(listener) {
          own.add(listener);
          return () => void own.delete(listener);
        },
      };
    },
    async begin({ peerUrl, address }, load) {
      const member = { id, peerUrl, address, ...load(), isDraining: false };
      living.set(id, member);
      for (const other of living.keys()) if (other !== id) tell(other, { type: "joined", member });
    },
    async drain() {
      living.set(id, { ...living.get(id)!, isDraining: true });
    },
    async close() {
      end(id, "drained");
    },
    kill: () => end(id, "dead"),
    lose() {
      for (const [key, home] of [...homes]) {
        if (home.process !== id) continue;
        homes.delete(key);
        tell(id, { type: "lost", home });
      }
    },
    tell: (event) => tell(id, event),
  });
  return { clusters: Array.from({ length: count }, (_, i) => make(`process${i}`)), shared };
}
