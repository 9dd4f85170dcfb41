/** The test site: a server in this process, its people and their networks, and what is wrong to ask of it. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { createTestSite, type TestSite, type TestSiteOptions, until, weatherOn } from "../testing/index.ts";

let site: TestSite | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});
const open = async (options?: TestSiteOptions) => (site = await createTestSite(options));

/** Where sites keep their folders here: of its own, because other tests open sites at the same time. */
const home = mkdtempSync(join(tmpdir(), "hereabouts-sites-"));
vi.stubEnv("TMPDIR", home);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

describe("a test site", () => {
  it("[SD4] gives people who see each other, and leaves nothing behind", async () => {
    const { url, connect, close } = { ...bound(await open()) };
    const [ada, bob] = await Promise.all([connect("Ada"), connect("Bob")]);
    const [hers, his] = [await ada.world("meadow"), await bob.world("meadow")];
    hers.moveTo({ x: 10, y: 20 });
    const seen = await until(() => his.people.get(hers.me!.id));
    await until(() => seen.x === 10 && seen.y === 20);
    expect(seen.name).toBe("Ada");
    await Promise.all([close(), close()]);
    expect(hers.connection).toBe("closed");
    await expect(fetch(url)).rejects.toThrow();
    await expect(connect("Cleo")).rejects.toMatchObject({ code: "CLOSED" });
    expect(readdirSync(home)).toEqual([]);
  });

  it("[SD4] refuses a second one at the same time, and has one after the other", async () => {
    const first = createTestSite();
    await expect(createTestSite()).rejects.toMatchObject({ code: "ONE_SERVER" });
    site = await first;
    await expect(createTestSite()).rejects.toMatchObject({ code: "ONE_SERVER" });
    const slug = "again";
    await (await site.connect("Ada")).world(slug).then((world) => world.props.set("lamp", true, { saved: true }));
    await site.close();
    await open();
    const world = await (await site!.connect("Ada")).world(slug);
    expect([world.props.get("lamp"), world.counts.people]).toEqual([undefined, 1]);
  });

  it("[SD4] says what is wrong with a setting, keeps no folder of it, and can be opened then", async () => {
    await expect(createTestSite({ settings: { GRACE_MSS: "1" } })).rejects.toMatchObject({ code: "UNKNOWN_SETTING" });
    await expect(createTestSite({ settings: { GRACE_MS: "soon" } })).rejects.toMatchObject({ code: "BAD_SETTING" });
    await expect(createTestSite({ settings: { PROCESSES: "2" } })).rejects.toMatchObject({ code: "BAD_SETTING" });
    expect(readdirSync(home)).toEqual([]);
    await open();
  });

  it("[SD4] makes people with handles and roles", async () => {
    const { connect } = bound(await open());
    const mod = await connect("Mo", { handle: "mo", role: "moderator" });
    expect(mod.identity).toMatchObject({ handle: "mo", name: "Mo", role: "moderator", guest: false });
    const chat = await mod.chat("system");
    expect(chat.isModerator).toBe(true);
    expect([...mod.joined.chats.keys(), ...mod.joined.worlds.keys()]).toEqual(["system"]);
    await chat.leave();
    expect(mod.joined.chats.size).toBe(0);
  });

  it("[SD4] gives people weather: what they do arrives late, whole and in order", async () => {
    const { connect } = bound(await open());
    const [ada, bob] = [await connect("Ada"), await connect("Bob")];
    const [near, far] = [await ada.chat("system"), await bob.chat("system")];
    const weather = weatherOn(bob, { delayMs: 60, jitterMs: 20, loss: 0.2 });
    const at = performance.now();
    await Promise.all(["one", "two", "three"].map((text) => far.say(text)));
    expect(performance.now() - at).toBeGreaterThan(120);
    await until(() => near.lines.length === 3);
    expect(near.lines.map(({ text }) => text)).toEqual(["one", "two", "three"]);
    weather.end();
    await far.say("four");
    await until(() => near.lines.length === 4 && far.lines.length === 4);
  });

  it("[SD4] has datagrams where they are asked for, and weather upon them", async () => {
    const { connect } = bound(await open({ datagrams: true }));
    const world = await (await connect("Ada", { weather: { delayMs: 30 } })).world("meadow");
    await until(() => world.link.carrier === "datagram" && (world.link.channel.roundTripMs ?? 0) >= 60);
  });
});

describe("until", () => {
  it("[SD4] gives what it waited for, or says what that was and why not", async () => {
    let asked = 0;
    expect(await until(() => (++asked > 2 ? "there" : ""))).toBe("there");
    const waiting = until(() => Promise.reject(new Error("no bell")), { withinMs: 20, what: "the bell" });
    await expect(waiting).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringContaining("the bell"),
      cause: { message: "no bell" },
    });
  });
});

/** Its methods, to be called without it. */
function bound(opened: TestSite) {
  return { url: opened.url, connect: opened.connect.bind(opened), close: opened.close.bind(opened) };
}
