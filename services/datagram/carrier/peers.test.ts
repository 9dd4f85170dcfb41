/** The limits of each peer, without the native library and without a clock. */
import { beforeEach, describe, expect, it } from "vitest";
import { createPeers, limits, type NativeEvents } from "./peers.ts";

type Fake = NativeEvents & { sent: number; closed_: number; isFull: boolean };

let natives: Fake[];
let datagrams: number;
let ends: [number, string][];
let peers: ReturnType<typeof createPeers>;

beforeEach(() => {
  natives = [];
  datagrams = 0;
  ends = [];
  peers = createPeers(
    (_name, offer, on) => {
      if (offer === "bad") throw new Error("bad offer");
      const fake: Fake = { ...on, sent: 0, closed_: 0, isFull: false };
      natives.push(fake);
      return {
        send: () => {
          if (!fake.isFull) fake.sent++;
          return !fake.isFull;
        },
        close: () => fake.closed_++,
      };
    },
    { datagram: () => datagrams++, answer() {}, closed: (id, reason) => ends.push([id, reason]) },
  );
});

function openOne(): Fake {
  peers.open(1, "offer");
  const fake = natives.at(-1)!;
  fake.open();
  return fake;
}

const sweep = (seconds: number) => {
  for (let i = 0; i < seconds; i++) peers.sweep();
};

describe("[MV3] a peer of the carrier's process", () => {
  it("is sent nothing before it is open, and what it has no room for is dropped", () => {
    peers.open(1, "offer");
    peers.send(1, new Uint8Array(1));
    peers.send(2, new Uint8Array(1));
    natives[0]!.open();
    peers.send(1, new Uint8Array(1156));
    peers.send(1, new Uint8Array(1157));
    natives[0]!.isFull = true;
    peers.send(1, new Uint8Array(1));
    expect(natives[0]!.sent).toBe(1);
    expect(peers.dropped).toMatchObject({ notOpen: 2, tooLarge: 1, behind: 1 });
  });

  it("is heard 120 times a second, and closed if it floods", () => {
    const fake = openOne();
    const send = (count: number) => {
      for (let i = 0; i < count; i++) fake.message(new Uint8Array(1));
    };
    send(200);
    expect(datagrams).toBe(limits.perSecond);
    sweep(1);
    send(200);
    expect(datagrams).toBe(2 * limits.perSecond);
    sweep(1);
    send(2000);
    expect(ends).toEqual([[1, "flood"]]);
    expect(fake.closed_).toBe(1);
    expect(peers.dropped.tooFast).toBe(80 + 80 + limits.flood - limits.perSecond + 1);
  });

  it("must open within 10 s", () => {
    peers.open(1, "offer");
    sweep(limits.openSeconds);
    expect(ends).toEqual([]);
    sweep(1);
    expect(ends).toEqual([[1, "did not open"]]);
    expect(peers.size).toBe(0);
  });

  it("must be heard within 30 s", () => {
    const fake = openOne();
    sweep(limits.silentSeconds);
    fake.message(new Uint8Array(1));
    sweep(limits.silentSeconds);
    expect(ends).toEqual([]);
    sweep(1);
    expect(ends).toEqual([[1, "silent"]]);
  });

  it("ends once, whatever its channel says afterwards", () => {
    const fake = openOne();
    fake.closed("closed");
    fake.closed("failed");
    fake.message(new Uint8Array(1));
    fake.open();
    peers.close(1);
    expect(ends).toEqual([[1, "closed"]]);
    expect(datagrams).toBe(0);
    expect(fake.closed_).toBe(1);
  });

  it("that the library refuses is closed", () => {
    peers.open(7, "bad");
    expect(ends).toEqual([[7, "bad offer"]]);
    expect(peers.size).toBe(0);
  });
});
