/** Tokens as an operator makes them, for a server that tests have started. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** `args`: more for `npm run token`. */
export async function newToken({ dataDir }: { dataDir: string }, handle: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, DATA_DIR: dataDir };
  const command = ["services/identity/mint.ts", "--handle", handle, ...args];
  return (await promisify(execFile)(process.execPath, command, { env })).stdout.trim();
}
