/**
 * `hereabouts/testing`: a whole server in the process of a test, and people for it. It is the real one, on a free port of
 * 127.0.0.1, with a data folder of its own that goes with it; it writes nothing and reads nothing of the environment.
 * Works under vitest, node:test and any other runner.
 *
 * @example
 * ```ts
 * import { createTestSite, until } from "hereabouts/testing";
 *
 * const site = await createTestSite();
 * const ada = await (await site.connect("Ada")).world("meadow");
 * const bob = await (await site.connect("Bob")).world("meadow");
 * ada.moveTo({ x: 10, y: 20 });
 * await until(() => bob.people.get(ada.me!.id)?.x === 10);
 * await site.close();
 * ```
 */
import { rm } from "node:fs/promises";
import { matchMaker } from "@colyseus/core";
import { connect, type Hereabouts } from "../client/index.ts";
import { HereaboutsError } from "../schema/errors.ts";
import type { RunningServer } from "../server.ts";
import { start } from "./start.ts";
import type { TestPersonOptions, TestSite, TestSiteOptions } from "./types.ts";
import { weatherOn } from "./weatherOn.ts";

export type { Weather } from "../client/weather.ts";
export type * from "./types.ts";
export { type UntilOptions, until } from "./until.ts";
export { type LinkWeather, weatherOn } from "./weatherOn.ts";

let isOpen = false;

/**
 * Starts a server. One at a time in a process; the next one may come when this one is closed.
 *
 * @example
 * ```ts
 * import { createTestSite } from "hereabouts/testing";
 *
 * await using site = await createTestSite({ settings: { GRACE_MS: "500" } }); // closes itself
 * const ada = await site.connect("Ada", { handle: "ada", role: "moderator" });
 * ```
 * @throws HereaboutsError ONE_SERVER if there is one; BAD_SETTING, UNKNOWN_SETTING.
 */
export async function createTestSite(options: TestSiteOptions = {}): Promise<TestSite> {
  if (isOpen || matchMaker.state === matchMaker.MatchMakerState.READY) throw new HereaboutsError("ONE_SERVER");
  isOpen = true;
  try {
    const { server, dataDir } = await start(options);
    return new Site(server, dataDir, options.datagrams ?? false);
  } catch (error) {
    isOpen = false;
    throw error;
  }
}

class Site implements TestSite {
  readonly url: string;
  readonly #server: RunningServer;
  readonly #dataDir: string;
  readonly #hasDatagrams: boolean;
  readonly #people: Hereabouts[] = [];
  #closing: Promise<void> | undefined;

  constructor(server: RunningServer, dataDir: string, hasDatagrams: boolean) {
    this.url = `http://127.0.0.1:${server.port}`;
    this.#server = server;
    this.#dataDir = dataDir;
    this.#hasDatagrams = hasDatagrams;
  }

  async connect(name: string, options: TestPersonOptions = {}): Promise<Hereabouts> {
    if (this.#closing) throw new HereaboutsError("CLOSED", "The test site is closed.");
    const { handle, role = "member", kind = "human", weather, ...rest } = options;
    const token = handle === undefined ? {} : { token: await this.token({ handle, name, role, kind }) };
    const datagrams = this.#hasDatagrams && (await import("node-datachannel/polyfill")).RTCPeerConnection;
    const here = await connect(this.url, { name, storage: null, datagrams, ...token, ...rest });
    this.#people.push(here);
    if (weather) weatherOn(here, weather);
    return here;
  }

  token(claims: Parameters<TestSite["token"]>[0]): Promise<string> {
    return this.#server.services.tokens.mint(claims);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      await Promise.all(this.#people.map((here) => here.close()));
      await this.#server.close();
      await rm(this.#dataDir, { recursive: true, force: true });
    } finally {
      isOpen = false;
    }
  }
}
