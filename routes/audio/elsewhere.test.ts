/** Any process answers for any session, by HTTP between them: two of them, and a shared memory. */
import { get as httpGet, type IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IcyReader, metaint } from "../../services/audio/stream/icy.ts";
import { Elsewhere } from "../../services/sessions/homes.ts";
import { Sessions } from "../../services/sessions/sessions.ts";
import { numbersOf } from "../../services/sessions/testing/streams.ts";
import { startProcesses, type TestProcess } from "./testing/processes.ts";

let started: Awaited<ReturnType<typeof startProcesses>>;
let owner: TestProcess;
let other: TestProcess;
let third: TestProcess;
beforeEach(async () => {
  started = await startProcesses(3);
  [owner, other, third] = started.processes as [TestProcess, TestProcess, TestProcess];
});
afterEach(() => started.stop());

const asked = async (process: TestProcess, path: string, init?: RequestInit) => {
  const answer = await fetch(process.url + path, { ...init, signal: AbortSignal.timeout(5000) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text.startsWith("{") ? JSON.parse(text) : text };
};
const posted = (process: TestProcess, path: string, body: unknown, headers = {}) =>
  asked(process, path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (check: () => boolean, ms = 5000) => {
  for (const end = performance.now() + ms; !check(); await wait(10)) {
    if (performance.now() > end) throw new Error("it did not come to that");
  }
};

/** What comes of a request that does not end. */
function open(process: TestProcess, path: string, headers = {}) {
  const parts: Buffer[] = [];
  const state = { bytes: () => Buffer.concat(parts), isEnded: false, answer: undefined as IncomingMessage | undefined };
  const request = httpGet(process.url + path, { headers, agent: false }, (answer) => {
    state.answer = answer;
    answer.on("data", (part) => parts.push(part));
    answer.on("error", () => {});
    answer.on("close", () => (state.isEnded = true));
  });
  request.on("error", () => (state.isEnded = true));
  return { ...state, isEnded: () => state.isEnded, answer: () => state.answer, close: () => request.destroy() };
}
const beach = async () => {
  const { session } = await owner.sessions.create("Beach", { person: "maker", countsFor: "maker" });
  return session;
};

describe("a session of another process [AU12]", () => {
  it("is made, joined, followed, shown, commanded and deleted as if it were here", async () => {
    const session = await beach();
    const made = await posted(other, "/api/session/create", { sessionName: "beach" });
    expect(made).toMatchObject({ status: 200, body: { sessionId: session.id, status: "joined" } });
    expect(made.body.streamUrl).toBe(`${other.url}/stream/${session.id}`);
    const followed = await posted(other, "/api/session/follow", { sessionName: "Beach" });
    expect(followed).toMatchObject({ status: 201, body: { followingSession: session.id } });
    expect(owner.sessions.find(followed.body.sessionId)?.following).toBe(session);
    const info = await asked(other, `/api/session/info?session=${session.id}`);
    expect(info).toMatchObject({ status: 200, body: { name: "Beach", webUrl: `${other.url}/session/${session.id}` } });
    const turned = await posted(other, `/session/${session.id}/direction`, { direction: "calmer" });
    expect(turned).toMatchObject({ status: 200, body: { direction: "calmer" } });
    expect((await posted(other, "/session/beach/next-track", {})).status).toBe(200);
    expect((await posted(other, `/session/${followed.body.sessionId}/next-track`, {})).status).toBe(403);
    expect((await posted(other, "/session/beach/direction", { direction: "up" })).status).toBe(400);
    expect((await asked(other, "/stream/beach", { method: "HEAD" })).headers.get("icy-name")).toBe("Beach");
    const deleted = (person: string) =>
      asked(other, "/api/session/beach", { method: "DELETE", headers: { authorization: `Bearer ${person}` } });
    expect((await deleted("someone")).status).toBe(403);
    expect((await deleted("maker")).status).toBe(200);
    expect((await asked(other, "/api/session/beach")).status).toBe(404);
  });

  it("[SE6] is forked as if it were here, also to a name that lives on a third", async () => {
    const { id } = await beach();
    const forked = await posted(other, "/api/session/fork", { sessionName: "beach", newName: "Hill" });
    expect(forked).toMatchObject({ status: 201, body: { type: "named", status: "forked" } });
    expect(forked.body.streamUrl).toBe(`${other.url}/stream/${forked.body.sessionId}`);
    expect(owner.sessions.find("Hill")?.id).toBe(forked.body.sessionId);
    const { session } = await third.sessions.create("Dune", { countsFor: "someone" });
    const joined = await posted(other, "/api/session/fork", { sessionName: id, newName: "dune" });
    expect(joined).toMatchObject({ status: 200, body: { sessionId: session.id, status: "joined" } });
    const nowhere = await posted(other, "/api/session/fork", { sessionName: "nowhere", newName: "dune" });
    expect(nowhere.status).toBe(404);
  });

  it("is one however it is asked for at once, at all of them", async () => {
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        posted(started.processes[i % 3]!, "/api/session/create", { sessionName: "Hill" }),
      ),
    );
    expect(new Set(made.map(({ body }) => body.sessionId)).size).toBe(1);
    expect(made.filter(({ status }) => status === 201)).toHaveLength(1);
    const masters = await Promise.all(started.processes.map((one) => asked(one, "/api/session/info")));
    expect(new Set(masters.map(({ body }) => body.sessionId)).size).toBe(1);
  });

  it("is listed by all, and those of who does not answer are left out", async () => {
    const session = await beach();
    const listed = async () => (await asked(other, "/api/session/list")).body.sessions;
    expect(await listed()).toEqual([expect.objectContaining({ sessionId: session.id })]);
    owner.kill();
    expect(await listed()).toEqual([]);
  });

  it("is listed to another process that asks, and that one alone asks on, also where clocks keep seals from being taken", async () => {
    await beach();
    const old = { "x-hereabouts-peer": "eyJpcCI6IjEuMi4zLjQifQ.AAAA" };
    expect((await asked(owner, "/api/session/list", { headers: old })).body.sessions).toHaveLength(1);
    expect((await asked(other, "/api/session/list", { headers: old })).body.sessions).toEqual([]);
  });

  it("is what the browser's cookie is bound to, wherever it was made", async () => {
    const made = await posted(owner, "/create-session", {});
    const cookie = made.headers.get("set-cookie")!.split(";")[0]!;
    const info = await asked(other, "/api/session/info", { headers: { cookie } });
    expect(info.body.sessionId).toBe(made.body.sessionId);
  });

  it("counts what is made there for the address that asked here, and takes nobody's word for it", async () => {
    started.stop();
    started = await startProcesses(2, { perMaker: 1 });
    [owner, other] = started.processes as [TestProcess, TestProcess];
    await beach();
    const forged = { "x-hereabouts-peer": "eyJpcCI6IjEuMi4zLjQifQ.AAAA", "x-forwarded-for": "1.2.3.4" };
    expect((await posted(other, "/api/session/follow", { sessionName: "beach" }, forged)).status).toBe(201);
    const again = await posted(other, "/api/session/follow", { sessionName: "beach", followerName: "x" }, forged);
    expect(again).toMatchObject({ status: 503, body: { code: "SESSIONS_FULL" } });
    expect([...owner.sessions.all].at(-1)?.countsFor).toBe("address 127.0.0.1");
  });

  it("is told as events as they come, until either side goes", async () => {
    const session = await beach();
    const events = open(other, "/events/beach");
    await until(() => events.bytes().includes('"journey"'));
    expect(events.bytes().toString()).toContain(`"sessionId":"${session.id}"`);
    session.stream.turn("darker");
    await until(() => events.bytes().includes("darker"));
    events.close();
    await until(() => !session.isAttended);
    const second = open(other, "/events/beach");
    await until(() => second.bytes().includes('"journey"'));
    owner.sessions.remove(session, "deleted");
    await until(() => second.isEnded());
    expect(second.bytes().toString()).toContain('"reason":"deleted"');
  });

  it("is refused within a second where its process hangs or is gone and nobody knows", async () => {
    await beach();
    await other.cluster.begin({ peerUrl: "http://127.0.0.1:1", address: "" }, () => ({ seats: 0, rooms: 0 }));
    await owner.cluster.begin({ peerUrl: "http://127.0.0.1:1", address: "" }, () => ({ seats: 0, rooms: 0 }));
    const before = performance.now();
    expect(await asked(other, "/api/session/beach")).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } });
    expect(performance.now() - before).toBeLessThan(1500);
  });
});

