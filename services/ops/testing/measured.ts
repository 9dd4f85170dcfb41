/** Metrics of a server that is not there: presence with as many people as wanted, and the rest empty unless it is given. */
import { Registry } from "prom-client";
import { noStreams } from "../../audio/stream/off.ts";
import { createAlone } from "../../cluster/alone.ts";
import type { Datagrams } from "../../datagram/datagrams.ts";
import { LifecycleBus } from "../../lifecycle.ts";
import type { RoomKey } from "../../presence/crowd.ts";
import { createPresence } from "../../presence/presence.ts";
import type { Sessions } from "../../sessions/sessions.ts";
import { metersOf } from "../meters.ts";
import { createMetrics, type Measured } from "../metrics.ts";

export function measureNothing(given: Partial<Measured> = {}) {
  const presence = createPresence({ graceMs: 10_000, ghostMs: 5000 });
  const bus = new LifecycleBus((error) => {
    throw error;
  });
  const meters = metersOf(new Registry());
  const metrics = createMetrics(meters, {
    presence,
    bus,
    datagrams: { stats: () => [], carrier: undefined, malformed: 0 } as unknown as Datagrams,
    sessions: { streams: noStreams, all: [], attached: 0 } as unknown as Sessions,
    admission: { underWay: 0, waiting: 0 },
    rooms: () => [],
    cluster: createAlone(() => "here"),
    redis: undefined,
    checkStorage: async () => {},
    dataDir: ".",
    ...given,
  });
  return {
    ...{ presence, bus, meters, metrics },
    /** Person `number` takes a seat. */
    join(room: RoomKey, number: number): void {
      const person = `person-${number}`;
      const identity = {
        person,
        handle: person,
        name: person,
        kind: "human",
        guest: number % 2 === 0,
        role: "member",
      } as const;
      const seat = `${room} ${number}`;
      const who = { seat, room, identity, connection: `tab-${number}`, attention: "visible" } as const;
      presence.apply({ type: "join", ...who, share: true, exclusive: false });
    },
    /** What a scrape gets, line by line. */
    scrape: async () => (await metrics.registry.metrics()).split("\n"),
  };
}
