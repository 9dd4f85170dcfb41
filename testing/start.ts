/** Starts the server of a test site: settings that suit tests, and a folder that is removed if it does not start. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../config.ts";
import { HereaboutsError } from "../schema/errors.ts";
import { type RunningServer, startServer } from "../server.ts";
import type { TestSiteOptions } from "./types.ts";
import { until } from "./until.ts";

const carrierMs = 10_000;

/** Throws BAD_SETTING, UNKNOWN_SETTING; TIMEOUT where datagrams are wanted and do not come up. */
export async function start({ audio = false, datagrams = false, settings = {} }: TestSiteOptions) {
  const dataDir = await mkdtemp(join(tmpdir(), "hereabouts-site-"));
  let server: RunningServer | undefined;
  try {
    const { config } = readConfig({}, [], {
      HOST: "127.0.0.1",
      PORT: "0",
      DATA_DIR: dataDir,
      LOG_LEVEL: "silent",
      AUDIO: audio ? "on" : "off",
      DATAGRAMS: datagrams ? "on" : "off",
      ...settings,
    });
    if (config.processes > 1) throw new HereaboutsError("BAD_SETTING", "PROCESSES: a test site is one process.");
    server = await startServer(config);
    const { services } = server;
    const isUp = () => services.datagrams.carrier?.state === "up";
    if (datagrams) await until(isUp, { what: "datagrams to come up", withinMs: carrierMs });
    return { server, dataDir };
  } catch (error) {
    await server?.close();
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}
