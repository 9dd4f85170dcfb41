/** Who a token makes one, and that nothing but a valid token makes one anybody. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, decodeJwt, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStorage, type Storage } from "../storage.ts";
import { createHandles, type Handles } from "./handles.ts";
import { createTokens, type Tokens } from "./tokens.ts";

const authSecret = "a secret of the test, long enough for it";
const base = { authSecret, authIssuer: "", authAudience: "", authJwksUrl: "", dataDir: "", guestTokenDays: 365 };
const refused = (code: string) => expect.objectContaining({ code });

let storage: Storage;
let handles: Handles;
let tokens: Tokens;
beforeEach(() => {
  storage = openStorage(":memory:");
  handles = createHandles(storage);
  tokens = createTokens(base, handles);
});
afterEach(() => storage.close());

type Forgery = { claims?: JWTPayload; secret?: string; issuer?: string; alg?: string; expires?: string | number };
/** A token in our own form, signed as asked. */
function forge({ claims = {}, secret = authSecret, issuer = "hereabouts", alg = "HS256", expires = "1h" }: Forgery) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg })
    .setIssuer(issuer)
    .setSubject("local:ada")
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
}
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("[ID1] a guest", () => {
  it("is the same person with each of their tabs and at each visit", async () => {
    const { token, identity } = await tokens.guest({});
    expect(await tokens.verify(token)).toEqual(identity);
    expect(await tokens.verify(token)).toEqual(identity);
    const again = await tokens.guest({ token });
    expect(again.identity).toEqual(identity);
    expect(await tokens.verify(again.token)).toEqual(identity);
  });

  it("is a random number of 128 bits in the token, and nobody is told it", async () => {
    const { token, identity } = await tokens.guest({});
    const { sub } = decodeJwt(token);
    expect(sub).toMatch(/^guest:[0-9a-f]{32}$/);
    expect(identity.person).toMatch(/^[\w-]{16}$/);
    expect(JSON.stringify(identity)).not.toContain(sub!.slice(6, 12));
  });

  it("is someone new without a token, each time", async () => {
    const all = await Promise.all([tokens.verify(undefined), tokens.verify(""), tokens.guest({}), tokens.guest({})]);
    const ids = all.map((one) => ("identity" in one ? one.identity.person : one.person));
    expect(new Set(ids).size).toBe(4);
    expect(await tokens.verify(undefined)).toMatchObject({ guest: true, kind: "human", role: "member" });
  });

  it("is renamed without becoming another, and keeps the name when none is given", async () => {
    const first = await tokens.guest({ name: "Ada" });
    expect(first.identity).toMatchObject({ name: "Ada", guest: true });
    const renamed = await tokens.guest({ token: first.token, name: "  Countess\u202e " });
    expect(renamed.identity).toEqual({ ...first.identity, name: "Countess" });
    const kept = await tokens.guest({ token: renamed.token });
    expect(await tokens.verify(kept.token)).toEqual(renamed.identity);
  });

  it("is shown as a guest, by a handle nobody claims, whatever the name", async () => {
    const { identity } = await tokens.guest({ name: "" });
    expect(identity.handle).toMatch(/^guest-[a-z0-9]{4}$/);
    expect(identity.name).toBe(identity.handle);
    await tokens.mint({ handle: "ada" });
    expect((await tokens.guest({ name: "ada" })).identity.handle).toMatch(/^guest-/);
  });

  it.each([
    ["has expired", async () => forge({ claims: { guest: true, name: "Old" }, expires: 1000 })],
    ["was signed by someone else", async () => forge({ claims: { guest: true, name: "Old" }, secret: "x".repeat(40) })],
    ["is nonsense", async () => "nonsense"],
    ["is a member's", async () => forge({ claims: { handle: "ada", role: "admin" } })],
  ])("whose token %s becomes a new one", async (_, make) => {
    const { identity } = await tokens.guest({ token: await make() });
    expect(identity).toMatchObject({ guest: true, role: "member" });
    expect(identity.name).toBe(identity.handle);
    const ada = await tokens.verify(await forge({ claims: { handle: "ada" } }));
    expect(identity.person).not.toBe(ada.person);
  });
});

