/**
 * One reader of what an outsider may send, and one bad input for it: what is whole is read as what it is, what is mangled
 * as something lawful or refused by a name of the error table. `once` throws where that does not hold.
 */
import { type ErrorCode, HereaboutsError } from "../../schema/errors.ts";
import type { Random } from "../lib/random.ts";

export interface Reader {
  readonly name: string;
  /** How many of all cases, beside the others' shares: less for those that take long. */
  readonly share: number;
  once(random: Random): void | Promise<void>;
}

/** What `read` gives; undefined where it refuses with one of `codes`. */
export function mayRefuse<T>(codes: readonly ErrorCode[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof HereaboutsError && codes.includes(error.code))) throw error;
    return undefined;
  }
}

/** Not `expect` itself: that would take longer than all the rest. */
export function mustBe(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`not so: ${what}`);
}
