/**
 * The server of `npm run bench -- datagrams`: the product's, with a room that sends poses (room.ts). See lib/pair.ts for
 * what it says and is told.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matchMaker } from "@colyseus/core";
import { readConfig } from "../../config.ts";
import { startServer } from "../../server.ts";
import type { SenderReady, SenderTask } from "../lib/pair.ts";
import { posesRoomWith } from "./room.ts";

const { host, bytes, flows, rate } = JSON.parse(process.argv[2] ?? "{}") as SenderTask;
const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-bench-"));
process.on("disconnect", () => {
  rmSync(dataDir, { recursive: true, force: true });
  process.kill(process.pid, "SIGKILL");
});

const env = { HOST: host, PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "warn" };
const server = await startServer(readConfig(env).config);
matchMaker.defineRoomType("poses", posesRoomWith(server.services, { people: 2 * flows, rate, bytes }));
await server.datagrams;
process.send?.({ url: `http://${host}:${server.port}` } satisfies SenderReady);
