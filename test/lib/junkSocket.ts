/** Whole connections of bad bytes, from a seed: request lines, headers, framing and upgrades that no library would write. */
import { headerNames, headerValues, paths, pathTails } from "./junkHttp.ts";
import type { Random } from "./random.ts";

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

/** How long a body says that it is: one server may believe one of them, and the next the other. */
const framings = [
  ...[
    "Content-Length: 50",
    "Content-Length: -1",
    "Content-Length: 9999999999",
    "Content-Length: 5",
    "Content-Length: 5, 5",
  ],
  ...[
    "Content-Length: +5",
    "Content-Length: 0x5",
    "Content-Length : 5",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: x",
  ],
  ...["Transfer-Encoding : chunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked"],
  ...[
    "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding: \u000bchunked",
    "Expect: 100-continue",
    "Expect: x",
    "TE: trailers",
  ],
];
const bodies = [
  ...[
    "",
    "{",
    "{}",
    "hello",
    "5\r\nhello\r\nzz\r\n",
    '0\r\n\r\n{"a":1}',
    "5\r\nhello\r\n0\r\n\r\n",
    '5;x="\r\nhello\r\n0\r\n\r\n',
  ],
  ...[
    "-1\r\n",
    "ffffffffffffffff1\r\nx",
    "7fffffffffffffff\r\nx",
    "0x5\r\nhello\r\n0\r\n\r\n",
    "5\nhello\n0\n\n",
    "0\r\nHost: y\r\n\r\n",
  ],
  ...["1\r\n".repeat(500), `5${";x".repeat(9000)}\r\nhello\r\n`],
];
const smuggled = "GET /ops/me HTTP/1.1\r\nHost: x\r\n\r\n";

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
  switch (random.int(7)) {
    case 0:
      return random.bytes(random.int(400));
    case 1:
      return Buffer.from(
        `${random.pick(["GET", "get", "G\u0000T", "CONNECT", "POST", ""])} ${target} HTTP/${random.pick(["1.1", "1.0", "2.0", "9", "1.1\u0000"])}\r\nHost: ${random.pick(hosts)}\r\n\r\n`,
        "latin1",
      );
    case 2: {
      const framing = Array.from({ length: 1 + random.int(2) }, () => random.pick(framings)).join("\r\n");
      const head = `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
      return Buffer.from(head + random.pick(bodies) + random.pick(["", smuggled]), "latin1");
    }
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
    case 5: {
      const flood = `${random.pick(headerNames)}: x\r\n`.repeat(random.pick([90, 1900, 3000]));
      return Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\n${flood}\r\n`, "latin1");
    }
    default:
      return Buffer.from(
        `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(1 + random.int(20)) +
          random.pick(["", "GET", "GET / HTTP/1.1\r\nHost"]),
        "latin1",
      );
  }
}
