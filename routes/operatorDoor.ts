/**
 * The login of operators and viewers, and what keeps others from guessing at it: an address has ten wrong passwords at
 * once and one a second, in each process. Beyond that the right one is not looked at either, so that nothing is learned;
 * other addresses notice nothing. The first wrong one of an address in a minute is noted in the audit log.
 */
import type { Request } from "express";
import { HereaboutsError } from "../schema/errors.ts";
import type { Audit } from "../services/ops/audit.ts";
import { bucketOfEach, networkOf } from "../services/pace.ts";
import { isSameSecret } from "../services/secrets.ts";
import { TokenBucket } from "../services/tokenBucket.ts";

export type OperatorLogin = { operatorPassword: string; viewerPassword: string };
export type OperatorRole = "operator" | "viewer";

const wrong = { perSecond: 1, burstSeconds: 10 };
/** Lines in the audit log. */
const notedPerMinute = { address: 1, all: 10 };

export class OperatorDoor {
  readonly #login: OperatorLogin;
  readonly #audit: Pick<Audit, "note">;
  readonly #now: () => number;
  readonly #guessesOf = bucketOfEach(wrong.perSecond, wrong.burstSeconds);
  readonly #notesOf = bucketOfEach(notedPerMinute.address / 60, 60);
  readonly #notes: TokenBucket;

  constructor(login: OperatorLogin, audit: Pick<Audit, "note">, now = () => performance.now()) {
    this.#login = login;
    this.#audit = audit;
    this.#now = now;
    this.#notes = new TokenBucket(notedPerMinute.all / 60, 60, now());
  }

  /** Undefined for who brings no login, or a wrong one. Throws TOO_FAST. */
  roleOf({ headers, ip = "" }: Pick<Request, "headers" | "ip">): OperatorRole | undefined {
    const header = headers.authorization ?? "";
    if (!/^basic /i.test(header)) return undefined;
    const guesses = this.#guessesOf(networkOf(ip), this.#now());
    const retryAfterMs = guesses.take(this.#now());
    if (retryAfterMs > 0) {
      this.#note(ip, "TOO_FAST");
      throw new HereaboutsError("TOO_FAST", "Too many wrong passwords from this address.", { retryAfterMs });
    }
    const role = this.#roleBy(header);
    if (role) guesses.giveBack();
    else this.#note(ip, "BAD_TOKEN");
    return role;
  }

  #note(from: string, outcome: string): void {
    const now = this.#now();
    if (this.#notesOf(from, now).take(now) > 0 || this.#notes.take(now) > 0) return;
    void this.#audit.note({ who: "nobody", from, action: "login", outcome });
  }

  #roleBy(header: string): OperatorRole | undefined {
    const encoded = /^basic ([a-z0-9+/=]+)$/i.exec(header)?.[1];
    const [name, ...rest] = Buffer.from(encoded ?? "", "base64")
      .toString()
      .split(":");
    const password = rest.join(":");
    const { operatorPassword, viewerPassword } = this.#login;
    const isOperator = isSameSecret(password, operatorPassword) && name === "operator";
    const isViewer = isSameSecret(password, viewerPassword) && name === "viewer" && viewerPassword !== "";
    return isOperator ? "operator" : isViewer ? "viewer" : undefined;
  }
}
