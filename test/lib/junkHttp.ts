/** Bad input for an HTTP server, from a seed: requests, and the bodies of joins. Nothing here is sent. */
import { anyValue } from "./junk.ts";
import type { Random } from "./random.ts";

export const paths = [
  "/auth/guest",
  "/auth/me",
  "/matchmake/joinOrCreate/world",
  "/matchmake/joinOrCreate/chat",
  "/matchmake/join/world",
  "/matchmake/joinById/x",
  "/matchmake/reconnect/x",
  "/matchmake/create/world",
  "/chat/fuzz-chat",
  "/chat/fuzz-chat",
  "/chat/",
  "/ops/explain",
  "/ops/erase",
  "/ops/",
  "/session/field",
  "/session/create/fuzz-radio",
  "/session/follow/master",
  "/session/master/next-track",
  "/session/fuzz-radio/direction",
  "/session/master/play",
  "/session/master/back",
  "/session/master/heard",
  "/create-session",
  "/api/session/create",
  "/api/session/create",
  "/api/session/follow",
  "/api/session/list",
  "/api/session/info",
  "/api/session/master",
  "/api/audio/tracks",
  "/events/nothing",
  "/stream/nothing",
  "/radio",
  "/session/",
  "/status",
  "/readyz",
  "/healthz",
  "/monitor",
  "/monitor/",
  "/monitor/api",
  "/monitor/api/room",
  "/monitor/api/room/call",
  "/field",
  "/",
  "/assets/x.js",
  "/__healthcheck",
  "/metrics",
];
const methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "PROPFIND"];
export const pathTails = [
  "",
  "",
  "",
  "/",
  "//",
  "?",
  "?a=b",
  "#x",
  "/..",
  "/%2e%2e/",
  "%00",
  "%zz",
  "/__proto__",
  ";x",
  "\\x",
  "?x[__proto__]=1",
  "%ff",
  "?person=nobody&room=chat:fuzz-chat",
  "?session=nothing&listener=%00",
  "?query=a&limit=-1&offset=1e9",
  "?person=x&person=y&room=chat:",
  "?person=%00&room=%00",
  `?person=${"x".repeat(65)}&room=world:field`,
];
const contentTypes = [
  "application/json",
  "application/json",
  "text/plain",
  "multipart/form-data",
  "application/x-www-form-urlencoded",
  "image/png",
  "json",
  "application/json; charset=nope",
  "",
];
const tokens = [
  "",
  "x",
  "a.b.c",
  "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
  "eyJhbGciOiJIUzI1NiJ9.e30.x",
  "\u00ff",
  "x".repeat(9000),
];
export const headerNames = [
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-for",
  "origin",
  "referer",
  "cookie",
  "accept",
  "content-encoding",
  "range",
  "if-none-match",
  "expect",
  "te",
  "sec-fetch-site",
  "__proto__",
  "constructor",
  "x-http-method-override",
];
export const headerValues = [
  "",
  "https",
  "https, http",
  "http://evil.example",
  "null",
  "gzip",
  "bytes=0-1,5-2",
  "100-continue",
  "a".repeat(2000),
  "../..",
  "\u00e9\u00ff",
  "*/*;q=2",
  "127.0.0.1, ::1",
];
const slugs = ["field", "fuzz-a", "fuzz-b", "FIELD", "fUzZ-A"];
const badSlugs = ["", "-", "a b", "../x", "é", "create", "a".repeat(65), "a/b", "__proto__", "\ud800"];

export interface JunkRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

/** What opens doors: tokens of people, services and moderators, and the logins of who may look and of who may order. */
export type Credentials = { tokens: readonly string[]; viewer: string; operator: string };

