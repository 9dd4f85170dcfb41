/**
 * Datagrams over real networks: late and lossy ones, one whose firewall drops UDP in mid-session, and one behind a router.
 * Skipped where not root, or where something else is missing: the title says what.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createNetwork, type Network, type NetworkOptions, whyNoNetwork } from "../loadtest/lib/network.ts";
import { executable, newcomer, openBrowser, openWorld } from "./lib/browser.ts";
import type { Seen } from "./lib/netWalkers.ts";
import { sleep } from "./lib/pace.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const port = 2567;
/** The line that tells of it is up to so much later. */
const toldMs = 200;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A network with a server at b. */
async function network(options: NetworkOptions): Promise<{ network: Network; url: string }> {
  const network = await createNetwork(options);
  onTestFinished(() => network.close());
  const env = { PATH: process.env["PATH"], PORT: String(port), DATA_DIR: folder(), LOG_FORMAT: "json", AUDIO: "off" };
  const server = network.b.spawn(process.execPath, [path("../server.ts")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: server.stdout! })) if (/datagrams\s+UDP port/.test(line)) break;
  server.stdout!.resume();
  return { network, url: `http://${network.b.address}:${port}` };
}

/** People who walk at a, and what they say they see. */
function walkers({ network, url }: { network: Network; url: string }, count: number) {
  const program = network.a.spawn(process.execPath, [path("./lib/netWalkers.ts"), url, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const seen: Seen[] = [];
  createInterface({ input: program.stdout! }).on("line", (line) => seen.push(JSON.parse(line) as Seen));
  return {
    seen,
    /** Resolves with how long it took until all were on `carrier`, in ms. */
    async on(carrier: string, withinMs: number): Promise<number> {
      const begun = performance.now();
      const from = seen.length;
      while (!seen.slice(from).some(({ carriers }) => carriers.every((one) => one === carrier))) {
        if (performance.now() - begun > withinMs) {
          expect.fail(
            `not all on ${carrier} within ${withinMs} ms: ${seen.at(-1)?.states.join(", ") ?? "nothing seen"}`,
          );
        }
        await sleep(10);
      }
      return performance.now() - begun;
    },
  };
}

const reason = whyNoNetwork();
describe.skipIf(reason)(`datagrams over a real network${reason ? `, skipped: ${reason}` : ""}`, () => {
  it("[MV4] when UDP is dropped in mid-session: on the WebSocket within 2 s, back by proof, nobody ever drawn backwards", async () => {
    const there = await network({ weather: { delayMs: 20, jitterMs: 5, loss: 0.01 } });
    const { seen, on } = walkers(there, 3);
    await on("datagram", 10_000);
    await sleep(3000);
    seen.length = 0;
    await there.network.blockUdp(true);
    const downMs = await on("websocket", 2000 + toldMs);
    await sleep(2000);
    const blocked = seen.map(({ worstLagMs }) => worstLagMs);
    await there.network.blockUdp(false);
    const backMs = await on("datagram", 30_000);
    await sleep(2000);
    console.info(
      `network: off UDP after ${downMs.toFixed(0)} ms, back ${backMs.toFixed(0)} ms after it was let through, ` +
        `drawn late by ${Math.max(...blocked)} ms at worst meanwhile`,
    );
    const last = seen.at(-1)!;
    expect(last.wentBack).toBe(0);
    expect(last.switches).toBeLessThanOrEqual(3);
    expect(last.troubles).toEqual([]);
    // frames were lost for as long as nobody knew that they were
    expect(Math.max(...blocked)).toBeLessThan(2500);
  });

  it("[MV3] through a tenth of all packets lost: stays on datagrams, and draws nobody backwards", async () => {
    const there = await network({ weather: { delayMs: 50, jitterMs: 10, loss: 0.1, reorder: 0.05, duplicate: 0.05 } });
    const { seen, on } = walkers(there, 2);
    await on("datagram", 20_000);
    const from = seen.length;
    await sleep(8000);
    const since = seen.slice(from);
    expect(since.flatMap(({ carriers }) => carriers).filter((carrier) => carrier !== "datagram")).toEqual([]);
    expect(since.at(-1)).toMatchObject({ wentBack: 0, switches: 0, troubles: [] });
  });
});

const noRouter = whyNoNetwork({ nat: true });
describe.skipIf(noRouter)(`datagrams from behind a router${noRouter ? `, skipped: ${noRouter}` : ""}`, () => {
  it("[MV3] get through from the SDK", async () => {
    const there = await network({ nat: true, weather: { delayMs: 10 } });
    await walkers(there, 2).on("datagram", 10_000);
  });

  /** Its page is not served securely either, which keeps half of the browser's interfaces from it. */
  it("[MV3] get through from a browser, without STUN", async () => {
    const there = await network({ nat: true, weather: { delayMs: 10 } });
    const inside = join(folder(), "chromium");
    const command = [...there.network.a.enter, executable!].map((part) => `'${part}'`).join(" ");
    writeFileSync(inside, `#!/bin/sh\nexec ${command} "$@"\n`);
    chmodSync(inside, 0o755);
    const browser = await openBrowser(inside);
    onTestFinished(() => browser.close());
    const { context, errors } = await newcomer(browser);
    const page = await openWorld(context, `${there.url}/field`);
    await page.locator('#link[data-carrier="datagram"]').waitFor({ timeout: 15_000 });
    expect(errors).toEqual([]);
  });
});
