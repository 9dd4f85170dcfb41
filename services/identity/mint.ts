/** `npm run token -- --handle ada --role moderator`: prints a token for a person, signed by this server's own secret. */
import { parseArgs } from "node:util";
import { type Config, readProcessConfig } from "../../config.ts";
import { openRedis, ready } from "../cluster/redis.ts";
import { openStorage } from "../storage.ts";
import { agreeOnSecret } from "./agreement.ts";
import { createHandles, type Handles } from "./handles.ts";
import type { Kind, Role } from "./person.ts";
import { createRedisHandles } from "./redisHandles.ts";
import { createTokens, secretOf } from "./tokens.ts";

const usage = `usage: npm run token -- --handle ada [--name "Ada L."] [--role member|service|moderator|admin] [--kind human|ai|persona] [--days 365]`;

try {
  const { values } = parseArgs({
    options: {
      handle: { type: "string" },
      name: { type: "string" },
      role: { type: "string", default: "member" },
      kind: { type: "string", default: "human" },
      days: { type: "string", default: "365" },
    },
  });
  const days = Number(values.days);
  if (!values.handle || !(days > 0)) throw new Error(usage);
  if (!["member", "service", "moderator", "admin"].includes(values.role))
    throw new Error(`No role "${values.role}".\n${usage}`);
  if (!["human", "ai", "persona"].includes(values.kind)) throw new Error(`No kind "${values.kind}".\n${usage}`);
  const { config } = readProcessConfig([]);
  const { handles, close } = config.redisUrl ? await openShared(config) : openDatabase(config);
  const tokens = createTokens(config, handles);
  const { handle, name } = values;
  const claims = { handle, kind: values.kind as Kind, role: values.role as Role, days, ...(name ? { name } : {}) };
  try {
    console.log(await tokens.mint(claims));
  } finally {
    close();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

type Opened = { handles: Handles; close(): void };

function openDatabase({ dataDir }: Config): Opened {
  const storage = openStorage(dataDir);
  return { handles: createHandles(storage), close: () => storage.close() };
}

async function openShared(config: Config): Promise<Opened> {
  const connections = await openRedis(config.redisUrl, () => {});
  const { close } = connections;
  try {
    const redis = connections.open();
    await ready(redis);
    await agreeOnSecret(redis, secretOf(config));
    return { handles: createRedisHandles(redis), close };
  } catch (error) {
    close();
    throw error;
  }
}
