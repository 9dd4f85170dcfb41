/** What comes to a chat from outside: bots, bridges and operators, over HTTP; and taking out what someone said. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts } from "../client/index.ts";
import { errorTable } from "../schema/errors.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

let server: TestServer;
const operator = { authorization: `Basic ${Buffer.from("operator:secret-of-the-test").toString("base64")}` };
const env = () => ({ ...process.env, DATA_DIR: server.dataDir, MONITOR_PASSWORD: "secret-of-the-test" });

async function run(...command: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, command, { env: env() })).stdout.trim();
}
const token = (handle: string, ...args: string[]) => run("services/identity/mint.ts", "--handle", handle, ...args);

async function post(instance: string, bearer: string, body: unknown) {
  const response = await fetch(`${server.url}/chat/${instance}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function until(condition: () => unknown, what: string): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

beforeAll(async () => {
  server = await startTestServer({ env: { MONITOR_PASSWORD: "secret-of-the-test" } });
});
afterAll(() => server.stop());

describe("[CH7] POST /chat/:instance", () => {
  it("says what a bot says, as what it is, once", async () => {
    const here = await connect(server.url, { storage: null });
    const chat = await here.chat("bots");
    const bot = await token("clockwork", "--kind", "ai", "--name", "Clockwork");
    expect(await post("bots", bot, { text: "tick", id: "1" })).toMatchObject({ status: 201, body: { seq: 1 } });
    expect(await post("Bots", bot, { text: "tick", id: "1" })).toMatchObject({
      status: 200,
      body: { seq: 1, count: 1 },
    });
    await until(() => chat.lines.length === 1, "the line");
    expect(chat.lines[0]).toMatchObject({ text: "tick", author: { name: "Clockwork", kind: "ai", guest: false } });
    await here.close();
  });

  it("lets a service speak for people who are not here, and nobody else", async () => {
    const bridge = await token("bridge", "--role", "service");
    const said = { text: "hello from afar", id: "1", as: { handle: "wanda", name: "Wanda" } };
    expect(await post("far", bridge, said)).toMatchObject({ status: 201 });
    const bot = await token("clockwork", "--kind", "ai");
    expect(await post("far", bot, said)).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
    const here = await connect(server.url, { storage: null });
    const chat = await here.chat("far");
    expect(chat.lines[0]).toMatchObject({
      text: "hello from afar",
      author: { name: "Wanda", via: "bridge", guest: false },
    });
    await here.close();
  });

  it("is paced, and a person's slow mode holds here too", async () => {
    const mod = await connect(server.url, { token: await token("mo", "--role", "moderator"), storage: null });
    await (await mod.chat("slowly")).slow(60);
    await mod.close();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const human = await token("hasty");
    expect(await post("slowly", human, { text: "one", id: "1" })).toMatchObject({ status: 201 });
    const many = await Promise.all(
      Array.from({ length: 60 }, (_, i) => post("fast", human, { text: `${i}`, id: `${i}` })),
    );
    expect(many.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
    const late = await connect(server.url, { storage: null });
    expect((await late.chat("slowly")).slowSeconds, "kept while nobody was there").toBe(60);
    await late.close();
  });

  it("refuses guests, strangers and nonsense with a reason", async () => {
    const { token: guest } = (await (await fetch(`${server.url}/auth/guest`, { method: "POST" })).json()) as {
      token: string;
    };
    const bot = await token("clockwork", "--kind", "ai");
    expect(await post("x", guest, { text: "a", id: "1" })).toMatchObject({ status: 403 });
    expect(await post("x", "none", { text: "a", id: "1" })).toMatchObject({ status: 401 });
    expect(await post("x", bot, { text: "", id: "1" })).toMatchObject({ status: 400, body: { code: "BAD_BODY" } });
    expect(await post("no slug", bot, { text: "a", id: "1" })).toMatchObject({
      status: 400,
      body: { code: "BAD_SLUG" },
    });
  });
});

describe("[PR8] explain", () => {
  it("tells operators why someone is shown as they are, by route and by script", async () => {
    const here = await connect(server.url, { storage: null });
    await here.chat("system");
    await here.world("chat", { share: true });
    const { handle } = here.identity;
    const ask = (headers: Record<string, string>) =>
      fetch(`${server.url}/ops/explain?person=${handle}&room=chat:system`, { headers });
    expect((await ask({})).status).toBe(401);
    const answer = (await (await ask(operator)).json()) as { explanations: { shown: string; sentences: string[] }[] };
    expect(answer.explanations).toHaveLength(1);
    expect(answer.explanations[0]!.shown).toBe("here");
    const text = answer.explanations[0]!.sentences.join("\n");
    expect(text).toContain("Shown as here");
    expect(text).toContain("Here: they hold a seat in the chat's own piece");
    expect(text).toContain("Seat elsewhere: world:chat");
    expect(await run("services/ops/why.ts", handle, "chat:system", "--url", server.url)).toContain("Shown as here");
    await expect(run("services/ops/why.ts", "nobody", "chat:system", "--url", server.url)).rejects.toThrow(/nobody/);
    await here.close();
  });

  it("says by script what to do where it cannot ask, or is refused", async () => {
    const why = (room: string, url: string, settings: Record<string, string> = {}) =>
      promisify(execFile)(process.execPath, ["services/ops/why.ts", "ada", room, "--url", url], {
        env: { ...env(), ...settings },
      }).catch(({ stderr }: { stderr: string }) => stderr.trim());
    const { url } = server;
    expect(await why("chat:system", "http://127.0.0.1:1")).toMatch(
      /^No server answers at http:\/\/127\.0\.0\.1:1\..*--url/,
    );
    expect(await why("chat:system", url, { MONITOR_PASSWORD: "wrong" })).toBe(
      `${url} does not take the operator's password of MONITOR_PASSWORD. Set DATA_DIR or MONITOR_PASSWORD as that server has it, or name another by --url.`,
    );
    const elsewhere = await why("chat:system", url, { MONITOR_PASSWORD: "", DATA_DIR: "/nowhere/at/all" });
    expect(elsewhere).toContain("(there is no /nowhere/at/all/monitor-password). Set DATA_DIR");
    expect(await why("nonsense", url)).toContain(errorTable.BAD_BODY.remedy);
    expect(await why("chat:system", `${url}/elsewhere`)).toContain(errorTable.NOT_FOUND.remedy);
  });
});

describe("[ID5] erase", () => {
  let ada: Hereabouts;
  let bob: Hereabouts;

  it("takes out what someone said and where they were, also on open screens", async () => {
    ada = await connect(server.url, { storage: null, name: "Ada" });
    bob = await connect(server.url, { storage: null });
    const [ca, cb] = [await ada.chat("past"), await bob.chat("past")];
    for (let i = 0; i < 60; i++) await (i % 2 ? ca : cb).say(`${i % 2 ? "ada" : "bob"} ${i}`);
    await until(() => cb.lines.length === 60, "all lines");
    await (await ada.world("past")).leave();
    expect(await ada.erase()).toBe(30);
    await expect(ada.erase(), "once a minute").rejects.toMatchObject({ code: "TOO_FAST" });
    await until(() => cb.lines.filter(({ gone }) => gone).length === 30, "they are gone");
    expect(JSON.stringify(cb.lines)).not.toMatch(/ada|Ada/);
    const late = await (await connect(server.url, { storage: null })).chat("past");
    await late.history();
    expect(JSON.stringify(late.lines)).not.toMatch(/ada|Ada/);
    await Promise.all([ada.close(), bob.close()]);
  });

  it("is done by operators for others", async () => {
    const here = await connect(server.url, { storage: null, name: "Eve" });
    const chat = await here.chat("other");
    await chat.say("me");
    const erase = (headers: Record<string, string>) =>
      fetch(`${server.url}/ops/erase?person=${here.identity.id}`, { method: "POST", headers });
    expect((await erase({})).status).toBe(401);
    const foreign = { ...operator, "sec-fetch-site": "cross-site" };
    expect((await erase(foreign)).status).toBe(403);
    expect((await erase({ ...foreign, "sec-fetch-mode": "navigate" })).status, "a form of another site").toBe(403);
    expect(await (await erase(operator)).json()).toEqual({ lines: 1 });
    await until(() => chat.lines[0]?.gone, "it is gone");
    await here.close();
  });
});
