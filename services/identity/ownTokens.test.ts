/** Own tokens are JWTs as `jose` makes and takes them, and nothing else passes for one. */
import { createHmac } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { ownTokens } from "./ownTokens.ts";

const secret = new TextEncoder().encode("a secret of the test, long enough for it");
const own = ownTokens(secret, "here");
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
/** Signed as ours are, whatever its header says. */
function signed(header: unknown, claims: unknown = { iss: "here", sub: "ada" }): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

describe("[ID2] an own token", () => {
  it("is what jose takes for one", async () => {
    const { payload } = await jwtVerify(own.sign({ guest: true }, "ada", 2), secret, { issuer: "here" });
    expect(payload).toEqual(expect.objectContaining({ guest: true, iss: "here", sub: "ada" }));
    expect(payload.exp! - payload.iat!).toBe(2 * 86_400);
  });

  it("may be made by jose, with a type", async () => {
    const jwt = new SignJWT({}).setProtectedHeader({ alg: "HS256", typ: "JWT" }).setIssuer("here").setSubject("ada");
    expect(own.verify(await jwt.setExpirationTime("1h").sign(secret))).toMatchObject({ sub: "ada" });
  });

  it.each([
    ["another algorithm", signed({ alg: "HS512" })],
    ["none", signed({ alg: "none" })],
    ["something that has to be understood", signed({ alg: "HS256", crit: ["b64"], b64: false })],
    ["nothing", signed(null)],
  ])("is none whose header asks for %s", (_, token) => {
    expect(() => own.verify(token)).toThrow();
  });

  it.each([
    ["of another issuer", signed({ alg: "HS256" }, { iss: "there" }), "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    ["that has expired", signed({ alg: "HS256" }, { iss: "here", exp: 1 }), "ERR_JWT_EXPIRED"],
    ["that is not yet valid", signed({ alg: "HS256" }, { iss: "here", nbf: 1e11 }), "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    [
      "whose end is no number",
      signed({ alg: "HS256" }, { iss: "here", exp: "never" }),
      "ERR_JWT_CLAIM_VALIDATION_FAILED",
    ],
    ["of claims that are none", signed({ alg: "HS256" }, "claims"), "ERR_JWT_INVALID"],
    ["with a padded signature", `${own.sign({}, "ada", 1)}=`, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"],
    ["without one", own.sign({}, "ada", 1).replace(/[^.]+$/, ""), "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"],
    ["with a part too many", `${own.sign({}, "ada", 1)}.`, "ERR_JWS_INVALID"],
    ["that is nothing", "", "ERR_JWS_INVALID"],
  ])("is none %s", (_, token, code) => {
    expect(() => own.verify(token)).toThrow(expect.objectContaining({ code }));
  });
});
