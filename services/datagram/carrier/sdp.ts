/**
 * The two session descriptions of a peer. `readOffer` takes five values out of what a client sent and writes an offer
 * of its own around them: nothing else of a client's text, its candidates least of all, reaches the native library.
 * `announce` puts into an answer the addresses that clients are to try.
 */
import { isIP } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";
import { HereaboutsError } from "../../../schema/errors.ts";

export const maxOfferBytes = 8192;
/** Largest message that the transport carries without splitting it. */
export const maxDatagramBytes = 1156;

const fields = {
  mid: /^[A-Za-z0-9_-]{1,16}$/,
  "ice-ufrag": /^[A-Za-z0-9+/]{4,256}$/,
  "ice-pwd": /^[A-Za-z0-9+/]{22,256}$/,
  fingerprint: /^sha-256 [0-9A-F]{2}(:[0-9A-F]{2}){31}$/i,
  "sctp-port": /^5000$/,
} as const;

/** The offer to give to the native library. Throws BAD_MESSAGE. */
export function readOffer(offer: unknown): string {
  if (typeof offer !== "string") throw bad("The offer must be text.");
  if (offer.length > maxOfferBytes) throw bad(`The offer is longer than ${maxOfferBytes} bytes.`);
  const lines = offer.split(/\r?\n/);
  const media = lines.filter((line) => line.startsWith("m="));
  if (media.length !== 1 || !/^m=application \d{1,5} UDP\/DTLS\/SCTP webrtc-datachannel$/.test(media[0]!)) {
    throw bad("The offer must have one section: a data channel.");
  }
  const [mid, ufrag, password, fingerprint, port] = (Object.keys(fields) as (keyof typeof fields)[]).map((name) => {
    const values = lines.filter((line) => line.startsWith(`a=${name}:`)).map((line) => line.slice(name.length + 3));
    if (values.length !== 1 || !fields[name].test(values[0]!)) throw bad(`The offer must have one valid ${name}.`);
    return values[0]!;
  });
  if (!lines.includes("a=setup:actpass")) throw bad("The offer must have setup:actpass.");
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    `a=group:BUNDLE ${mid}`,
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    `a=mid:${mid}`,
    "a=sendrecv",
    `a=sctp-port:${port}`,
    `a=max-message-size:${maxDatagramBytes}`,
    "a=setup:actpass",
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    `a=fingerprint:${fingerprint}`,
    "",
  ].join("\r\n");
}

const bad = (details: string) => new HereaboutsError("BAD_MESSAGE", details);

export type Address = { address: string; port: number };

/** The answer with these addresses, best first, in place of those that the native library found. */
export function announce(answer: string, addresses: readonly Address[]): string {
  const lines = answer.split(/\r?\n/).filter((line) => line && !/^a=(candidate:|end-of-candidates)/.test(line));
  // RFC 8445, 5.1.2.1: type preference of a host candidate, local preference, component
  const priority = (rank: number) => 126 * 2 ** 24 + (65_535 - rank) * 2 ** 8 + 255;
  const candidates = addresses.map(
    ({ address, port }, i) => `a=candidate:${i + 1} 1 UDP ${priority(i)} ${address} ${port} typ host`,
  );
  return [...lines, ...candidates, "a=end-of-candidates", ""].join("\r\n");
}

export type Announcing = {
  /** The address that the port is bound to, or one that stands for all. */
  host: string;
  port: number;
  /** Addresses by which clients beyond a NAT reach this machine, with commas. */
  publicIp: string;
  /** The port there; 0 for the same. */
  publicPort: number;
};

/**
 * Which addresses to announce: those set as public, then the machine's own that the port is bound to. Loopback goes
 * last, for clients on a machine without a network; by itself it is not enough, because Firefox refuses it.
 */
export function addressesOf(
  { host, port, publicIp, publicPort }: Announcing,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): Address[] {
  const isAny = host === "0.0.0.0" || host === "::";
  const found = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter(({ family, address }) => (host === "::" || family === "IPv4") && !/^(fe80|169\.254)/i.test(address));
  const own = isAny
    ? found
        .toSorted((a, b) => Number(a.internal) - Number(b.internal) || a.family.localeCompare(b.family))
        .map(({ address }) => address)
    : [host];
  const outside = publicIp.split(/[\s,]+/).filter((address) => isIP(address));
  return [
    ...outside.map((address) => ({ address, port: publicPort || port })),
    ...[...new Set(own)].slice(0, 8).map((address) => ({ address, port })),
  ];
}
