/**
 * Tokens say who someone is: JWTs signed by this server's own secret (guests, and people made with `npm run token`) or by
 * an external issuer. A token that cannot be verified is refused; there is no half-trusted one.
 */
import { createHmac, randomBytes } from "node:crypto";
import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Config } from "../../config.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { keptSecret } from "../secrets.ts";
import { checkHandle, displayName, type Handles, isHandle } from "./handles.ts";
import { ownTokens } from "./ownTokens.ts";
import type { Identity, Kind, Role } from "./person.ts";

const ownIssuer = "hereabouts";
const roles: readonly Role[] = ["member", "service", "moderator", "admin"];

type TokenConfig = Pick<
  Config,
  "authSecret" | "authIssuer" | "authAudience" | "authJwksUrl" | "dataDir" | "guestTokenDays"
>;

export interface Tokens {
  /** Verifies a token. Without one, someone new: a guest for this one connection. Throws BAD_TOKEN or HANDLE_TAKEN. */
  verify(token: string | undefined): Promise<Identity>;
  /** A token for a new guest, or for the guest of `token` if that is still valid, under a new name if one is given. */
  guest(options: {
    name?: string | undefined;
    token?: string | undefined;
  }): Promise<{ token: string; identity: Identity }>;
  /** A token for a person known by their handle. */
  mint(claims: { handle: string; name?: string; kind?: Kind; role?: Role; days?: number }): Promise<string>;
}

/** What our own tokens are signed with. */
export function secretOf({ authSecret, dataDir }: Pick<TokenConfig, "authSecret" | "dataDir">): string {
  return authSecret || keptSecret(dataDir, "secret", 32).value;
}

export function createTokens(config: TokenConfig, handles: Handles): Tokens {
  const secret = new TextEncoder().encode(secretOf(config));
  const externalKeys = config.authJwksUrl ? createRemoteJWKSet(new URL(config.authJwksUrl)) : undefined;

  const own = ownTokens(secret, ownIssuer);

  const identityOf = (subject: string, claims: JWTPayload, guest: boolean): Identity => {
    const person = createHmac("sha256", secret).update(subject).digest("base64url").slice(0, 16);
    const given = [claims["handle"], claims["preferred_username"]].find(isHandle) ?? person;
    const handle = guest
      ? `guest-${person
          .replace(/[^a-z0-9]/gi, "")
          .slice(0, 4)
          .toLowerCase()}`
      : given;
    return {
      person,
      handle,
      name: displayName(claims["name"], handle),
      kind: claims["kind"] === "ai" || claims["kind"] === "persona" ? claims["kind"] : "human",
      role: roles.find((role) => role === claims["role"]) ?? "member",
      guest,
    };
  };

  const newGuest = (name: string | undefined) => ({
    subject: `guest:${randomBytes(16).toString("hex")}`,
    claims: { guest: true, ...(name === undefined ? {} : { name: displayName(name, "") }) },
  });

  const decode = async (token: string): Promise<JWTPayload> => {
    try {
      const issuer = externalKeys ? issuerOf(token) : ownIssuer;
      if (issuer !== ownIssuer && externalKeys) return await verifyExternal(token, externalKeys, config);
      return own.verify(token);
    } catch (cause) {
      throw new HereaboutsError("BAD_TOKEN", reasonOf(cause), { cause });
    }
  };

  const verify = async (token: string | undefined): Promise<Identity> => {
    if (!token) {
      const { subject, claims } = newGuest(undefined);
      return identityOf(subject, claims, true);
    }
    const claims = await decode(token);
    if (!claims.sub) throw new HereaboutsError("BAD_TOKEN", "It names no subject.");
    const isOwn = claims.iss === ownIssuer;
    const subject = isOwn ? claims.sub : `${claims.iss} ${claims.sub}`;
    const identity = identityOf(subject, claims, isOwn && claims["guest"] === true);
    if (!identity.guest) await handles.claim(subject, identity.handle);
    return identity;
  };

  return {
    verify,
    async guest({ name, token }) {
      const known = token === undefined ? undefined : await decode(token).catch(() => undefined);
      const isGuest = known?.iss === ownIssuer && known["guest"] === true && known.sub !== undefined;
      const fresh = newGuest(name);
      const subject = isGuest ? known.sub! : fresh.subject;
      const claims = isGuest && name === undefined ? { guest: true, name: known["name"] } : fresh.claims;
      return {
        token: own.sign(claims, subject, config.guestTokenDays),
        identity: identityOf(subject, claims, true),
      };
    },
    async mint({ handle, name, kind = "human", role = "member", days = 365 }) {
      checkHandle(handle);
      const subject = `local:${handle.toLowerCase()}`;
      await handles.claim(subject, handle);
      return own.sign({ handle, kind, role, ...(name === undefined ? {} : { name }) }, subject, days);
    },
  };
}

async function verifyExternal(token: string, keys: JWTVerifyGetKey, config: TokenConfig): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    issuer: config.authIssuer,
    requiredClaims: ["exp", "sub"],
    ...(config.authAudience ? { audience: config.authAudience } : {}),
  });
  if (payload.iss === ownIssuer) throw new Error("an external token may not name this server as its issuer");
  return payload;
}

function issuerOf(token: string): unknown {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  return (JSON.parse(payload) as JWTPayload).iss;
}

function reasonOf(cause: unknown): string {
  const code = (cause as { code?: string }).code;
  if (code === "ERR_JWT_EXPIRED") return "It has expired.";
  if (code === "ERR_JWS_SIGNATURE_VERIFICATION_FAILED") return "It was signed by someone else.";
  return "";
}
