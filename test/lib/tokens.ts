/** Tokens as an operator makes them, for a server that tests have started. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

type Signing = { dataDir: string; authSecret?: string };

/** `args`: more for `npm run token`. */
export async function newToken(server: Signing, handle: string, ...args: string[]): Promise<string> {
  const { dataDir, authSecret = "" } = server;
  const env = { ...process.env, DATA_DIR: dataDir, AUTH_SECRET: authSecret };
  const command = ["services/identity/mint.ts", "--handle", handle, ...args];
  return (await promisify(execFile)(process.execPath, command, { env })).stdout.trim();
}
