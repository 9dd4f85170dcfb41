/**
 * A process among others for tests, on its own: obeys its parent by IPC, answers `GET /cluster/alive`, and notes every few
 * ms for which keys it stands at that instant, as whoever reads from clients would ask.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClusterEvent, Home } from "../cluster.ts";
import { openRedis } from "../redis.ts";
import { createRedisCluster } from "../redisCluster.ts";

export type Order = { call: number } & (
  | { do: "claim"; keys: string[]; value: string }
  | { do: "find"; key: string }
  | { do: "release"; key: string }
  | { do: "state" }
  | { do: "say"; text: string }
  | { do: "drain" }
  | { do: "close" }
);
export interface State {
  isUp: boolean;
  isCurrent: boolean;
  isServing: boolean;
  members: string[];
  stands: Stand[];
  events: { at: number; event: ClusterEvent }[];
  heard: string[];
}
/** For a time without a gap of more than `sampleMs` and a little. */
export type Stand = { key: string; fence: number; from: number; to: number };
export type Report = { call: number; answer?: unknown; error?: string; ms: number };

const sampleMs = 5;
const [id, url] = process.argv.slice(2) as [string, string];
const now = () => performance.timeOrigin + performance.now();

const onError = () => {};
const cluster = await createRedisCluster({ redis: await openRedis(url, onError), id: () => id, now, onError });
const events: State["events"] = [];
const stands: Stand[] = [];
const standing = new Map<string, Stand>();
const heard: string[] = [];
const keys = new Set<string>();
cluster.watch((event) => void events.push({ at: now(), event }));
cluster.channel("talk").listen((text, from) => void heard.push(`${from}: ${text}`));

function sample(): void {
  for (const key of keys) {
    const home = cluster.isCurrent ? cluster.own(key) : undefined;
    const last = standing.get(key);
    const at = now();
    if (home && last?.fence === home.fence && at - last.to < sampleMs * 10) last.to = at;
    else if (home) {
      const stand = { key, fence: home.fence, from: at, to: at };
      standing.set(key, stand);
      stands.push(stand);
    } else standing.delete(key);
  }
}
setInterval(sample, sampleMs);

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case "claim": {
      for (const key of order.keys) keys.add(key);
      const claims = order.keys.map((key) => cluster.claim(key, order.value));
      const homes: Home[] = await Promise.all(claims);
      sample();
      return homes;
    }
    case "find":
      return cluster.find(order.key);
    case "release": {
      const home = cluster.own(order.key);
      return home && cluster.release(home);
    }
    case "say":
      return cluster.channel("talk").publish(order.text);
    case "drain":
      return cluster.drain();
    case "close":
      return cluster.close();
    case "state": {
      const { isServing, isUp } = cluster.alive();
      const members = cluster.members().map((member) => member.id);
      return { isUp, isCurrent: cluster.isCurrent, isServing, members, stands, events, heard } satisfies State;
    }
  }
}

process.on("message", async (order: Order) => {
  const askedAt = now();
  const report = (said: Partial<Report>) => process.send!({ call: order.call, ms: now() - askedAt, ...said });
  await obey(order).then(
    (answer) => report({ answer }),
    (error: Error) => report({ error: (error as { code?: string }).code ?? String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));

const http = createServer((_req, res) => res.end(JSON.stringify(cluster.alive())));
await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
const { port } = http.address() as AddressInfo;
await cluster.begin({ peerUrl: `http://127.0.0.1:${port}`, address: `:${port}` }, () => ({ seats: 0, rooms: 0 }));
process.send!({ call: 0, ms: 0 } satisfies Report);
