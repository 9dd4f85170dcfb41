/** How often worlds may be copied: each copy is up to a quarter of a megabyte. By person, whichever seats they take, and in all. */
import { HereaboutsError } from "../../schema/errors.ts";
import { bucketOfEach } from "../../services/pace.ts";
import { TokenBucket } from "../../services/tokenBucket.ts";

const each = { perSecond: 0.2, burstSeconds: 25 };
/** Guests are to be had for nothing. */
const all = { perSecond: 2, burstSeconds: 25 };

/** A function that throws TOO_FAST for a person who forks, or where all do, too often. What is refused costs nothing. */
export function createForkPace(now = () => performance.now()): (person: string) => void {
  const bucketOf = bucketOfEach(each.perSecond, each.burstSeconds);
  const shared = new TokenBucket(all.perSecond, all.burstSeconds, now());
  return (person) => {
    const own = bucketOf(person, now());
    const ownWait = own.take(now());
    const retryAfterMs = ownWait || shared.take(now());
    if (retryAfterMs === 0) return;
    if (ownWait === 0) own.giveBack();
    throw new HereaboutsError("TOO_FAST", "", { retryAfterMs });
  };
}
