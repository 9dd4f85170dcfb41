/** A process without others: every key is its own. */
import type { Cluster, Home, Member } from "./cluster.ts";

/** `id`: of the process; asked for when it is needed, as Colyseus makes it late. */
export function createAlone(id: () => string): Cluster {
  const homes = new Map<string, Home>();
  let fence = 0;
  let self: Member | undefined;
  let isDraining = false;
  return {
    get id() {
      return id();
    },
    isAlone: true,
    isUp: true,
    isCurrent: true,
    alive: () => ({ id: id(), isServing: true, isUp: true, upMs: 0 }),
    members: () => (self ? [self] : []),
    watch: () => () => {},
    find: async (key) => homes.get(key),
    async claim(key, value) {
      const home = homes.get(key) ?? { key, value, process: id(), fence: ++fence };
      homes.set(key, home);
      return home;
    },
    own: (key) => homes.get(key),
    async release(home) {
      if (homes.get(home.key) === home) homes.delete(home.key);
    },
    channel: () => ({ publish: async () => {}, listen: () => () => {} }),
    async begin({ peerUrl, address }, load) {
      self = {
        peerUrl,
        address,
        get id() {
          return id();
        },
        get seats() {
          return load().seats;
        },
        get rooms() {
          return load().rooms;
        },
        get isDraining() {
          return isDraining;
        },
      };
    },
    async drain() {
      isDraining = true;
    },
    async close() {},
  };
}