describe("[ID2] our own tokens", () => {
  it("make a person of a handle, the same one each time", async () => {
    const ada = await tokens.verify(await tokens.mint({ handle: "Ada", name: "Ada L.", role: "moderator" }));
    expect(ada).toMatchObject({ handle: "Ada", name: "Ada L.", kind: "human", role: "moderator", guest: false });
    const again = await tokens.verify(await tokens.mint({ handle: "ada", kind: "ai" }));
    expect(again).toMatchObject({ person: ada.person, handle: "ada", name: "ada", kind: "ai", role: "member" });
  });

  it("are not made for a handle that is none, or looks like another's", async () => {
    await tokens.mint({ handle: "mary" });
    await expect(tokens.mint({ handle: "rnary" })).rejects.toEqual(refused("HANDLE_TAKEN"));
    await expect(tokens.mint({ handle: "a b" })).rejects.toEqual(refused("BAD_HANDLE"));
  });

  it("last as long as asked", async () => {
    const { exp, iat } = decodeJwt(await tokens.mint({ handle: "ada", days: 2 }));
    expect(exp! - iat!).toBe(2 * 24 * 3600);
    const guest = decodeJwt((await tokens.guest({})).token);
    expect(guest.exp! - guest.iat!).toBe(365 * 24 * 3600);
  });

  it("give no role or kind that there is not", async () => {
    const token = await forge({ claims: { handle: "ada", role: "root", kind: "god" } });
    expect(await tokens.verify(token)).toMatchObject({ role: "member", kind: "human" });
  });

  it("are signed with a secret made at the first start and kept with the data for its owner only", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tokens-"));
    try {
      const first = createTokens({ ...base, authSecret: "", dataDir }, handles);
      const { token, identity } = await first.guest({});
      expect(statSync(join(dataDir, "secret")).mode & 0o777).toBe(0o600);
      const restarted = createTokens({ ...base, authSecret: "", dataDir }, handles);
      expect(await restarted.verify(token)).toEqual(identity);
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });
});

describe("[ID2] what is not valid is refused: no half-trusted token", () => {
  it.each([
    ["that has expired", () => forge({ expires: Math.floor(Date.now() / 1000) - 1 })],
    ["that was signed with another secret", () => forge({ secret: `${authSecret}!` })],
    ["of another issuer", () => forge({ issuer: "elsewhere" })],
    ["signed in another way than ours", () => forge({ alg: "HS512" })],
    ["that is no token", async () => "x.y.z"],
    ["that is one part", async () => "x"],
    ["of dots", async () => ".."],
    ["that is long", async () => "x".repeat(100_000)],
  ])("one %s", async (_, make) => {
    await expect(tokens.verify(await make())).rejects.toEqual(refused("BAD_TOKEN"));
  });

  it("one that says it needs no signature", async () => {
    const claims = { iss: "hereabouts", sub: "local:ada", role: "admin", exp: Math.floor(Date.now() / 1000) + 60 };
    for (const alg of ["none", "None", "NONE"]) {
      const unsigned = `${part({ alg, typ: "JWT" })}.${part(claims)}.`;
      await expect(tokens.verify(unsigned)).rejects.toEqual(refused("BAD_TOKEN"));
    }
  });

  it("one of which anything was changed", async () => {
    const token = await tokens.mint({ handle: "ada" });
    const [head, body, signature] = token.split(".") as [string, string, string];
    const claims = decodeJwt(token);
    const raised = part({ ...claims, role: "admin" });
    const other = await tokens.mint({ handle: "bea" });
    for (const changed of [
      `${head}.${raised}.${signature}`,
      `${head}.${body}.${other.split(".")[2]}`,
      `${head}.${body}.`,
      `${head}.${body}.${signature.slice(0, -2)}`,
      `${part({ alg: "none" })}.${body}.${signature}`,
    ]) {
      await expect(tokens.verify(changed), changed).rejects.toEqual(refused("BAD_TOKEN"));
    }
  });

  it("one without a subject", async () => {
    const token = await new SignJWT({ handle: "ada" })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer("hereabouts")
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(authSecret));
    await expect(tokens.verify(token)).rejects.toEqual(refused("BAD_TOKEN"));
  });

  it("and says why where that helps", async () => {
    const expired = await forge({ expires: 1000 });
    await expect(tokens.verify(expired)).rejects.toThrow("It has expired.");
    await expect(tokens.verify(await forge({ secret: "y".repeat(40) }))).rejects.toThrow("signed by someone else");
  });
});

