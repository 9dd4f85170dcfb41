/** Going from world to world and going along with others, where each world is at home in another process. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts } from "../client/index.ts";
import { hasRedis, noRedis } from "../services/chatlog/testing/redisServer.ts";
import { startCluster, type TestCluster } from "./lib/cluster.ts";
import { cut } from "./lib/cut.ts";
import { travelWatched } from "./lib/together.ts";
import { pause, until } from "./lib/until.ts";

let cluster: TestCluster;
let people: Hereabouts[] = [];
let slugNumber = 0;

async function newcomer(name = "someone"): Promise<Hereabouts> {
  const here = await connect(cluster.front.url, { storage: null, name });
  people.push(here);
  return here;
}

/** A slug for each process, of a world that lives there for as long as `here` is in it. */
async function slugOfEach(here: Hereabouts): Promise<[string, string]> {
  const slugs: (string | undefined)[] = [undefined, undefined];
  while (slugs.includes(undefined)) {
    const world = await here.world(`place-${process.pid}-${++slugNumber}`);
    const home = cluster.servers.indexOf(cluster.homeOf(world));
    if (slugs[home] === undefined) slugs[home] = world.slug;
    else await world.leave();
  }
  return slugs as [string, string];
}

const worldsOf = (here: Hereabouts) => [...here.joined.worlds.keys()].join();

describe.skipIf(!hasRedis)(hasRedis ? "[OP5] two processes" : noRedis, () => {
  beforeAll(async () => {
    cluster = await startCluster(2);
  }, 60_000);
  afterAll(() => cluster?.stop());
  afterEach(async () => {
    await Promise.all(people.map((here) => here.close()));
    people = [];
  });

  it("[WO6] never show a traveller between them in neither, and put an end to what is left over", async () => {
    const [traveller, one, other, host] = await Promise.all([newcomer(), newcomer(), newcomer(), newcomer()]);
    const slugs = await slugOfEach(host);
    await travelWatched({ traveller, watchers: [one, other], slugs, rounds: 12 });
    const [first, last] = await Promise.allSettled([traveller.travel(slugs[0]), traveller.travel(slugs[1])]);
    expect([first.status, last.status]).toEqual(["rejected", "fulfilled"]);
    expect([...traveller.joined.worlds.keys()]).toEqual([slugs[1]]);
  });

  it("[WO6] take followers along between them, over lost connections", async () => {
    const [host, ada, ben] = await Promise.all([newcomer(), newcomer("Ada"), newcomer("Ben")]);
    const slugs = await slugOfEach(host);
    await Promise.all([ada.world(slugs[0], { share: true }), ben.world(slugs[0])]);
    const following = await ben.follow(ada.identity);
    for (let round = 1; round <= 6; round++) {
      const slug = slugs[round % 2]!;
      if (round === 3) cut(ben.joined.worlds.get(slugs[0])!);
      await ada.travel(slug, { share: true });
      await until(() => worldsOf(ben) === slug, `round ${round}`);
    }
    expect(following.ended).toBeUndefined();
    await ada.travel(slugs[1]);
    await until(() => following.ended === "hidden", "the end");
    expect(worldsOf(ben)).toBe(slugs[0]);
  });

  it("[WO6] let no two run after each other for ever who began at once", async () => {
    const [host, ada, ben] = await Promise.all([newcomer(), newcomer("Ada"), newcomer("Ben")]);
    const slugs = await slugOfEach(host);
    const chats = await Promise.all([ada.chat("system"), ben.chat("system")]);
    for (let round = 0; round < 4; round++) {
      await Promise.all([ada.travel(slugs[0], { share: true }), ben.travel(slugs[1], { share: true })]);
      await until(() => chats[0].people.get(ben.identity.id)?.where === slugs[1], "where Ben is");
      await until(() => chats[1].people.get(ada.identity.id)?.where === slugs[0], "where Ada is");
      let arrivals = 0;
      const both = await Promise.allSettled([ada.follow(ben.identity), ben.follow(ada.identity)]);
      const begun = both.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      for (const following of begun) following.on("arrived", () => arrivals++);
      await until(() => begun.filter(({ ended }) => !ended).length < 2, "one gives way");
      await pause(300);
      expect(arrivals).toBeLessThan(3);
      for (const following of begun) following.stop();
    }
  });

  it("[WO6] take followers along after the process of their chat was killed", async () => {
    const [ada, ben] = await Promise.all([newcomer("Ada"), newcomer("Ben")]);
    const [chat] = await Promise.all([ben.chat("system"), ada.chat("system")]);
    const doomed = cluster.homeOf(chat);
    const slug = (await slugOfEach(await newcomer()))[1 - cluster.servers.indexOf(doomed)]!;
    await Promise.all([ada.travel(slug, { share: true }), ben.travel(slug)]);
    const following = await ben.follow(ada.identity);
    process.kill(doomed.pid, "SIGKILL");
    await until(() => chat.connection !== "open", "the chat is away");
    const next = `place-${process.pid}-${++slugNumber}`;
    await until(() => chat.connection === "open", "the chat is back", 15_000);
    await ada.travel(next, { share: true });
    await until(() => worldsOf(ben) === next, "Ben came along", 10_000);
    expect(following.ended).toBeUndefined();
  });
});
