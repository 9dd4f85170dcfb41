/** `npm run token -- --handle ada --role moderator`: prints a token for a person, signed by this server's own secret. */
import { parseArgs } from "node:util";
import { type Config, readProcessConfig } from "../../config.ts";
import { connectRedis } from "../redisClient.ts";
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
  const { handles, close } = config.redisUrl ? await openRedis(config) : openDatabase(config);
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

async function openRedis(config: Config): Promise<Opened> {
  const redis = await connectRedis(config.redisUrl, () => {});
  const close = () => redis.disconnect();
  await agreeOnSecret(redis, secretOf(config)).catch((error: unknown) => {
    close();
    throw error;
  });
  return { handles: createRedisHandles(redis), close };
}
