/**
 * A server for bad input, and the process that sends it. Limits on how often are raised, so that what is sent meets the
 * validators and not only the budget (test/limits.test.ts has the budget); whoever asks may say from which address.
 */
import { fork } from "node:child_process";
import { basicAuth } from "../lib/http.ts";
import type { Credentials } from "../lib/junkHttp.ts";
import type { TestServer } from "../lib/server.ts";
import { newToken } from "../lib/tokens.ts";
import { startWatched } from "../lib/watched.ts";
import type { FuzzTask } from "./fuzzer.ts";
import type { FuzzReport } from "./report.ts";

const passwords = { viewer: "only looking", operator: "looking and doing" };

export async function startTarget(): Promise<{ server: TestServer; credentials: Credentials }> {
  const server = await startWatched({
    env: {
      MESSAGES_PER_SECOND: "1000",
      MOVES_PER_SECOND: "1000",
      ABUSE_REFUSALS: "1000000",
      MONITOR_PASSWORD: passwords.operator,
      MONITOR_VIEW_PASSWORD: passwords.viewer,
      TRUST_PROXY: "loopback",
    },
  });
  const roles = ["member", "service", "moderator"];
  const credentials = {
    tokens: await Promise.all(roles.map((role) => newToken(server, `fuzz-${role}`, "--role", role))),
    viewer: basicAuth("viewer", passwords.viewer)["authorization"]!,
    operator: basicAuth("operator", passwords.operator)["authorization"]!,
  };
  return { server, credentials };
}

export function fuzz(task: FuzzTask): Promise<FuzzReport> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL("./fuzzer.ts", import.meta.url), [JSON.stringify(task)]);
    child.once("message", (message) => resolve(message as FuzzReport));
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`the fuzzer ended with ${signal ?? code}`)));
  });
}
