/** How often one may ask: a budget for each, of those who asked lately. */
import { HereaboutsError } from "../schema/errors.ts";
import { TokenBucket } from "../services/tokenBucket.ts";

const perSecond = 20;
const burstSeconds = 2;
/** Beyond this many, those who have been quiet longest begin anew. */
const remembered = 10_000;

/** A function that throws TOO_FAST for whoever it is called for too often. */
export function paceOfEach(): (who: string) => void {
  const paces = new Map<string, TokenBucket>();
  return (who) => {
    const now = performance.now();
    const pace = paces.get(who) ?? new TokenBucket(perSecond, burstSeconds, now);
    paces.delete(who);
    paces.set(who, pace);
    if (paces.size > remembered) paces.delete(paces.keys().next().value!);
    const wait = pace.take(now);
    if (wait > 0) throw new HereaboutsError("TOO_FAST", "", { retryAfterMs: wait });
  };
}
