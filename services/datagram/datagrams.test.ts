/** The server's end of channels, with a carrier that is a fake: whose transport counts, and when the carrier is at fault. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { maxPayloadBytes } from "../../schema/datagrams.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { type DatagramSeat, Datagrams } from "./datagrams.ts";
import { FakeCarrier, type FakePeer } from "./testing/carrier.ts";

let datagrams: Datagrams;
let carrier: FakeCarrier;

beforeEach(() => {
  vi.useFakeTimers();
  datagrams = new Datagrams();
  carrier = new FakeCarrier();
  datagrams.begin(carrier);
});
afterEach(async () => {
  await datagrams.close();
  vi.useRealTimers();
});

function newSeat() {
  const payloads: number[][] = [];
  const lost: string[] = [];
  const seat = datagrams.seat({ payload: (frame) => payloads.push([...frame]), lost: (reason) => lost.push(reason) });
  return { seat, payloads, lost };
}

/** Offers, and has the carrier answer. */
async function offer(seat: DatagramSeat): Promise<FakePeer> {
  const answered = seat.offer("offer");
  const peer = carrier.peers.at(-1)!;
  peer.answer();
  expect(await answered).toBe("answer");
  return peer;
}

/** A seat whose channel was proven. */
async function open() {
  const made = newSeat();
  const peer = await offer(made.seat);
  peer.say();
  await vi.advanceTimersByTimeAsync(1000);
  expect(made.seat.carrier).toBe("datagram");
  return { ...made, peer };
}

describe("[MV3] [MV4] a seat's channel", () => {
  it("is proven by echoes, and only then carries frames", async () => {
    const { seat, payloads } = newSeat();
    expect([seat.carrier, seat.send(new Uint8Array(3)), datagrams.stats()]).toEqual(["websocket", false, []]);
    const peer = await offer(seat);
    peer.isAnswering = false;
    peer.say(Uint8Array.of(1));
    await vi.advanceTimersByTimeAsync(1000);
    expect([seat.carrier, seat.send(new Uint8Array(3)), payloads]).toEqual(["websocket", false, [[1]]]);
    peer.isAnswering = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect([seat.carrier, seat.send(Uint8Array.of(7, 8))]).toEqual(["datagram", true]);
    expect(peer.payloads.map((payload) => [...payload])).toEqual([[7, 8]]);
    expect(datagrams.stats().map(({ state, reason }) => [state, reason])).toEqual([["open", "proven"]]);
  });

  it("leaves what no datagram can carry to the WebSocket", async () => {
    const { seat, peer } = await open();
    expect(seat.send(new Uint8Array(maxPayloadBytes + 1))).toBe(false);
    expect(seat.send(new Uint8Array(maxPayloadBytes))).toBe(true);
    expect(peer.payloads.map(({ length }) => length)).toEqual([maxPayloadBytes]);
  });

  it("is on the WebSocket within 2 s of the last datagram, and back by proof", async () => {
    const { seat, peer } = await open();
    peer.isAnswering = false;
    await vi.advanceTimersByTimeAsync(1100);
    expect([seat.carrier, seat.stats().reason]).toEqual(["websocket", "silent"]);
    peer.isAnswering = true;
    peer.say();
    await vi.advanceTimersByTimeAsync(4000);
    expect(seat.carrier).toBe("datagram");
  });

  it("refuses offers until there is a carrier, and as that does", async () => {
    const early = new Datagrams();
    const seat = early.seat({ payload() {}, lost() {} });
    await expect(seat.offer("offer")).rejects.toMatchObject({ code: "NO_DATAGRAMS" });
    await early.close();
    const refused = newSeat().seat.offer("offer");
    carrier.peers[0]!.refuse(new HereaboutsError("DATAGRAMS_FULL"));
    await expect(refused).rejects.toMatchObject({ code: "DATAGRAMS_FULL" });
    expect(datagrams.stats()).toEqual([]);
  });

  it("counts what is no datagram of ours, and takes no harm", async () => {
    const { seat, peer, payloads, lost } = await open();
    for (const bytes of [new Uint8Array(), new Uint8Array(9), new Uint8Array(2000), new Uint8Array(10).fill(1)]) {
      peer.bytes(bytes);
    }
    expect([datagrams.malformed, payloads, lost, seat.carrier]).toEqual([4, [], [], "datagram"]);
  });
});

