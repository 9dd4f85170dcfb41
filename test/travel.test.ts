/** Going from world to world and going along with others, through the SDK and real servers. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts } from "../client/index.ts";
import { cut } from "./lib/cut.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { travelWatched } from "./lib/together.ts";
import { pause, until } from "./lib/until.ts";

let server: TestServer;
let people: Hereabouts[] = [];
let slugNumber = 0;

const newSlug = () => `place-${process.pid}-${++slugNumber}`;

async function newcomer(name = "someone"): Promise<Hereabouts> {
  const here = await connect(server.url, { storage: null, name });
  people.push(here);
  return here;
}

const worldsOf = (here: Hereabouts) => [...here.joined.worlds.keys()];

beforeAll(async () => {
  server = await startTestServer({ env: { GRACE_MS: "3000", GHOST_MS: "800", MAX_PEOPLE: "3" } });
});
afterEach(async () => {
  await Promise.all(people.map((here) => here.close()));
  people = [];
});
afterAll(() => server.stop());

describe("[WO6] travelling", () => {
  it("is never seen in neither world, in both and in a chat", async () => {
    const [traveller, one, other] = await Promise.all([newcomer(), newcomer(), newcomer()]);
    await travelWatched({ traveller, watchers: [one, other], slugs: [newSlug(), newSlug()], rounds: 12 });
  });

  it("stays where the next world is full or is none, says so, and tries again when asked", async () => {
    const [meadow, pond] = [newSlug(), newSlug()];
    const here = await newcomer();
    const world = await here.world(meadow);
    const [first] = await Promise.all(Array.from({ length: 3 }, async () => (await newcomer()).world(pond)));
    await expect(here.travel(pond)).rejects.toMatchObject({ code: "ROOM_FULL" });
    await expect(here.travel("create")).rejects.toMatchObject({ code: "BAD_SLUG" });
    await world.say("still here");
    expect([worldsOf(here), world.connection]).toEqual([[meadow], "open"]);
    await first!.leave();
    await here.travel(pond);
    expect([worldsOf(here), world.connection]).toEqual([[pond], "closed"]);
  });

  it("comes to the last of several at once, with nothing left over on either side", async () => {
    const slugs = [newSlug(), newSlug(), newSlug(), newSlug()] as const;
    const [here, watcher] = await Promise.all([newcomer(), newcomer()]);
    const chat = await watcher.chat("system");
    await here.chat("system");
    for (let round = 0; round < 4; round++) {
      await here.travel(slugs[0], { share: true });
      const journeys = [slugs[1], slugs[2], slugs[0], slugs[3]].map((slug) => here.travel(slug, { share: true }));
      const outcomes = await Promise.allSettled(journeys);
      expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled"]);
      expect(outcomes[0]).toMatchObject({ reason: { code: "CLOSED" } });
      await until(() => worldsOf(here).length === 1, "the others are left");
      expect(worldsOf(here)).toEqual([slugs[3]]);
      await until(() => chat.people.get(here.identity.id)?.where === slugs[3], "told in the chat");
    }
    await pause(1000);
    expect(await server.metric("hereabouts_connections", 'kind="world"')).toBe(1);
  });
});

/** Someone who shares where they are, in a world of their own, and someone beside them. */
async function pair() {
  const slug = newSlug();
  const [ada, ben] = await Promise.all([newcomer("Ada"), newcomer("Ben")]);
  const worlds = { ada: await ada.world(slug, { share: true }), ben: await ben.world(slug) };
  const log: string[] = [];
  const follow = async (person: string = ada.identity.id) => {
    const following = await ben.follow(person);
    following.on("arrived", ({ world }) => log.push(world.slug));
    following.on("ended", ({ reason }) => log.push(reason));
    return following;
  };
  const together = (where: string) =>
    until(() => worldsOf(ben).join() === where && worldsOf(ada).join() === where, `both in ${where}`);
  return { slug, ada, ben, worlds, log, follow, together };
}

