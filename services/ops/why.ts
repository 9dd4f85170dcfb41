/**
 * `npm run why -- <handle> <room>`: why someone is shown in a room as they are, asked of the running server as operator.
 * The room is like `world:field` or `chat:system`; `--url` names a server elsewhere than the settings say.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readProcessConfig } from "../../config.ts";
import type { Explanation } from "../presence/explain.ts";

const usage = "usage: npm run why -- <handle> <world:slug or chat:name> [--url http://localhost:2567]";

try {
  const { values, positionals } = parseArgs({ options: { url: { type: "string" } }, allowPositionals: true });
  const [person, room] = positionals;
  if (!person || !room) throw new Error(usage);
  const { config } = readProcessConfig([]);
  const url = values.url ?? `http://127.0.0.1:${config.port}`;
  const file = join(config.dataDir, "monitor-password");
  const password = config.monitorPassword || (existsSync(file) ? readFileSync(file, "utf8").trim() : "");
  const authorization = `Basic ${Buffer.from(`operator:${password}`).toString("base64")}`;
  const query = new URLSearchParams({ person, room });
  const response = await fetch(`${url}/ops/explain?${query}`, { headers: { authorization } });
  const answer = (await response.json()) as { explanations?: Explanation[]; message?: string };
  if (!answer.explanations) throw new Error(answer.message ?? `The server answered ${response.status}.`);
  if (answer.explanations.length === 0)
    throw new Error(`Nobody called ${person} holds a seat anywhere on this server.`);
  for (const { handle, person: id, sentences } of answer.explanations) {
    console.log(`${handle ?? id} in ${room}\n${sentences.map((sentence) => `  ${sentence}`).join("\n")}`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
