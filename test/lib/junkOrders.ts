/** Bad input from who is let in to the operators' pages, from a seed: orders, calls of the monitor, files of sessions. */
import { anyValue } from "./junk.ts";
import { type Credentials, type JunkRequest, junkBody, toJson } from "./junkHttp.ts";
import type { Random } from "./random.ts";

const calls = ["broadcast", "_sendMessageToClient", "_editStateProperty", "_deleteStateProperty", "constructor", "x"];
const statePaths = [
  ["props"],
  ["props", "k1", "value"],
  ["people", "x", "name"],
  ["__proto__", "x"],
  [],
  "x",
  [1],
  ["x"],
];

/** What the operators' pages ask for and do, with their login. */
export function junkOrderRequest(random: Random, { operator }: Credentials, roomId: string): JunkRequest {
  const headers = { authorization: operator, "sec-fetch-site": "same-origin", "content-type": "application/json" };
  const person = random.pick(["nobody", "nobody-1", "%00", "..", "a b", "x".repeat(65), "__proto__", "%ff"]);
  const path = random.pick([
    "session.json",
    "logs/server.jsonl",
    "../x",
    "%2e%2e/x",
    "files/%00",
    "a".repeat(300),
    "x/y/z",
  ]);
  const folder = random.pick(["world-field-20260101-1a2b3c4d", "..", "%2e%2e", "x", "__proto__"]);
  switch (random.int(5)) {
    case 0:
    case 1: {
      const action = random.pick(["kick", "mute", "unmute", "ban", "unban", "move", "erase", "__proto__"]);
      const body = random.chance(0.9) ? Buffer.from(JSON.stringify(junkOrder(random))) : junkBody(random);
      return { method: "POST", path: `/ops/people/${person}/${action}`, headers, body };
    }
    case 2: {
      const args = [random.pick(statePaths), toJson(anyValue(random, 2))].slice(0, 1 + random.int(2));
      const query = new URLSearchParams({
        roomId,
        method: random.pick(calls),
        args: JSON.stringify(args).toWellFormed(),
      });
      return { method: "GET", path: `/monitor/api/room/call?${query}`, headers, body: undefined };
    }
    case 3:
      return {
        method: random.pick(["GET", "DELETE"]),
        path: `/ops/sessions/${folder}${random.pick(["", `/files/${path}`])}`,
        headers,
        body: undefined,
      };
    default: {
      const asked = [
        "audit?limit=1e9",
        "audit?limit=1",
        "rooms/world:field",
        "rooms/x",
        "people?q=%25",
        "restrictions",
        "me",
      ];
      const rest = random.pick([...asked, `erase?person=${person}`, `people?q=${"x".repeat(129)}`]);
      return { method: rest.startsWith("erase") ? "POST" : "GET", path: `/ops/${rest}`, headers, body: undefined };
    }
  }
}

/** The body of an operator's order, in part well; nobody of that name is there. */
export function junkOrder(random: Random): Record<string, unknown> {
  const order: Record<string, unknown> = {
    room: random.pick(["all", "world:field", "chat:fuzz-chat", "audio:master", "world:", "x", "world:field\n"]),
    reason: random.pick(["because", "", " \u202e ", "x".repeat(801), "\ud800"]),
  };
  if (random.chance(0.5)) order["seconds"] = random.pick([1, 60, 0, -1, 1.5, 1e12, "60"]);
  if (random.chance(0.3)) order["to"] = random.pick(["field", "FIELD", "../x", "create", ""]);
  if (random.chance(0.3))
    order[random.pick(["room", "reason", "seconds", "to", "__proto__", "x"])] = toJson(anyValue(random, 2));
  return order;
}
