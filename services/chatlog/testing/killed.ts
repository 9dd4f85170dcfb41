/** A program that writes to the chat log in `argv[2]` until it is killed; `argv[3]`: where each writer begins, as JSON. */
import { writeSync } from "node:fs";
import { createSqliteChatLog } from "../sqlite.ts";
import { write } from "./writers.ts";

const [dataDir, next] = process.argv.slice(2) as [string, string];
const log = createSqliteChatLog({
  dataDir,
  onError(error) {
    throw error;
  },
});
await write(log, JSON.parse(next) as number[], ({ writer, number, seq }) => {
  // synchronous, and standard output is a file: what was written here stays, whatever happens next
  writeSync(1, `${writer} ${number} ${seq}\n`);
});