describe("[MV3] of a seat's transports", () => {
  it("the newest offer wins: the one before is closed, and what it still says counts for nothing", async () => {
    const { seat, peer, payloads, lost } = await open();
    const next = await offer(seat);
    expect([peer.isClosed, next.isClosed, seat.carrier]).toEqual([true, false, "websocket"]);
    peer.say(Uint8Array.of(1));
    peer.end("closed");
    next.say(Uint8Array.of(2));
    expect([payloads, lost, next.isClosed]).toEqual([[[2]], [], false]);
    expect(datagrams.stats()).toHaveLength(1);
  });

  it("one that is answered after a newer offer is closed at once, in whatever order the answers come", async () => {
    const { seat } = newSeat();
    const offers = [seat.offer("1"), seat.offer("2"), seat.offer("3")];
    const [first, second, third] = carrier.peers;
    second!.answer("2");
    third!.answer("3");
    first!.answer("1");
    expect(await Promise.all(offers)).toEqual(["1", "2", "3"]);
    expect([first, second, third].map((peer) => peer!.isClosed)).toEqual([true, true, false]);
    expect(datagrams.stats()).toHaveLength(1);
  });

  it("one that is answered after the seat was left is closed at once", async () => {
    const { seat } = newSeat();
    const answered = seat.offer("offer");
    seat.close();
    carrier.peers[0]!.answer();
    await answered;
    expect([carrier.peers[0]!.isClosed, datagrams.stats()]).toEqual([true, []]);
  });

  it.each(["closed", "carrier"] as const)("one that is lost (%s) is told of once", async (reason) => {
    const { seat, peer, lost } = await open();
    peer.end(reason);
    peer.end(reason);
    expect([lost, seat.carrier, seat.stats().state]).toEqual([[reason], "websocket", "fallback"]);
    expect([seat.send(new Uint8Array(1)), datagrams.stats()]).toEqual([false, []]);
  });

  it("none is told of as lost that the seat closed itself", async () => {
    const { seat, peer, lost } = await open();
    seat.close();
    seat.close();
    expect([peer.isClosed, lost, datagrams.stats()]).toEqual([true, [], []]);
  });
});

describe("[MV4] a carrier that has gone silent as a whole", () => {
  it("is started again, once in 30 s", async () => {
    const seats = [await open(), await open(), await open()];
    expect(carrier.restarts).toEqual([]);
    for (const { peer } of seats) peer.isAnswering = false;
    await vi.advanceTimersByTimeAsync(2900);
    expect(carrier.restarts).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(carrier.restarts).toEqual(["no channel delivers"]);
    await vi.advanceTimersByTimeAsync(29_800);
    expect(carrier.restarts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(carrier.restarts).toHaveLength(2);
  });

  it("is not where one channel delivers, or only two are silent", async () => {
    const seats = [await open(), await open()];
    for (const { peer } of seats) peer.isAnswering = false;
    await vi.advanceTimersByTimeAsync(10_000);
    const others = [await open(), await open()];
    others[0]!.peer.isAnswering = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(carrier.restarts).toEqual([]);
  });

  it("is not told by channels that were never proven", async () => {
    for (let i = 0; i < 5; i++) (await offer(newSeat().seat)).isAnswering = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(carrier.restarts).toEqual([]);
  });
});

it("ends its carrier with itself", async () => {
  await datagrams.close();
  expect(carrier.isClosed).toBe(true);
});
