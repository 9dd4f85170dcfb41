/** Several servers that share a Redis of their own, behind one address. */
import type { Chat, World } from "../../client/index.ts";
import { type RedisServer, startRedis } from "../../services/chatlog/testing/redisServer.ts";
import { type Front, startFront } from "./front.ts";
import { startTestServer, type TestServer } from "./server.ts";

export const authSecret: string = "s".repeat(32);

export interface TestCluster {
  readonly redis: RedisServer;
  readonly servers: TestServer[];
  /** The address that clients connect to: whoever lives answers. */
  readonly front: Front;
  /** The server that a room lives on: the one that its WebSocket goes to. */
  homeOf(room: World | Chat): TestServer;
  stop(): Promise<void>;
}

export async function startCluster(processes: number, env: Record<string, string> = {}): Promise<TestCluster> {
  const redis = await startRedis();
  const shared = { REDIS_URL: `redis://127.0.0.1:${redis.port}`, AUTH_SECRET: authSecret, ...env };
  const servers = await Promise.all(Array.from({ length: processes }, () => startTestServer({ env: shared })));
  const front = await startFront(servers.map(({ port }) => port));
  return {
    redis,
    servers,
    front,
    homeOf({ room }) {
      const { ws } = room.connection.transport as unknown as { ws: { url: string } };
      return servers.find(({ port }) => port === Number(new URL(ws.url).port))!;
    },
    async stop() {
      front.close();
      await Promise.all(servers.map((server) => server.stop(2000)));
      await redis.stop();
    },
  };
}
