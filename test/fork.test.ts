/** [SE6] Forks from the SDK, against a real server: of a world with what stands in it, of an audio session with where it is. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts } from "../client/index.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get, post } from "./lib/fetch.ts";
import { basicAuth } from "./lib/http.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

const password = "operates";
let server: TestServer;
let people: Hereabouts[] = [];
let number = 0;
const newSlug = () => `place-${process.pid}-${++number}`;

async function newcomer(): Promise<Hereabouts> {
  const here = await connect(server.url, { storage: null });
  people.push(here);
  return here;
}

beforeAll(async () => {
  server = await startTestServer({ env: { MONITOR_PASSWORD: password } });
});
afterEach(async () => {
  await Promise.all(people.map((here) => here.close()));
  people = [];
});
afterAll(() => server?.stop());

async function worldWithProps(here: Hereabouts) {
  const world = await here.world(newSlug());
  await world.props.set("lamp", { on: true }, { saved: true });
  await world.props.set("flag", { x: 3 }, { owned: true });
  // it is set before it is seen: the state follows the answer
  await expect.poll(() => world.props.size).toBe(2);
  return world;
}

describe("[SE6] a world's fork", () => {
  it("has its props, with owners and what is saved, and nobody in it", async () => {
    const [ada, bea] = [await newcomer(), await newcomer()];
    const world = await worldWithProps(ada);
    const slug = newSlug();
    expect(await world.fork(slug.toUpperCase())).toEqual({ slug, status: "forked" });
    const copy = await bea.world(slug);
    expect([copy.props.get("lamp"), copy.props.get("flag")]).toEqual([{ on: true }, { x: 3 }]);
    expect([...copy.people.values()].map(({ isMe }) => isMe)).toEqual([true]);
    expect([...copy.room.state.props].map(([key, { saved }]) => [key, saved])).toEqual([
      ["lamp", true],
      ["flag", false],
    ]);
    await expect(copy.props.set("flag", 0)).rejects.toMatchObject({ code: "PROP_OWNED" });
    await copy.props.set("lamp", { on: false });
    expect(world.props.get("lamp")).toEqual({ on: true });
  });

  it("leaves a world as it is that has something of its own, and is one where many ask at once", async () => {
    const ada = await newcomer();
    const world = await worldWithProps(ada);
    const other = await ada.world(newSlug());
    await other.props.set("tree", 1);
    expect(await world.fork(other.slug)).toEqual({ slug: other.slug, status: "joined" });
    expect(await world.fork(world.slug)).toEqual({ slug: world.slug, status: "joined" });
    expect(other.props.get("lamp")).toBeUndefined();
    const slug = newSlug();
    const asked = await Promise.all([world.fork(slug), other.fork(slug), world.fork(slug)]);
    expect(asked.map(({ status }) => status).sort()).toEqual(["forked", "joined", "joined"]);
    const copy = await ada.world(slug);
    expect(copy.props.get("lamp") === undefined).toBe(copy.props.get("tree") !== undefined);
  });

  it("is refused to who is invisible, to what is no slug, and to who asks for too many", async () => {
    const [ada, ghost] = [await newcomer(), await newcomer()];
    const world = await worldWithProps(ada);
    const unseen = await ghost.world(world.slug, { invisible: true });
    await expect(unseen.fork(newSlug())).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(world.fork("no slug")).rejects.toMatchObject({ code: "BAD_SLUG" });
    await expect(world.room.request("fork" as never, { slug: "no slug" })).rejects.toBeTruthy();
    await expect(world.room.request("fork" as never, { slug: 7 })).rejects.toBeTruthy();
    for (let i = 0; i < 5; i++) await world.fork(newSlug());
    await expect(world.fork(newSlug())).rejects.toMatchObject({ code: "TOO_FAST" });
    expect(world.connection).toBe("open");
    const elsewhere = await ada.world(newSlug());
    await expect(elsewhere.fork(newSlug())).rejects.toMatchObject({ code: "TOO_FAST" });
  });
});

describe("[OP2] where operators have restricted someone", () => {
  const order = (here: Hereabouts, action: string, room: string) =>
    post(
      server.url,
      `/ops/people/${here.identity.id}/${action}`,
      { room, reason: "test" },
      basicAuth("operator", password),
    );

  it("a fork is refused to who is banned from the world that it would make", async () => {
    const ada = await newcomer();
    const world = await worldWithProps(ada);
    const slug = newSlug();
    expect((await order(ada, "ban", `world:${slug}`)).status).toBe(200);
    await expect(world.fork(slug)).rejects.toMatchObject({ code: "BANNED" });
  });

  it("a mute keeps props and what an avatar shows as they are, and lets the rest be", async () => {
    const [ada, bea] = [await newcomer(), await newcomer()];
    const world = await worldWithProps(ada);
    expect((await order(ada, "mute", `world:${world.slug}`)).status).toBe(200);
    const muted = { code: "MUTED" };
    await expect(world.props.set("lamp", "words")).rejects.toMatchObject(muted);
    await expect(world.props.delete("lamp")).rejects.toMatchObject(muted);
    await expect(world.avatar({ showing: "words" })).rejects.toMatchObject(muted);
    await expect(world.avatar({ face: "!" })).rejects.toMatchObject(muted);
    await world.avatar({ color: "#123456" });
    await world.leave();
    await ada.world(world.slug, { avatar: { color: "#654321", showing: "words", face: "!" } });
    const seen = await bea.world(world.slug);
    await expect
      .poll(() => seen.people.get(ada.identity.id)?.avatar)
      .toMatchObject({ color: "#654321", face: "", showing: "" });
  });
});

describe("[SE6] an audio session's fork", () => {
  const infoOf = async (id: string) => (await get(server.url, `/api/session/${id}`)).json as Record<string, unknown>;

  it("goes on from where the session is, under its own name, and is listened to at once", async () => {
    const audio = await (await newcomer()).audio();
    const master = audio.session;
    const before = audio.heard!.track;
    const name = `Evening ${process.pid}`;
    const forked = await audio.fork(name);
    expect(forked).toMatchObject({ name, type: "named", allowCommands: true });
    expect(audio.session.id).toBe(forked.id);
    expect(audio.heard!.track).toEqual(before);
    const [a, b] = [await infoOf(master.id), await infoOf(forked.id)];
    expect([b["epochMs"], b["trackFrame"], b["track"]]).toEqual([a["epochMs"], a["trackFrame"], a["track"]]);
    const again = await (await newcomer()).audio(master.id);
    expect((await again.fork(name)).id).toBe(forked.id);
  });

  it("is answered as one that is made, and told from one that was there", async () => {
    const newName = `Night ${process.pid}`;
    const fork = (body: unknown) => post(server.url, "/api/session/fork", body);
    const first = await fork({ sessionName: "master", newName });
    expect([first.status, first.json]).toMatchObject([201, { type: "named", status: "forked" }]);
    const second = await fork({ sessionName: "master", newName });
    expect([second.status, second.json]).toMatchObject([200, { status: "joined", sessionId: first.json["sessionId"] }]);
    expect(await fork({ sessionName: "nothing-here", newName: "Day" })).toMatchObject({ status: 404 });
    for (const wrong of [{}, { sessionName: "master" }, { sessionName: "master", newName: "list" }, { newName }]) {
      expect(await fork(wrong)).toMatchObject({ status: 400, json: { code: "BAD_BODY" } });
    }
    expect(await server.metric("hereabouts_sessions_forked_total", 'kind="audio"')).toBeGreaterThan(0);
  });
});

expectCleanLog(() => server);