describe("[WO6] following", () => {
  it("goes along wherever they travel, however fast", async () => {
    const { slug, ada, ben, follow, together, log } = await pair();
    const following = await follow();
    expect([following.person, following.slug, following.ended]).toEqual([ada.identity.id, slug, undefined]);
    const [next, last] = [newSlug(), newSlug()];
    await ada.travel(next, { share: true });
    await together(next);
    for (const to of [slug, next, last]) await ada.travel(to, { share: true });
    await together(last);
    following.stop();
    await ada.travel(slug, { share: true });
    await pause(300);
    expect([worldsOf(ben), log[0], log.at(-1), following.ended]).toEqual([[last], next, "stopped", "stopped"]);
  });

  it("finds them by a chat, goes to them first, and comes as one is where one comes from", async () => {
    const [slug, next] = [newSlug(), newSlug()];
    const [ada, ben] = await Promise.all([newcomer("Ada"), newcomer("Ben")]);
    const [chat] = await Promise.all([ben.chat("system"), ada.chat("system")]);
    await until(() => chat.people.size === 2, "both online");
    await expect(ben.follow(ada.identity)).rejects.toMatchObject({ code: "NOT_SHARED" });
    await ada.world(slug, { share: true });
    await ben.world(newSlug(), { share: true, avatar: { color: "#abc", face: "🦊" } });
    const following = await ben.follow(chat.people.get(ada.identity.id)!);
    expect([worldsOf(ben), following.slug]).toEqual([[slug], slug]);
    await ada.travel(next, { share: true });
    await until(() => worldsOf(ben).join() === next, "Ben came along");
    expect(ben.joined.worlds.get(next)?.me?.avatar).toMatchObject({ color: "#abc", face: "🦊" });
    await until(() => chat.people.get(ben.identity.id)?.where === next, "Ben shares it as before");
  });

  it("ends where they share it no more, leave for good, or one travels oneself", async () => {
    const { slug, ada, ben, follow, together, log } = await pair();
    await follow();
    await ada.travel(newSlug());
    await until(() => log.length === 1, "the end");
    await ada.travel(slug, { share: true });
    await together(slug);
    await follow();
    await ben.travel(newSlug());
    await ben.travel(slug);
    await follow();
    await ada.close();
    await until(() => log.length === 3, "the end");
    expect([log, worldsOf(ben)]).toEqual([["hidden", "travelled", "left"], [slug]]);
  });

  it("is refused with a remedy where it cannot be, and changes nothing then", async () => {
    const { slug, ada, ben, follow, log } = await pair();
    const hidden = await newcomer();
    await hidden.world(slug, { share: true, invisible: true });
    const refused = async (here: Hereabouts, person: string, code: string) =>
      expect(here.follow(person)).rejects.toMatchObject({ code, message: expect.stringMatching(/\. .+\./) });
    await refused(ben, hidden.identity.id, "PERSON_NOT_FOUND");
    await refused(ben, "nobody", "PERSON_NOT_FOUND");
    await refused(ben, ben.identity.id, "FOLLOW_SELF");
    await refused(ada, ben.identity.id, "NOT_SHARED");
    await refused(await newcomer(), ada.identity.id, "PERSON_NOT_FOUND");
    await ben.travel(newSlug(), { share: true });
    await ben.travel(slug, { share: true });
    await follow();
    await refused(ada, ben.identity.id, "FOLLOW_CYCLE");
    expect([worldsOf(ada), worldsOf(ben), log]).toEqual([[slug], [slug], []]);
  });

  it("stays where one is, and ends, where their world is full", async () => {
    const { slug, ada, ben, follow, log } = await pair();
    const pond = newSlug();
    await Promise.all([newcomer(), newcomer()].map(async (other) => (await other).world(pond)));
    const following = await follow();
    const errors: unknown[] = [];
    following.on("ended", ({ error }) => errors.push(error));
    await ada.travel(pond, { share: true });
    await until(() => log.length === 1, "the end");
    expect([log, worldsOf(ben)]).toEqual([["refused"], [slug]]);
    expect(errors).toMatchObject([{ code: "ROOM_FULL" }]);
    await expect(follow()).rejects.toMatchObject({ code: "ROOM_FULL" });
    expect([log, worldsOf(ben)]).toEqual([["refused"], [slug]]);
  });

  it("outlasts lost connections of either, and what they did meanwhile", async () => {
    const { slug, ada, ben, worlds, follow, together, log } = await pair();
    await follow();
    cut(worlds.ada);
    await until(() => worlds.ada.connection === "open", "Ada is back");
    const [pond, lake] = [newSlug(), newSlug()];
    cut(worlds.ben);
    await ada.travel(pond, { share: true });
    await together(pond);
    cut(ben.joined.worlds.get(pond)!);
    await ada.travel(lake, { share: true });
    await together(lake);
    await ada.travel(slug, { share: true });
    await together(slug);
    await until(() => log.length === 3, "Ben has arrived");
    expect(log).toEqual([pond, lake, slug]);
  });

  it("keeps to whom one follows where someone else may not be followed, or lives where one may not go", async () => {
    const { slug, ada, follow, ben, log } = await pair();
    const [pond, full] = [newSlug(), newSlug()];
    const [shy, eve] = await Promise.all([newcomer("Shy"), newcomer("Eve")]);
    await Promise.all([shy.world(slug), ...[ada, ben, eve].map((here) => here.chat("system"))]);
    await follow();
    await expect(ben.follow(shy.identity)).rejects.toMatchObject({ code: "NOT_SHARED" });
    await shy.close();
    await Promise.all([newcomer(), newcomer()].map(async (other) => (await other).world(full)));
    await eve.world(full, { share: true });
    await expect(ben.follow(eve.identity)).rejects.toMatchObject({ code: "ROOM_FULL" });
    await ada.travel(pond, { share: true });
    await until(() => log.join() === pond, "came along, and hears of nothing else");
  });

  it("turns to someone else, and keeps to them", async () => {
    const { slug, ben, follow, together, ada } = await pair();
    const eve = await newcomer("Eve");
    await eve.world(slug, { share: true });
    const [first, second, third] = await Promise.allSettled([follow(), follow(eve.identity.id), follow()]);
    expect([first.status, second.status, third.status]).toEqual(["rejected", "rejected", "fulfilled"]);
    await eve.travel(newSlug(), { share: true });
    const pond = newSlug();
    await ada.travel(pond, { share: true });
    await together(pond);
    expect(worldsOf(ben)).toEqual([pond]);
  });
});