describe("[ID2] an external issuer", () => {
  const authIssuer = "https://issuer.example";
  const authAudience = "rooms";
  let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
  let strange: CryptoKey;
  let server: Server;
  let authJwksUrl: string;
  let external: Tokens;

  beforeAll(async () => {
    keys = await generateKeyPair("ES256");
    strange = (await generateKeyPair("ES256")).privateKey;
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "ES256", use: "sig" };
    server = createServer(
      (_, res) => void res.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] })),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    authJwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => void server.close());
  beforeEach(() => {
    external = createTokens({ ...base, authIssuer, authAudience, authJwksUrl }, handles);
  });

  type Issue = { claims?: JWTPayload; sub?: string; issuer?: string; audience?: string; key?: CryptoKey };
  const issue = ({ claims = {}, sub = "42", issuer = authIssuer, audience = authAudience, key }: Issue = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid: "k1" })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(sub)
      .setExpirationTime("1h")
      .sign(key ?? keys.privateKey);

  it("says who someone is, the same person each time", async () => {
    const claims = { preferred_username: "ada", name: "Ada L.", role: "moderator" };
    const ada = await external.verify(await issue({ claims }));
    expect(ada).toMatchObject({ handle: "ada", name: "Ada L.", role: "moderator", guest: false });
    expect((await external.verify(await issue({ claims: { handle: "countess" } }))).person).toBe(ada.person);
    expect((await external.verify(await issue({ sub: "43" }))).person).not.toBe(ada.person);
  });

  it("who names no handle that can be used is known by an id", async () => {
    const someone = await external.verify(await issue({ claims: { preferred_username: "ada lovelace" } }));
    expect(someone.handle).toBe(someone.person);
  });

  it("makes nobody a guest, and nobody of ours", async () => {
    const subject = decodeJwt((await external.guest({})).token).sub!;
    const someone = await external.verify(await issue({ sub: subject, claims: { guest: true } }));
    expect(someone.guest).toBe(false);
    const ada = await external.verify(await external.mint({ handle: "ada" }));
    expect((await external.verify(await issue({ sub: "local:ada" }))).person).not.toBe(ada.person);
  });

  it("gives no handle that someone else has, or one that looks like it", async () => {
    await external.mint({ handle: "mary" });
    const claims = { handle: "rnary" };
    await expect(external.verify(await issue({ claims }))).rejects.toEqual(refused("HANDLE_TAKEN"));
  });

  it("leaves our own tokens and guests as they are", async () => {
    const { token, identity } = await external.guest({ name: "Ada" });
    expect(await external.verify(token)).toEqual(identity);
    expect(await external.verify(await external.mint({ handle: "bea" }))).toMatchObject({ handle: "bea" });
  });

  it.each([
    ["of another issuer", () => issue({ issuer: "https://evil.example" })],
    ["for another audience", () => issue({ audience: "mail" })],
    ["signed with another key", () => issue({ key: strange })],
    ["that names us as its issuer", () => issue({ issuer: "hereabouts" })],
    ["that names us, with our secret unknown", () => forge({ secret: "z".repeat(40) })],
  ])("is not believed with a token %s", async (_, make) => {
    await expect(external.verify(await make())).rejects.toEqual(refused("BAD_TOKEN"));
  });

  it("is not believed with its public key used as a secret", async () => {
    const secret = await exportSPKI(keys.publicKey);
    await expect(external.verify(await forge({ secret, issuer: authIssuer }))).rejects.toEqual(refused("BAD_TOKEN"));
    await expect(external.verify(await forge({ secret }))).rejects.toEqual(refused("BAD_TOKEN"));
  });

  it("is not believed without a signature", async () => {
    const claims = { iss: authIssuer, aud: authAudience, sub: "42", exp: Math.floor(Date.now() / 1000) + 60 };
    const unsigned = `${part({ alg: "none" })}.${part(claims)}.`;
    await expect(external.verify(unsigned)).rejects.toEqual(refused("BAD_TOKEN"));
  });

  it("that cannot be reached lets nobody in, and keeps our own people", async () => {
    const unreachable = createTokens({ ...base, authIssuer, authJwksUrl: "http://127.0.0.1:1/jwks" }, handles);
    await expect(unreachable.verify(await issue())).rejects.toEqual(refused("BAD_TOKEN"));
    const { token, identity } = await unreachable.guest({});
    expect(await unreachable.verify(token)).toEqual(identity);
  });
});
