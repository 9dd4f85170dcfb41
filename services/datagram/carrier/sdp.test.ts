/** Offers are rebuilt from five checked values, and answers name the addresses that clients can reach. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressesOf, announce, readOffer } from "./sdp.ts";

const fingerprint = `sha-256 ${Array(32).fill("A7").join(":")}`;
const lines = [
  "v=0",
  "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "a=extmap-allow-mixed",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
  "c=IN IP4 0.0.0.0",
  "a=ice-ufrag:ab+/",
  "a=ice-pwd:0123456789abcdefghijkl",
  "a=ice-options:trickle",
  `a=fingerprint:${fingerprint}`,
  "a=setup:actpass",
  "a=mid:0",
  "a=sctp-port:5000",
  "a=max-message-size:262144",
  "",
];
const offer = lines.join("\r\n");
const without = (start: string) => lines.filter((line) => !line.startsWith(start)).join("\r\n");

describe("[MV3] an offer", () => {
  it("is written anew around its own values", () => {
    const read = readOffer(offer);
    for (const line of ["a=ice-ufrag:ab+/", "a=ice-pwd:0123456789abcdefghijkl", `a=fingerprint:${fingerprint}`]) {
      expect(read.split("\r\n")).toContain(line);
    }
    expect(readOffer(read)).toBe(read);
    expect(readOffer(lines.join("\n"))).toBe(read);
  });

  it("loses its candidates and whatever else it says", () => {
    const more = "a=candidate:1 1 UDP 2122 198.51.100.9 53 typ host\r\na=ice-lite\r\na=x:<script>\r\n";
    expect(readOffer(offer + more)).toBe(readOffer(offer));
  });

  it.each([
    ["nothing", ""],
    ["a number", 7],
    ["a description object", { type: "offer", sdp: offer }],
    ["too long", `${offer}${"a=x\r\n".repeat(2000)}`],
    ["no section", without("m=")],
    ["two sections", `${offer}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n`],
    ["a video beside", `${offer}m=video 9 UDP/TLS/RTP/SAVPF 96\r\n`],
    ["another section", offer.replace("m=application", "m=audio")],
    ["no ufrag", without("a=ice-ufrag")],
    ["two ufrags", `${offer}a=ice-ufrag:abcd\r\n`],
    ["a short password", offer.replace("0123456789abcdefghijkl", "0123")],
    ["no fingerprint", without("a=fingerprint")],
    ["a weak fingerprint", offer.replace("sha-256", "sha-1")],
    ["a short fingerprint", offer.replace("A7:", "")],
    ["an answer's setup", offer.replace("actpass", "active")],
    ["another port", offer.replace("5000", "99999")],
    ["a mid with a space", offer.replace("a=mid:0", "a=mid:0 1")],
  ])("with %s is refused", (_, bad) => {
    expect(() => readOffer(bad)).toThrow(expect.objectContaining({ code: "BAD_MESSAGE" }));
  });

  it("that is mangled is refused or yields the same fifteen lines of the allowed characters", () => {
    const mangled = fc
      .tuple(fc.nat(offer.length), fc.nat(40), fc.string({ unit: "binary", maxLength: 20 }))
      .map(([at, cut, put]) => offer.slice(0, at) + put + offer.slice(at + cut));
    fc.assert(
      fc.property(mangled, (bad) => {
        try {
          const read = readOffer(bad).split("\r\n");
          expect(read).toHaveLength(16);
          for (const line of read) expect(line).toMatch(/^([a-z]=[A-Za-z0-9 .:/+=_-]*)?$/);
        } catch (error) {
          expect(error).toMatchObject({ code: "BAD_MESSAGE" });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("[MV7] an answer", () => {
  const local = (address: string, family: "IPv4" | "IPv6" = "IPv4", internal = false) =>
    ({ address, family, internal }) as ReturnType<typeof import("node:os").networkInterfaces>[string] extends
      | (infer I)[]
      | undefined
      ? I
      : never;
  const interfaces = {
    lo: [local("127.0.0.1", "IPv4", true), local("::1", "IPv6", true)],
    eth0: [local("10.0.0.5"), local("fe80::5", "IPv6"), local("2001:db8::5", "IPv6")],
    eth1: [local("169.254.9.9")],
  };
  const at = (host: string, publicIp = "", publicPort = 0) =>
    addressesOf({ host, port: 2567, publicIp, publicPort }, interfaces).map(
      ({ address, port }) => `${address} ${port}`,
    );

  it("announces the machine's own addresses, loopback last", () => {
    expect(at("0.0.0.0")).toEqual(["10.0.0.5 2567", "127.0.0.1 2567"]);
    expect(at("::")).toEqual(["10.0.0.5 2567", "2001:db8::5 2567", "127.0.0.1 2567", "::1 2567"]);
  });

  it("announces only the address that the port is bound to", () => {
    expect(at("127.0.0.1")).toEqual(["127.0.0.1 2567"]);
  });

  it("announces the public addresses first, with their port", () => {
    expect(at("10.0.0.5", "203.0.113.7")).toEqual(["203.0.113.7 2567", "10.0.0.5 2567"]);
    expect(at("10.0.0.5", "203.0.113.7, 2001:db8::7", 4000)).toEqual([
      "203.0.113.7 4000",
      "2001:db8::7 4000",
      "10.0.0.5 2567",
    ]);
  });

  it("has them in place of what was gathered, best first", () => {
    const answer = "v=0\r\na=candidate:2 1 UDP 1 192.0.2.2 9 typ host\r\na=end-of-candidates\r\na=mid:0\r\n";
    expect(
      announce(answer, [
        { address: "203.0.113.7", port: 40 },
        { address: "10.0.0.5", port: 41 },
      ]).split("\r\n"),
    ).toEqual([
      "v=0",
      "a=mid:0",
      "a=candidate:1 1 UDP 2130706431 203.0.113.7 40 typ host",
      "a=candidate:2 1 UDP 2130706175 10.0.0.5 41 typ host",
      "a=end-of-candidates",
      "",
    ]);
  });
});