/** A request that a client library would send. */
export function junkRequest(random: Random, { tokens: known, viewer }: Credentials): JunkRequest {
  const method = random.pick(random.chance(0.6) ? ["GET", "POST"] : methods);
  const path = random.pick(paths) + random.pick(pathTails);
  const headers: Record<string, string> = {};
  for (let i = random.int(4); i > 0; i--) headers[random.pick(headerNames)] = random.pick(headerValues);
  if (path.startsWith("/ops") && random.chance(0.7)) headers["authorization"] = viewer;
  else if (path.startsWith("/chat/") && random.chance(0.7)) headers["authorization"] = `Bearer ${random.pick(known)}`;
  else if (random.chance(0.3))
    headers["authorization"] = `${random.pick(["Bearer", "Basic", "bearer", ""])} ${random.pick(tokens)}`;
  if (method === "GET" || method === "HEAD" || method === "OPTIONS" || method === "TRACE") {
    return { method, path, headers, body: undefined };
  }
  headers["content-type"] = random.pick(contentTypes);
  const isAudio = /^\/(api|create-)?\/?session/.test(path);
  const near = path.startsWith("/chat/") ? lineOptions : isAudio ? audioOptions : junkBody;
  const body = random.chance(0.7) ? near(random) : junkBody(random);
  return { method, path, headers, body };
}

export function junkBody(random: Random): Buffer {
  switch (random.int(6)) {
    case 0:
      return random.bytes(random.int(300));
    case 1:
      return Buffer.from(
        random.pick(["", "null", "[]", "1", '"x"', "{", '{"slug":', "[".repeat(2000), '{"__proto__":{"x":1}}']),
      );
    case 2:
      return Buffer.alloc(random.pick([17_000, 70_000]), 0x20);
    default:
      return Buffer.from(JSON.stringify(joinOptions(random)));
  }
}

/** What is said from outside of a chat, in half of all cases well. */
function lineOptions(random: Random): Buffer {
  const wrong = () => toJson(anyValue(random, 2));
  const line: Record<string, unknown> = { text: `word ${random.int(100)}`, id: `id-${random.int(1e6)}` };
  if (random.chance(0.3)) line["as"] = { handle: random.pick(["far.away", "", "a b", "x".repeat(33), "__proto__"]) };
  if (random.chance(0.2)) line["font"] = random.pick(["serif", "", "x".repeat(65), "\ud800"]);
  if (random.chance(0.5)) line[random.pick(["text", "id", "font", "as", "via", "author", "__proto__"])] = wrong();
  return Buffer.from(JSON.stringify(line));
}

/** What audio sessions are made with and told, in part well. */
function audioOptions(random: Random): Buffer {
  const wrong = () => toJson(anyValue(random, 2));
  const name = random.pick([
    "fuzz-radio",
    "master",
    "",
    "x".repeat(65),
    "\ud800",
    "list",
    `a-${"a".repeat(26)}`,
    "__proto__",
  ]);
  const options: Record<string, unknown> = random.pick([
    { sessionName: name, options: random.pick([{}, { startingTrack: "f".repeat(16) }, { link: "AA" }, wrong()]) },
    { sessionName: "master", followerName: name },
    { direction: random.pick(["calmer", "up", wrong()]) },
    { track: random.pick(["f".repeat(16), "../x", wrong()]) },
    { step: random.pick([0, -1, 1e9, 0.5, wrong()]) },
    { listener: random.pick(["abc", "", wrong()]), frame: random.pick([0, -1, Number.MAX_SAFE_INTEGER, wrong()]) },
  ]);
  if (random.chance(0.2)) options[random.pick(["sessionName", "options", "__proto__", "track"])] = wrong();
  return Buffer.from(JSON.stringify(options));
}

/** The body of a join, mostly wrong. */
export function joinOptions(random: Random): unknown {
  const name = random.pick(random.chance(0.5) ? slugs : badSlugs);
  const key = random.pick(["slug", "slug", "slug", "instance", "instance", "session"]);
  const options: Record<string, unknown> = { [key]: key === "session" && random.chance(0.3) ? "master" : name };
  const wrong = () => toJson(anyValue(random, 2));
  if (random.chance(0.1)) options["invisible"] = random.pick([true, "yes", wrong()]);
  if (random.chance(0.3)) options["connection"] = random.pick(["short", "x".repeat(65), "x".repeat(20), wrong()]);
  if (random.chance(0.3)) options["avatar"] = random.pick([wrong(), { showing: "é".repeat(4000) }, { face: "\ud800" }]);
  if (random.chance(0.2)) options["attention"] = wrong();
  if (random.chance(0.2)) options["share"] = wrong();
  if (random.chance(0.1)) options["slug"] = wrong();
  if (random.chance(0.1)) options["reconnectionToken"] = wrong();
  return random.chance(0.95) ? options : wrong();
}

export function toJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "null",
  );
}
