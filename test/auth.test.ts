/** Who someone is, asked over HTTP: guests, tokens and handles. */
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get, post } from "./lib/fetch.ts";
import { newGuest, reserve } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

const secret = "a secret of the tests, long enough for the purpose";

let server: TestServer;
let url: string;

beforeAll(async () => {
  server = await startTestServer({ env: { AUTH_SECRET: secret } });
  url = server.url;
});
afterAll(() => server?.stop());

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

function mint(claims: Record<string, unknown>, options: { key?: string; issuer?: string; expires?: number } = {}) {
  const token = new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setIssuer(options.issuer ?? "hereabouts");
  return token.setExpirationTime(options.expires ?? "1h").sign(new TextEncoder().encode(options.key ?? secret));
}

describe("who someone is [ID1] [ID2] [ID4]", () => {
  it("makes a guest, and the same one under another name for their token", async () => {
    const first = await post(url, "/auth/guest", { name: "  Ada\u202e\u0000 Lovelace \ud800 " });
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({ guest: true, name: "Ada Lovelace \ufffd" });
    expect(first.headers.get("cache-control")).toBe("no-store");
    const again = await post(url, "/auth/guest", { token: first.json["token"], name: "Countess" });
    expect(again.json).toMatchObject({ id: first.json["id"], handle: first.json["handle"], name: "Countess" });
    const kept = await post(url, "/auth/guest", { token: again.json["token"] });
    expect(kept.json).toMatchObject({ id: first.json["id"], name: "Countess" });
    const me = await get(url, "/auth/me", bearer(String(kept.json["token"])));
    expect(me.json).toEqual({
      id: first.json["id"],
      handle: first.json["handle"],
      name: "Countess",
      guest: true,
      role: "member",
    });
  });

  it("makes someone new for any other token, and never a guest of a person", async () => {
    const person = await mint({ sub: "local:grace", handle: "grace", role: "admin" });
    const { json: me } = await get(url, "/auth/me", bearer(person));
    expect(me).toMatchObject({ handle: "grace", role: "admin", guest: false });
    for (const token of ["", "nonsense", person, await mint({ guest: true, sub: "guest:1" }, { key: `${secret}!` })]) {
      const { status, json } = await post(url, "/auth/guest", { token });
      expect([status, json["guest"]]).toEqual([200, true]);
      expect(json["id"]).not.toBe(me["id"]);
    }
  });

  it("shows at most 64 characters of a name, whatever their script", async () => {
    const { json } = await post(url, "/auth/guest", { name: "𝕏".repeat(200) });
    expect([...String(json["name"])]).toHaveLength(64);
    expect((await post(url, "/auth/guest", { name: "x".repeat(513) })).json).toMatchObject({ code: "BAD_BODY" });
  });

  it.each([
    ["not an object", "[1]"],
    ["a wrong field", '{"name":5}'],
    ["a length of its own", '{"name":{"length":{"toString":1}}}'],
    ["not JSON", '{"name":'],
  ])("refuses a body that is %s", async (_, body) => {
    const answer = await get(url, "/auth/guest", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect([answer.status, answer.json["code"]]).toEqual([400, "BAD_BODY"]);
  });

  it("refuses a body above its limit", async () => {
    expect((await post(url, "/auth/guest", { name: "x".repeat(20_000) })).json).toMatchObject({ code: "TOO_LARGE" });
    const { token } = await newGuest(url);
    const big = await post(
      url,
      "/matchmake/joinOrCreate/world",
      { slug: "x", junk: "x".repeat(70_000) },
      { authorization: `Bearer ${token}` },
    );
    expect([big.status, big.json["code"]]).toEqual([413, "TOO_LARGE"]);
  });

  it("refuses every token that it did not sign, at /auth/me and at the door of a room", async () => {
    const claims = { sub: "local:eve", handle: "eve", role: "admin" };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const past = Math.floor(Date.now() / 1000) - 60;
    const tokens = [
      "x",
      "a.b.c",
      `${part({ alg: "none" })}.${part({ ...claims, iss: "hereabouts" })}.`,
      await mint(claims, { key: "another secret that is long enough as well" }),
      await mint(claims, { issuer: "elsewhere" }),
      await mint(claims, { expires: past }),
      await mint({ handle: "eve" }),
      `${(await mint(claims)).slice(0, -2)}xx`,
    ];
    for (const token of tokens) {
      expect((await get(url, "/auth/me", bearer(token))).json, token).toMatchObject({ code: "BAD_TOKEN" });
      await expect(reserve(url, token, { slug: "field" })).rejects.toThrow(/^401 .*BAD_TOKEN/);
    }
    expect((await get(url, "/auth/me")).json).toMatchObject({ code: "BAD_TOKEN" });
    expect((await get(url, "/auth/me", { headers: { authorization: "Basic abc" } })).status).toBe(401);
  });

  it("gives a handle to the first who comes with it, ignoring case and look-alikes", async () => {
    expect((await get(url, "/auth/me", bearer(await mint({ sub: "a", handle: "Milo_1" })))).status).toBe(200);
    expect((await get(url, "/auth/me", bearer(await mint({ sub: "b", handle: "mi1o-l" })))).json).toMatchObject({
      code: "HANDLE_TAKEN",
    });
  });
});

expectCleanLog(() => server, [secret]);
