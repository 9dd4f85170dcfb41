/**
 * This server's own tokens: JWTs signed with its secret (HS256), in place. `jose` has WebCrypto do that, which hands each
 * to a thread and back: a tenth of what a join costs. What the claims must be, `jose` checks.
 */
import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { errors, type JWTPayload, UnsecuredJWT } from "jose";

const algorithm = "HS256";
const header = part({ alg: algorithm });
/** What `jose` takes claims of that were verified already. */
const verified = part({ alg: "none" });
const dayS = 86_400;

export interface OwnTokens {
  sign(claims: JWTPayload, subject: string, days: number): string;
  /** Throws what `jose.jwtVerify` throws. */
  verify(token: string): JWTPayload;
}

export function ownTokens(secret: Uint8Array, issuer: string): OwnTokens {
  const key = createSecretKey(secret);
  const signatureOf = (signed: string) => createHmac("sha256", key).update(signed).digest();
  return {
    sign(claims, subject, days) {
      const iat = Math.floor(Date.now() / 1000);
      const signed = `${header}.${part({ ...claims, iss: issuer, sub: subject, iat, exp: iat + days * dayS })}`;
      return `${signed}.${signatureOf(signed).toString("base64url")}`;
    },
    verify(token) {
      const [head = "", body = "", tail = "", ...more] = token.split(".");
      if (more.length > 0 || !isOurs(head)) throw new errors.JWSInvalid("Not a token of this kind");
      const signature = signatureOf(`${head}.${body}`);
      const given = Buffer.from(tail, "base64url");
      // one signature has one spelling
      const isSigned = given.length === signature.length && timingSafeEqual(given, signature);
      if (!isSigned || given.toString("base64url") !== tail) throw new errors.JWSSignatureVerificationFailed();
      return UnsecuredJWT.decode(`${verified}.${body}.`, { issuer }).payload;
    },
  };
}

/** Whether its header asks for what we do, and nothing that has to be understood besides. */
function isOurs(head: string): boolean {
  if (head === header) return true;
  try {
    const { alg, crit } = JSON.parse(Buffer.from(head, "base64url").toString());
    return alg === algorithm && crit === undefined;
  } catch {
    return false;
  }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
