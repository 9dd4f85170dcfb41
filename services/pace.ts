/** How often one may ask: a budget for each, of those who asked lately. */
import { isIPv6 } from "node:net";
import { HereaboutsError } from "../schema/errors.ts";
import { TokenBucket } from "./tokenBucket.ts";

/** Beyond this many, those who have been quiet longest begin anew. */
const remembered = 10_000;

/** The budget of whoever it is called for. */
export function bucketOfEach(perSecond: number, burstSeconds: number): (who: string, now: number) => TokenBucket {
  const buckets = new Map<string, TokenBucket>();
  return (who, now) => {
    const bucket = buckets.get(who) ?? new TokenBucket(perSecond, burstSeconds, now);
    buckets.delete(who);
    buckets.set(who, bucket);
    if (buckets.size > remembered) buckets.delete(buckets.keys().next().value!);
    return bucket;
  };
}

/** A function that throws TOO_FAST for whoever it is called for too often: `perSecond`, in bursts of so many seconds. */
export function paceOfEach(perSecond = 20, burstSeconds = 2): (who: string) => void {
  const bucketOf = bucketOfEach(perSecond, burstSeconds);
  return (who) => {
    const now = performance.now();
    const wait = bucketOf(who, now).take(now);
    if (wait > 0) throw new HereaboutsError("TOO_FAST", "", { retryAfterMs: wait });
  };
}

/** Whom an address counts for: of IPv6 the first 64 bits, as one line has all addresses that begin so. */
export function networkOf(address = ""): string {
  const bare = address.replace(/%.*$/, "");
  if (!isIPv6(bare) || bare.includes(".")) return bare.replace(/^::ffff:/i, "");
  const [before = "", after] = bare.split("::");
  const groups = before.split(":").filter(Boolean);
  const behind = after?.split(":").filter(Boolean) ?? [];
  const between = after === undefined ? 0 : 8 - groups.length - behind.length;
  const all = [...groups, ...Array.from({ length: between }, () => "0"), ...behind];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
