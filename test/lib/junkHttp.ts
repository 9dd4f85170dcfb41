/** Bad input for an HTTP server, from a seed: requests, the bodies of joins, and whole connections. Nothing here is sent. */
import { anyValue, type Random } from "./junk.ts";

const paths = [
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
const pathTails = [
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
const headerNames = [
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
const headerValues = [
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

export type JunkRequest = { method: string; path: string; headers: Record<string, string>; body: Buffer | undefined };

/** What opens doors: tokens of people, services and moderators, and the login of one who may look at what operators see. */
export type Credentials = { tokens: readonly string[]; viewer: string };

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

function junkBody(random: Random): Buffer {
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

function toJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "null",
  );
}

const hosts = [
  "x",
  "a:99999",
  "999.1.1.1",
  "[::1",
  "[::1]:80",
  "",
  "a b",
  "é",
  "x/y",
  "user@x",
  "x,y",
  "a..b",
  "xn--a",
  "localhost:0",
];

/** The bytes of a whole connection: request lines, headers, upgrades and framing that no library would write. */
export function junkSocket(random: Random, room: string): Buffer {
  const path = random.pick(
    random.chance(0.7) ? paths : ["*", "//", "http://x/", "/\u00ff", "", "x", `/${"a".repeat(9000)}`],
  );
  const target = path + random.pick(pathTails);
  const rooms = [`/p/${room}`, "/p/constructor", "/p/__proto__", "/p/x", "/", "//x", "/p", "/p/x/y"];
  const seats = [
    "?sessionId=x",
    "?sessionId=constructor",
    "?",
    "",
    "?sessionId=%zz&reconnectionToken=x",
    "?sessionId=x&skipHandshake=1",
    "? x",
  ];
  switch (random.int(6)) {
    case 0:
      return random.bytes(random.int(400));
    case 1:
      return Buffer.from(
        `${random.pick(["GET", "get", "G\u0000T", "CONNECT", "POST", ""])} ${target} HTTP/${random.pick(["1.1", "1.0", "2.0", "9", "1.1\u0000"])}\r\nHost: ${random.pick(hosts)}\r\n\r\n`,
        "latin1",
      );
    case 2:
      return Buffer.from(
        `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${random.pick(["Content-Length: 50", "Content-Length: -1", "Content-Length: 9999999999", "Transfer-Encoding: chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked", "Expect: 100-continue\r\nContent-Length: 2"])}\r\n\r\n${random.pick(["{", "{}", "5\r\nhello\r\nzz\r\n", '0\r\n\r\n{"a":1}', ""])}`,
        "latin1",
      );
    case 3: {
      const upgrade = random.pick(["websocket", "WebSocket", "h2c", "foo", ""]);
      const protocol = random.pick([
        "",
        "Sec-WebSocket-Protocol: vite-hmr\r\n",
        "Sec-WebSocket-Protocol: ,,\r\n",
        'Sec-WebSocket-Extensions: permessage-deflate; x="\r\n',
      ]);
      const key = random.pick(["dGhlIHNhbXBsZSBub25jZQ==", "x", ""]);
      const head = `GET ${random.pick(rooms)}${random.pick(seats)} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\nSec-WebSocket-Version: ${random.pick([13, 8, 99])}\r\nSec-WebSocket-Key: ${key}\r\n${protocol}\r\n`;
      return Buffer.concat([Buffer.from(head, "latin1"), random.bytes(random.int(60))]);
    }
    case 4:
      return Buffer.from(
        `GET ${target} HTTP/1.1\r\nHost: x\r\n${random.pick(headerNames)}: ${random.pick(headerValues)}\r\n${random.pick(["Host: y", " folded", "no colon", "\u0000: x", "X: a\rb", `X: ${"y".repeat(17_000)}`])}\r\n\r\n`,
        "latin1",
      );
    default:
      return Buffer.from(
        `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(1 + random.int(20)) +
          random.pick(["", "GET", "GET / HTTP/1.1\r\nHost"]),
        "latin1",
      );
  }
}
