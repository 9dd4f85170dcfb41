/**
 * `npm run why -- <handle> <room>`: why someone is shown in a room as they are, asked of the running server as operator.
 * The room is like `world:field` or `chat:system`; `--url` names a server elsewhere than the settings say.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readProcessConfig } from "../../config.ts";
import type { Refusal } from "../../schema/errors.ts";
import type { Explanation } from "../presence/explain.ts";

const usage = "usage: npm run why -- <handle> <world:slug or chat:name> [--url http://localhost:2567]";

try {
  const { values, positionals } = parseArgs({ options: { url: { type: "string" } }, allowPositionals: true });
  const [person, room] = positionals;
  if (!person || !room) throw new Error(usage);
  const { config } = readProcessConfig([]);
  const url = values.url ?? `http://127.0.0.1:${config.port}`;
  const file = join(config.dataDir, "monitor-password");
  const kept = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  const password = config.monitorPassword || kept;
  const authorization = `Basic ${Buffer.from(`operator:${password}`).toString("base64")}`;
  const query = new URLSearchParams({ person, room });
  const response = await fetch(`${url}/ops/explain?${query}`, { headers: { authorization } }).catch(() => {
    throw new Error(
      `No server answers at ${url}. Start it, or say where it is: by PORT, or --url http://localhost:2567.`,
    );
  });
  if (response.status === 401) {
    const from = config.monitorPassword ? "of MONITOR_PASSWORD" : kept ? `in ${file}` : `(there is no ${file})`;
    const refused = `${url} does not take the operator's password ${from}.`;
    throw new Error(`${refused} Set DATA_DIR or MONITOR_PASSWORD as that server has it, or name another by --url.`);
  }
  const answer = (await response.json().catch(() => ({}))) as Partial<Refusal> & { explanations?: Explanation[] };
  if (!answer.explanations) {
    const { message = `${url} answered ${response.status}.`, remedy = "Is it this server? --url names another." } =
      answer;
    throw new Error(`${message} ${remedy}`);
  }
  if (answer.explanations.length === 0)
    throw new Error(`Nobody called ${person} holds a seat anywhere on this server.`);
  for (const { handle, person: id, sentences } of answer.explanations) {
    console.log(`${handle ?? id} in ${room}\n${sentences.map((sentence) => `  ${sentence}`).join("\n")}`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
