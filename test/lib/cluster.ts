/** Several servers that share a Redis of their own, behind one address. */
import { type RedisServer, startRedis } from "../../services/chatlog/testing/redisServer.ts";
import { type Front, startFront } from "./front.ts";
import { startTestServer, type TestServer } from "./server.ts";

export const authSecret: string = "s".repeat(32);

export interface TestCluster {
  readonly redis: RedisServer;
  readonly servers: TestServer[];
  /** The address that clients connect to: whoever lives answers. */
  readonly front: Front;
  /** A server more, or one again at a port that is free. */
  start(port?: number): Promise<TestServer>;
  stop(): Promise<void>;
}

export async function startCluster(processes: number, env: Record<string, string> = {}): Promise<TestCluster> {
  const redis = await startRedis();
  const shared = { REDIS_URL: `redis://127.0.0.1:${redis.port}`, AUTH_SECRET: authSecret, ...env };
  const servers: TestServer[] = [];
  const start = async (port = 0) => {
    const server = await startTestServer({ env: { ...shared, PORT: String(port) } });
    servers.push(server);
    return server;
  };
  await Promise.all(Array.from({ length: processes }, () => start()));
  const front = await startFront(servers.map(({ port }) => port));
  return {
    redis,
    servers,
    front,
    start,
    async stop() {
      front.close();
      await Promise.all(servers.map((server) => server.stop(2000)));
      await redis.stop();
    },
  };
}
