/** Offers of a data channel with something wrong in them, from a seed: lines doubled, dropped, swapped, huge, of others. */
import { mangledLines } from "./mangle.ts";
import type { Random } from "./random.ts";

/** As Chromium writes it, without candidates. */
export const realOffer = [
  "v=0",
  "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "a=extmap-allow-mixed",
  "a=msid-semantic: WMS",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
  "c=IN IP4 0.0.0.0",
  "a=ice-ufrag:4ZcD",
  "a=ice-pwd:2/1muCWoOi3uLifh0NuRHlAB",
  "a=ice-options:trickle",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, (_, i) => (i * 7 + 16).toString(16).toUpperCase()).join(":")}`,
  "a=setup:actpass",
  "a=mid:0",
  "a=sctp-port:5000",
  "a=max-message-size:262144",
  "",
].join("\r\n");

const more = [
  "a=candidate:1 1 UDP 2130706431 203.0.113.7 53 typ host",
  "a=candidate:1 1 TCP 2130706431 127.0.0.1 22 typ host tcptype passive",
  `a=candidate:1 1 UDP 1 ${"x".repeat(300)}.example 9 typ srflx raddr 0.0.0.0 rport 0`,
  "a=end-of-candidates",
  "a=remote-candidates:1 127.0.0.1 9",
  "a=ice-ufrag:abc",
  `a=ice-ufrag:${"A".repeat(257)}`,
  "a=ice-ufrag:abcd\u0000efgh",
  "a=ice-pwd:short",
  "a=ice-lite",
  "a=ice-mismatch",
  "a=setup:active",
  "a=setup:passive",
  "a=setup:holdconn",
  "a=fingerprint:sha-1 00:11:22",
  "a=fingerprint:sha-256 GG",
  "a=sctp-port:0",
  "a=sctp-port:99999",
  "a=sctpmap:5000 webrtc-datachannel 1024",
  "a=max-message-size:0",
  "a=max-message-size:-1",
  "a=group:BUNDLE 0 1",
  "a=mid:1",
  "a=mid:../x",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
  "m=application 0 TCP/DTLS/SCTP webrtc-datachannel",
  "c=IN IP6 ::1",
  "a=rtpmap:111 opus/48000/2",
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
  "v=1",
  "x",
  "",
  `b=AS:${"9".repeat(5000)}`,
];

export function junkOffer(random: Random, offer: string): string {
  const text = mangledLines(random, offer, more);
  return random.chance(0.02) ? text.repeat(1 + random.int(12)) : text;
}
