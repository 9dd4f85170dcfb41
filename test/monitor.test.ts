/** The monitor's door: who may look, who may act, and that nobody gets past it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorTable } from "../schema/errors.ts";
import { limits } from "../schema/messages.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get } from "./lib/fetch.ts";
import { ask, basicAuth } from "./lib/http.ts";
import { sleep } from "./lib/pace.ts";
import { joinWorld, type RawClient } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

const settings = { MONITOR_PASSWORD: "open sesame: ünlock", MONITOR_VIEW_PASSWORD: "just looking" };
const operator = basicAuth("operator", settings.MONITOR_PASSWORD);
const viewer = basicAuth("viewer", settings.MONITOR_VIEW_PASSWORD);
/** How the monitor's own page is known. */
const own = { "sec-fetch-site": "same-origin" };

let server: TestServer;
let url: string;

beforeAll(async () => {
  server = await startTestServer({ env: { ...settings, MESSAGES_PER_SECOND: "1000" } });
  url = server.url;
});
afterAll(() => server?.stop());

describe("the monitor [OP1]", () => {
  let client: RawClient;
  let roomId: string;
  const call = (method: string, args: unknown, headers: Record<string, string>, room = roomId) =>
    ask(
      url,
      `/monitor/api/room/call?${new URLSearchParams({ roomId: room, method, args: JSON.stringify(args) })}`,
      headers,
    );
  const doing = (method: string, ...args: unknown[]) => call(method, args, { ...operator, ...own });
  const audit = () => server.logs().filter(({ audit }) => audit === true);

  beforeAll(async () => {
    client = await joinWorld(url, { slug: "watched" });
    roomId = client.reservation.roomId;
  });

  it("asks everyone for a login, at each of its addresses", async () => {
    for (const path of [
      "/monitor",
      "/monitor/",
      "/MONITOR/",
      "/monitor/api",
      `/monitor/api/room?roomId=${roomId}`,
      "/monitor/assets/x.js",
    ]) {
      const answer = await ask(url, path);
      expect([answer.status, answer.headers["www-authenticate"]], path).toEqual([
        401,
        expect.stringContaining("Basic"),
      ]);
    }
  });

  it.each([
    ["a wrong password", basicAuth("operator", "open sesame")],
    ["the other role's password", basicAuth("operator", settings.MONITOR_VIEW_PASSWORD)],
    ["another name", basicAuth("root", settings.MONITOR_PASSWORD)],
    ["no password", basicAuth("viewer", "")],
    ["nothing in it", { authorization: "Basic " }],
    ["no base64", { authorization: "Basic \u00ff\u00fe" }],
    ["a token", { authorization: `Bearer ${settings.MONITOR_PASSWORD}` }],
  ])("does not open to %s", async (_, headers) => {
    expect((await ask(url, "/monitor/api", headers as Record<string, string>)).status).toBe(401);
  });

  it("has no viewer unless a password for one is set", async () => {
    const without = await serverOfTest({ env: { MONITOR_PASSWORD: "p" } });
    expect((await ask(without.url, "/monitor/api", basicAuth("viewer", ""))).status).toBe(401);
    expect((await ask(without.url, "/monitor/api", basicAuth("operator", "p"))).status).toBe(200);
  });

  it("shows the rooms to both, by kind, label, people, connections and guests", async () => {
    for (const login of [viewer, operator]) {
      const answer = await get(url, "/monitor/api", { headers: { ...login } });
      const rooms = answer.json["rooms"] as { roomId: string; metadata: unknown }[];
      expect(rooms.find((room) => room.roomId === roomId)?.metadata).toMatchObject({ kind: "world", label: "watched" });
      expect(JSON.stringify(answer.json["columns"])).toMatch(/kind.*label.*people.*connections/);
      expect((await ask(url, `/monitor/api/room?roomId=${roomId}`, login)).status).toBe(200);
      expect((await ask(url, "/monitor/", login)).status).toBe(200);
    }
  });

  it("lets a viewer do nothing", async () => {
    for (const method of [
      "disconnect",
      "broadcast",
      "_forceClientDisconnect",
      "_editStateProperty",
      "getInspectData",
    ]) {
      expect((await call(method, ["x"], { ...viewer, ...own })).status, method).toBe(403);
    }
    expect(client.closed).toBeUndefined();
  });

  it("does for an operator what its buttons do, and writes it to the audit log", async () => {
    expect((await doing("broadcast", "notice", { text: "to all" })).status).toBe(200);
    expect((await client.heard("notice"))?.data).toEqual({ text: "to all" });
    expect((await doing("_sendMessageToClient", client.reservation.sessionId, "hint", { text: "to one" })).status).toBe(
      200,
    );
    expect((await client.heard("hint"))?.data).toEqual({ text: "to one" });
    const done = () => audit().map(({ who, action, room, outcome }) => [who, action, room, outcome]);
    await expect.poll(done).toContainEqual(["operator", "monitor broadcast", roomId, "done"]);
    expect(done()).toContainEqual(["operator", "monitor broadcast", roomId, "asked"]);
    await expect.poll(done).toContainEqual(["operator", "monitor _sendMessageToClient", roomId, "done"]);
  });

  it("edits values of the state and deletes props, and nothing that would break the room", async () => {
    await client.request("prop.set", { key: "lamp", value: "on" });
    expect((await doing("_editStateProperty", ["props", "lamp", "value"], '"off"')).status).toBe(200);
    expect((await ask(url, `/monitor/api/room?roomId=${roomId}`, operator)).body).toContain('\\"off\\"');
    expect((await doing("_deleteStateProperty", ["props", "lamp"])).status).toBe(200);
    await client.request("prop.set", { key: "bench", value: "wood" });
    const breaking: [string, ...unknown[]][] = [
      ["_editStateProperty", ["people"], null],
      ["_editStateProperty", ["people"], {}],
      ["_editStateProperty", ["tickHz"], "fast"],
      ["_editStateProperty", ["slug"], "\ud800"],
      ["_editStateProperty", ["props", "lamp"], "off"],
      ["_editStateProperty", ["nothing", "here"], 1],
      ["_editStateProperty", ["props", "bench", "value"], "no JSON"],
      ["_deleteStateProperty", ["people"]],
      ["_deleteStateProperty", ["bounds"]],
    ];
    for (const [method, ...args] of breaking)
      expect((await doing(method, ...args)).status, JSON.stringify(args)).toBe(500);
    expect((await ask(url, `/monitor/api/room?roomId=${roomId}`, operator)).body).toContain('\\"wood\\"');
    expect((await doing("_deleteStateProperty", ["props", "bench"])).status).toBe(200);
    await expect(joinWorld(url, { slug: "watched" }).then((other) => other.leave())).resolves.toBeDefined();
  });

  it("leaves as much room for props as the state says once one was deleted there", async () => {
    const value = "x".repeat(limits.propBytes - 2);
    let count = 0;
    const put = () => client.request("prop.set", { key: `full ${++count}`, value });
    const full = Math.floor(limits.propsBytes / (limits.propBytes + "full 10".length));
    while (count < full) expect(await put()).toMatchObject({ status: 0 });
    expect(await put()).not.toMatchObject({ status: 0 });
    expect((await doing("_deleteStateProperty", ["props", "full 1"])).status).toBe(200);
    expect(await put()).toMatchObject({ status: 0 });
    for (let i = 2; i <= count; i++) await doing("_deleteStateProperty", ["props", `full ${i}`]);
  });

  it.each<[string, unknown]>([
    ["announce", ["say", {}]],
    ["getInspectData", []],
    ["setMetadata", [{}]],
    ["onJoin", [{}]],
    ["kickClient", ["x"]],
    ["constructor", []],
    ["__proto__", []],
    ["toString", []],
    ["hasOwnProperty", ["x"]],
    ["_onMessage", []],
    ["broadcast", []],
    ["broadcast", "x"],
    ["broadcast", [{ type: "x" }]],
    ["broadcast", ["x", {}, { except: 1 }]],
    ["disconnect", [4000]],
    ["_forceClientDisconnect", [["x"]]],
    ["_sendMessageToClient", ["x", 5]],
    ["_editStateProperty", [["__proto__", "x"], 1]],
    ["_editStateProperty", [["constructor", "prototype", "x"], 1]],
    ["_editStateProperty", [[], 1]],
    ["_editStateProperty", ["__proto__", 1]],
    ["_deleteStateProperty", [["__proto__"]]],
  ])("refuses %s with %j", async (method, args) => {
    const before = audit().length;
    expect((await call(method, args, { ...operator, ...own })).status).toBe(403);
    expect(audit()).toHaveLength(before);
  });

  it("is not talked round by the way its address is written", async () => {
    const query = `?${new URLSearchParams({ roomId, method: "announce", args: '["tricked",{"by":"PATH"}]' })}`;
    const twice = `?roomId=${roomId}&method=broadcast&args=["tricked"]&method=announce&args=["tricked"]`;
    const filler = `${"a=1&".repeat(1100)}`;
    const queries = [
      query,
      twice,
      `?${filler}${query.slice(1)}`,
      `?roomId=${roomId}&method=broadcast&args=["hidden"]&${filler}method=announce&args=["tricked"]`,
      `?roomId=${roomId}&method[]=announce&args=["tricked"]`,
      `?roomId=${roomId}&method=announce%00&args=["tricked"]`,
    ];
    const paths = [
      "/monitor/api/room/call",
      "/monitor/api/room/call/",
      "/monitor/api/room/call//",
      "/monitor/api/room//call",
      "/monitor//api/room/call",
      "/monitor/./api/room/call",
      "/monitor/x/../api/room/call",
      "/monitor/x/%2e%2e/api/room/call",
      "/monitor/api/room%2fcall",
      "/monitor/api%2froom/call",
      "/monitor%2fapi/room/call",
      "/%6donitor/api/room/call",
      "/monitor/api/room/c%61ll",
      "/MONITOR/api/room/call",
      "/monitor/API/room/call",
      "/monitor/api/room/CALL",
      "/monitor/api/room/call;x=1",
      "/monitor/api/room/call%20",
      "/monitor/api/room/call.",
      "/monitor/api\\room\\call",
      "/monitor/api/room/call#",
      "//monitor/api/room/call",
      "/./monitor/api/room/call",
      "/matchmake/../monitor/api/room/call",
    ];
    const before = audit().length;
    for (const path of paths) {
      for (const given of queries) {
        for (const login of [operator, viewer]) {
          const { status } = await ask(url, path + given, { ...login, ...own });
          expect(status, `${path}${given.slice(0, 60)}`).toBeGreaterThanOrEqual(400);
        }
      }
    }
    for (const method of ["POST", "PUT", "HEAD", "PATCH", "DELETE"]) {
      const { status } = await ask(url, `/monitor/api/room/call${query}`, { ...operator, ...own }, method);
      expect(status, method).toBeGreaterThanOrEqual(400);
    }
    await sleep(100);
    expect(client.messages.filter(({ type }) => type === "tricked")).toEqual([]);
    expect(
      audit()
        .slice(before)
        .filter(({ action }) => String(action).includes("announce")),
    ).toEqual([]);
  });

  it("refuses other sites' pages, and calls that cannot show the monitor's own page", async () => {
    const shout = (headers: Record<string, string>) => call("broadcast", ["forged"], { ...operator, ...headers });
    const foreign: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
      { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" },
      { "sec-fetch-site": "cross-site", referer: `${url}/monitor/` },
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: `${url}.evil.example` },
      { referer: "http://evil.example/monitor/" },
      {},
    ];
    for (const headers of foreign) expect((await shout(headers)).status, JSON.stringify(headers)).toBe(403);
    for (const headers of foreign.slice(0, 2))
      expect((await ask(url, "/monitor/api", { ...operator, ...headers })).status).toBe(403);
    await sleep(50);
    expect(client.messages.filter(({ type }) => type === "forged")).toEqual([]);
    for (const headers of [own, { origin: url }, { referer: `${url}/monitor/` }]) {
      expect((await shout(headers as Record<string, string>)).status, JSON.stringify(headers)).toBe(200);
    }
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    expect((await ask(url, "/monitor/", { ...operator, ...link })).status).toBe(200);
    const frame = { ...link, "sec-fetch-dest": "iframe" };
    expect((await ask(url, "/monitor/", { ...operator, ...frame })).status).toBe(403);
  });

  it("shows in no frame and as no other type, whatever is asked for and by whom", async () => {
    for (const path of [
      "/monitor/",
      "/monitor/people",
      "/monitor/api",
      "/monitor/nothing",
      "/ops/me",
      "/ops/nothing",
    ]) {
      for (const login of [operator, viewer, {}]) {
        const { headers } = await ask(url, path, login as Record<string, string>);
        expect(headers, path).toMatchObject({
          "x-frame-options": "DENY",
          "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
          "x-content-type-options": "nosniff",
        });
      }
    }
  });

  it("answers for rooms that are not there, whatever they are called", async () => {
    for (const room of ["nowhere", "constructor", "__proto__", ""]) {
      expect((await call("disconnect", [], { ...operator, ...own }, room)).status, room).toBe(500);
    }
  });

  it("disconnects a client for good, and then the room", async () => {
    const other = await joinWorld(url, { slug: "watched" });
    expect((await doing("_forceClientDisconnect", other.reservation.sessionId)).status).toBe(200);
    expect((await other.whenClosed).code).toBe(errorTable.KICKED.close);
    expect(client.closed).toBeUndefined();
    expect((await doing("disconnect")).status).toBe(200);
    expect((await client.whenClosed).code).toBe(4000);
    await expect
      .poll(() => audit().map(({ action }) => action))
      .toEqual(expect.arrayContaining(["monitor disconnect", "monitor _forceClientDisconnect"]));
  });
});

describe("the monitor's login [OP1]", () => {
  it("slows whoever guesses, at each of its doors, and tells them for how long", async () => {
    const { url } = await serverOfTest({ env: { MONITOR_PASSWORD: "p", TRUST_PROXY: "loopback" } });
    const from = (address: string, password: string) => ({
      ...{ "x-forwarded-for": address },
      ...basicAuth("operator", password),
    });
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await ask(url, "/ops/me", from("10.0.0.1", `guess ${i}`))).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    const slowed = await ask(url, "/monitor/", from("10.0.0.1", "p"));
    expect([slowed.status, slowed.body]).toEqual([429, expect.stringContaining("TOO_FAST")]);
    expect(Number(slowed.headers["retry-after"])).toBeGreaterThan(0);
    const end = await ask(url, "/api/session/master", from("10.0.0.1", "p"), "DELETE");
    expect(end.status).toBe(429);
    expect((await ask(url, "/ops/me", from("10.0.0.2", "p"))).status).toBe(200);
  });
});

expectCleanLog(() => server, [...Object.values(settings), operator["authorization"]!.slice(6)]);
