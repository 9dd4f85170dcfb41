/** Bad input for events and streams, from a seed. */
import type { JunkRequest } from "./junkHttp.ts";
import type { Random } from "./random.ts";

const sessionNames = ["master", "nothing", "%00", "..", "x".repeat(200), "__proto__", `a-${"a".repeat(26)}`, ""];

/** Events and streams, which have no end, and which players ask for in many ways. */
export function junkListen(random: Random): JunkRequest {
  const kind = random.pick(["events", "events", "stream"]);
  const name = random.chance(0.6) ? "master" : random.pick(sessionNames);
  const listener = random.pick([
    "",
    "?listener=fuzz-listener",
    "?listener=%00",
    `?listener=${"x".repeat(65)}`,
    "?listener=a&listener=b",
  ]);
  const headers: Record<string, string> = {};
  if (random.chance(0.3)) headers["last-event-id"] = random.pick(["1", "-1", "x".repeat(5000), "\u00ff"]);
  if (random.chance(0.3)) headers["icy-metadata"] = random.pick(["1", "0", "1, 1", "\u00e9"]);
  if (random.chance(0.3))
    headers["range"] = random.pick(["bytes=0-", "bytes=5-2", "bytes=-1", "frames=1-2", "bytes=0-0,1-1"]);
  if (random.chance(0.2))
    headers["cookie"] = `audioSession=${random.pick(["master", "x", "\u00ff", "a; audioSession=b"])}`;
  if (random.chance(0.2)) headers["accept"] = random.pick(["text/event-stream", "x", "*/*;q=nope"]);
  return {
    method: random.pick(["GET", "GET", "GET", "HEAD"]),
    path: `/${kind}/${name}${listener}`,
    headers,
    body: undefined,
  };
}
