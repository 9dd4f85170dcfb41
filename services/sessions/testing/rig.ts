/** A registry on streams of silence and a clock in the test's hand. */
import type { AudioEvent } from "../../../schema/audio.ts";
import { type FakeCluster, fakeClusters } from "../../cluster/testing/fake.ts";
import { LifecycleBus } from "../../lifecycle.ts";
import type { AudioSession } from "../session.ts";
import { Sessions, type SessionsOptions } from "../sessions.ts";
import { memoryStore } from "./store.ts";
import { createTestStreams, type TestStreams } from "./streams.ts";

export type Rig = {
  bus: LifecycleBus;
  sessions: Sessions;
  streams: TestStreams;
  errors: unknown[];
  now: () => number;
  /** Lets time pass, with a tick each second. */
  pass(ms: number): void;
  /** Events told to one who watches from now on. */
  watch(session: AudioSession): AudioEvent[];
};

export type RigOptions = {
  isLate?: boolean;
  limits?: Partial<SessionsOptions["limits"]>;
  shared?: SessionsOptions["shared"];
};

export function createRig(options: RigOptions = {}): Rig {
  let clock = 1_800_000_000_000;
  const now = () => clock;
  const streams = createTestStreams({ now, isLate: options.isLate ?? false });
  const errors: unknown[] = [];
  const limits = { sessions: 100, perMaker: 50, listeners: 100, ...options.limits };
  const { shared } = options;
  const bus = new LifecycleBus((error) => errors.push(error));
  const sessions = new Sessions({ bus, streams, limits, shared, now, onError: (error) => errors.push(error) });
  return {
    bus,
    sessions,
    streams,
    errors,
    now,
    pass(ms) {
      for (const end = clock + ms; clock < end; ) {
        clock = Math.min(end, clock + 1000);
        sessions.tick();
      }
    },
    watch(session) {
      const events: AudioEvent[] = [];
      session.feed.watch((event) => events.push(event));
      return events;
    },
  };
}

export type SharedRig = Rig & { cluster: FakeCluster };

/** Registries of several processes that share a memory, each with streams and a clock of its own. */
export async function createSharedRigs(count: number, limits?: RigOptions["limits"]) {
  const { clusters, shared } = fakeClusters(count);
  const store = memoryStore(() => shared.isUp);
  const rigs = clusters.map(
    (cluster): SharedRig => ({ ...createRig({ shared: { cluster, store }, ...(limits && { limits }) }), cluster }),
  );
  for (const { cluster } of rigs) await cluster.begin({ peerUrl: "", address: "" }, () => ({ seats: 0, rooms: 0 }));
  return { rigs, store, shared };
}

/** A sink that keeps what it is given. */
export function keepingSink() {
  return {
    bytes: 0,
    isEnded: false,
    pendingBytes: 0,
    write(chunk: Uint8Array): boolean {
      this.bytes += chunk.length;
      return true;
    },
    end(): void {
      this.isEnded = true;
    },
    destroy(): void {
      this.isEnded = true;
    },
  };
}