it("[AU12] goes in no circle where each process takes another for the session's", async () => {
  for (const [one, next] of [
    [owner, other],
    [other, owner],
  ] as const) {
    vi.spyOn(one.sessions, "locate").mockImplementation(async () => {
      throw new Elsewhere("beach", next.cluster.id);
    });
  }
  for (const path of ["/api/session/beach", "/stream/beach", "/events/beach"]) {
    expect(await asked(owner, path)).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } });
  }
});

describe("the sound of a session of another process [AU12]", () => {
  /** Every frame once, in order. */
  const expectWhole = (numbers: number[]) =>
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => numbers[0]! + i));
  const burst = 153;

  it("comes as from its own, and leaves nobody there when the listener goes", async () => {
    const session = await beach();
    const sound = open(other, "/stream/beach");
    await until(() => numbersOf(sound.bytes()).length >= burst);
    expect(sound.answer()!.headers).toMatchObject({ "content-type": "audio/mpeg", "icy-name": "Beach" });
    expect(Object.keys(sound.answer()!.headers).filter((name) => name.startsWith("x-hereabouts"))).toEqual([]);
    started.pass(2000);
    await until(() => numbersOf(sound.bytes()).length > burst + 70);
    expectWhole(numbersOf(sound.bytes()));
    expect(session.stream.listeners).toBe(1);
    sound.close();
    await until(() => session.stream.listeners === 0);
  });

  it.each([
    ["killed", "here"],
    ["killed", "elsewhere"],
    ["stalled", "here"],
    ["stalled", "elsewhere"],
  ])("goes on from the next frame where its process is %s: %s", async (how, where) => {
    const session = await beach();
    started.pass(10_000);
    const events = open(other, "/events/beach?listener=ear");
    await until(() => events.bytes().includes('"journey"'));
    const sound = open(other, "/stream/beach?listener=ear");
    await until(() => events.bytes().includes('"joined"'));
    const joined = Number(/"joined","listener":"ear","frame":(\d+)/.exec(events.bytes().toString())?.[1]);
    started.pass(1000);
    await until(() => numbersOf(sound.bytes()).length > burst + 30);
    const before = numbersOf(sound.bytes()).length;
    const { locate } = Sessions.prototype;
    vi.spyOn(other.sessions, "locate").mockImplementationOnce(async (key) => {
      if (where === "elsewhere") await third.sessions.locate(key);
      return locate.call(other.sessions, key);
    });
    // it stands still: its connections stay
    if (how === "stalled") owner.cluster.kill();
    else owner.kill();
    const [next] = where === "here" ? [other] : [third];
    await until(() => events.isEnded() && next.sessions.find(session.id)?.stream.listeners === 1);
    const after = open(other, "/events/beach?listener=ear");
    await until(() => after.bytes().includes('"joined"'));
    expect(after.bytes().toString()).toContain(`"joined","listener":"ear","frame":${joined}`);
    for (let i = 0; i < 8; i++) {
      started.pass(500);
      await wait(260);
    }
    const numbers = numbersOf(sound.bytes());
    expect(numbers[0]).toBe(joined);
    expect(numbers.length).toBeGreaterThan(before + 100);
    expectWhole(numbers);
    expect(sound.isEnded()).toBe(false);
  });

  it("leaves nobody where it goes on for a listener who went meanwhile", async () => {
    const session = await beach();
    const sound = open(other, "/stream/beach");
    await until(() => numbersOf(sound.bytes()).length >= burst);
    const { locate } = Sessions.prototype;
    const asked = vi.spyOn(other.sessions, "locate").mockImplementationOnce(async (key) => {
      sound.close();
      await wait(100);
      return locate.call(other.sessions, key);
    });
    owner.kill();
    await until(() => asked.mock.results.length > 0);
    await asked.mock.results[0]!.value;
    await wait(10);
    expect(other.sessions.find(session.id)?.stream.listeners).toBe(0);
    expect(other.sessions.attached).toBe(0);
  });

  it("goes on where its process hands it over, with titles between the bytes", async () => {
    const session = await beach();
    const sound = open(other, "/stream/beach", { "icy-metadata": "1" });
    await until(() => sound.bytes().length > 50_000);
    expect(sound.answer()!.headers["icy-metaint"]).toBe(String(metaint));
    await owner.cluster.drain();
    await owner.sessions.handOver();
    await until(() => other.sessions.find(session.id)?.stream.listeners === 1);
    started.pass(5000);
    await until(() => sound.bytes().length > 100_000);
    expect(sound.isEnded()).toBe(false);
    const titles: string[] = [];
    expectWhole(numbersOf(new IcyReader().take(sound.bytes(), (title) => titles.push(title))));
    expect(titles).toEqual(["Piece 0"]);
  });

  it("ends where the session is deleted", async () => {
    const session = await beach();
    const sound = open(other, "/stream/beach");
    await until(() => sound.bytes().length > 50_000);
    owner.sessions.remove(session, "deleted");
    await until(() => sound.isEnded());
    expectWhole(numbersOf(sound.bytes()));
  });

  it("ends where its process wants the listener to begin anew", async () => {
    const session = await beach();
    const sound = open(other, "/stream/beach");
    await until(() => sound.bytes().length > 50_000);
    session.stream.close();
    await until(() => sound.isEnded());
  });
});
