/**
 * Redis answers within a second, or whoever asked is told UNAVAILABLE: nothing hangs on a Redis that is gone. What was
 * asked may be done all the same, later.
 */
import { HereaboutsError } from "../schema/errors.ts";

/** Replies that mean "not now" and not "wrong". */
const passing = /^(LOADING|OOM|READONLY|MISCONF|BUSY|MASTERDOWN|NOREPLICAS)\b/;

/** Rejects with UNAVAILABLE, or with what Redis found wrong in the command. */
export async function answerOf<T>(asked: Promise<T>, withinMs = 1000): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Redis did not answer within ${withinMs} ms.`)), withinMs);
  try {
    return await Promise.race([asked, late.promise]);
  } catch (cause) {
    const { name, message } = cause as Error;
    if (name === "ReplyError" && !passing.test(message)) throw cause;
    throw new HereaboutsError("UNAVAILABLE", "", { cause });
  } finally {
    clearTimeout(timer);
  }
}
