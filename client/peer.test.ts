/** A data channel as datagrams need it, made with a fake `RTCPeerConnection`. */
import { describe, expect, it, vi } from "vitest";
import { Peer } from "./peer.ts";
import { fakeConnections } from "./testing/connections.ts";

function make() {
  const { connections, made } = fakeConnections();
  const events: string[] = [];
  const peer = new Peer(connections, {
    opened: () => events.push("opened"),
    message: (bytes) => events.push(`message ${[...bytes]}`),
    closed: () => events.push("closed"),
  });
  return { peer, events, connection: made[0]! };
}

describe("[MV3] a peer", () => {
  it("is unordered, drops rather than sends again, needs no negotiation of its own and asks no third party", () => {
    const { connection } = make();
    expect(connection.channel.options).toEqual({ negotiated: true, id: 0, ordered: false, maxPacketLifeTime: 60 });
    expect(connection.configuration).toEqual({ iceServers: [] });
    expect(connection.channel.binaryType).toBe("arraybuffer");
  });

  it("leaves no connection behind where there are no data channels", () => {
    const { connections, made, control } = fakeConnections();
    control.isBarren = true;
    const on = { opened() {}, message() {}, closed() {} };
    expect(() => new Peer(connections, on)).toThrow("no data channels here");
    expect(made.map(({ isClosed }) => isClosed)).toEqual([true]);
  });

  it("offers without candidates, and takes the one answer", async () => {
    const { peer, connection } = make();
    const ask = vi.fn(async (_offer: string) => "answer");
    await peer.connect(ask);
    expect(ask.mock.calls).toEqual([["v=0\r\na=ice-ufrag:x\r\n"]]);
    expect(connection.remote).toEqual({ type: "answer", sdp: "answer" });
  });

  it("rejects with what asking does, and takes no answer after it was closed", async () => {
    const refused = new Error("DATAGRAMS_FULL");
    await expect(make().peer.connect(() => Promise.reject(refused))).rejects.toBe(refused);
    const { peer, connection } = make();
    await peer.connect(async () => {
      peer.close();
      return "late";
    });
    expect([connection.isClosed, connection.remote]).toEqual([true, undefined]);
  });

  it("tells of what its channel does, until it is closed", () => {
    const { peer, events, connection } = make();
    const { channel } = connection;
    channel.open();
    channel.bring(Uint8Array.of(1, 2));
    channel.onmessage({ data: "text" });
    connection.change("disconnected");
    connection.change("failed");
    channel.onclose();
    expect(events).toEqual(["opened", "message 1,2", "closed", "closed"]);
    peer.close();
    channel.open();
    channel.bring(Uint8Array.of(3));
    channel.onclose();
    connection.change("failed");
    expect(events).toHaveLength(4);
  });

  it("drops what would wait behind older data, and throws while it is not open", () => {
    const { peer, connection } = make();
    const { channel } = connection;
    expect(() => peer.send(Uint8Array.of(1))).toThrow();
    channel.open();
    for (const [i, buffered] of [0, 4096, 4097, 1e6, 0].entries()) {
      channel.bufferedAmount = buffered;
      peer.send(Uint8Array.of(i));
    }
    expect(channel.sent.map(([first]) => first)).toEqual([0, 1, 4]);
  });
});
