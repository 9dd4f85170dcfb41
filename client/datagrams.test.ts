/** One's own end of a channel: offered, proven, lost and offered again, with a fake of WebRTC and a server's `Channel`. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Channel } from "../schema/channel.ts";
import { maxPayloadBytes, readDatagram } from "../schema/datagrams.ts";
import { Datagrams } from "./datagrams.ts";
import { type FakeConnection, fakeConnections } from "./testing/connections.ts";

const fake = fakeConnections();
let offers: string[];
let delivered: number[][];
let carriers: string[];
let ask: (offer: string) => Promise<string>;
let datagrams: Datagrams;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
  fake.made.length = 0;
  fake.control.isBroken = false;
  offers = [];
  delivered = [];
  carriers = [];
  ask = async () => "answer";
  datagrams = create();
});
afterEach(() => {
  datagrams.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function create(isPossible = true): Datagrams {
  return new Datagrams({
    connections: isPossible ? fake.connections : undefined,
    ask(offer) {
      offers.push(offer);
      return ask(offer);
    },
    deliver: (frame) => delivered.push([...frame]),
    onChange: (carrier) => carriers.push(carrier),
  });
}

/** Puts a server at the other end that echoes at once while `isAnswering`. */
function serve({ channel }: FakeConnection) {
  const server = {
    channel: new Channel("server"),
    isAnswering: true,
    payloads: [] as number[][],
    say(payload?: Uint8Array) {
      channel.bring(server.channel.wrap(payload, performance.now()));
    },
  };
  server.channel.apply({ type: "offered" }, performance.now());
  channel.onSent = (bytes) => {
    const { header, payload } = readDatagram(bytes);
    if (payload.length > 0) server.payloads.push([...payload]);
    server.channel.apply({ type: "received", header }, performance.now());
    if (server.isAnswering) server.say();
  };
  channel.open();
  return server;
}

/** Opens a channel and proves it. */
async function prove() {
  datagrams.open();
  await vi.advanceTimersByTimeAsync(50);
  const connection = fake.made.at(-1)!;
  const server = serve(connection);
  await vi.advanceTimersByTimeAsync(500);
  expect(datagrams.carrier).toBe("datagram");
  return { connection, server };
}

describe("[MV4] a client's channel", () => {
  it("is offered at once, proven, and then carries frames both ways", async () => {
    expect(datagrams.send(Uint8Array.of(1))).toBe(false);
    const { server } = await prove();
    expect(offers).toHaveLength(1);
    expect(datagrams.send(Uint8Array.of(7, 8))).toBe(true);
    expect(datagrams.send(new Uint8Array(maxPayloadBytes + 1))).toBe(false);
    server.say(Uint8Array.of(9));
    server.say();
    expect([server.payloads, delivered, carriers]).toEqual([[[7, 8]], [[9]], ["datagram"]]);
    expect(datagrams.stats()).toMatchObject({ state: "open", reason: "proven", switches: 0 });
  });

  it("carries nothing while it is open and not proven, and is given up for another one", async () => {
    datagrams.open();
    await vi.advanceTimersByTimeAsync(0);
    const connection = fake.made[0]!;
    connection.channel.open();
    await vi.advanceTimersByTimeAsync(2900);
    expect([datagrams.carrier, datagrams.send(Uint8Array.of(1))]).toEqual(["websocket", false]);
    await vi.advanceTimersByTimeAsync(2500);
    expect([connection.isClosed, fake.made.length, carriers]).toEqual([true, 2, []]);
  });

  it("hands the WebSocket its frames back as soon as it is silent, closed or throws", async () => {
    for (const end of ["silent", "closed", "throws"]) {
      const { connection, server } = await prove();
      server.isAnswering = false;
      if (end === "silent") await vi.advanceTimersByTimeAsync(1100);
      if (end === "closed") connection.channel.onclose();
      if (end === "throws") connection.channel.isOpen = false;
      expect(datagrams.send(Uint8Array.of(1)), end).toBe(false);
      expect(datagrams.carrier, end).toBe("websocket");
      datagrams.pause();
    }
    expect(carriers).toEqual(["datagram", "websocket", "datagram", "websocket", "datagram", "websocket"]);
  });

  it("is offered again after the server lost it, once, with a pause", async () => {
    const { connection } = await prove();
    datagrams.lost("carrier");
    datagrams.lost("carrier");
    expect([connection.isClosed, datagrams.carrier, datagrams.stats().reason]).toEqual([true, "websocket", "carrier"]);
    await vi.advanceTimersByTimeAsync(1900);
    expect(offers).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(offers).toHaveLength(2);
    serve(fake.made[1]!);
    await vi.advanceTimersByTimeAsync(500);
    expect([datagrams.carrier, datagrams.stats().switches]).toEqual(["datagram", 2]);
  });

  it("is offered less and less often where it is refused", async () => {
    ask = () => Promise.reject(new Error("DATAGRAMS_FULL"));
    datagrams.open();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(offers).toHaveLength(5); // after 2, 5, 15 and 60 s more
    expect(fake.made.every(({ isClosed }) => isClosed)).toBe(true);
    expect([datagrams.carrier, datagrams.stats().reason]).toEqual(["websocket", "refused"]);
  });

  it("hears nothing of a transport that another one has taken the place of", async () => {
    const { connection, server } = await prove();
    datagrams.open();
    await vi.advanceTimersByTimeAsync(50);
    serve(fake.made[1]!);
    await vi.advanceTimersByTimeAsync(500);
    server.say(Uint8Array.of(1));
    connection.channel.onclose();
    connection.change("failed");
    expect([delivered, datagrams.carrier, fake.made.length]).toEqual([[], "datagram", 2]);
  });

  it("takes no harm from what is no datagram", async () => {
    const { connection } = await prove();
    for (const bytes of [new Uint8Array(), new Uint8Array(9), new Uint8Array(3000)]) connection.channel.bring(bytes);
    expect([delivered, datagrams.carrier]).toEqual([[], "datagram"]);
  });
});

describe("[MV3] while there is no channel to be had", () => {
  it("nothing is offered without WebRTC, and it says so", async () => {
    datagrams = create(false);
    datagrams.open();
    await vi.advanceTimersByTimeAsync(5000);
    expect([offers, datagrams.send(Uint8Array.of(1))]).toEqual([[], false]);
    expect(datagrams.stats()).toMatchObject({ carrier: "websocket", state: "fallback", reason: "off" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("nothing is offered where WebRTC is switched off, and never again", async () => {
    fake.control.isBroken = true;
    datagrams.open();
    await vi.advanceTimersByTimeAsync(120_000);
    expect([offers, datagrams.stats().reason]).toEqual([[], "off"]);
  });

  it("nothing is offered before the room is joined, while it is lost, or after the end", async () => {
    await vi.advanceTimersByTimeAsync(5000);
    expect([offers, datagrams.stats().state]).toEqual([[], "fallback"]);
    const { connection } = await prove();
    datagrams.pause();
    expect([connection.isClosed, datagrams.carrier]).toEqual([true, "websocket"]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(offers).toHaveLength(1);
    datagrams.open();
    await vi.advanceTimersByTimeAsync(50);
    expect(offers).toHaveLength(2);
    datagrams.close();
    datagrams.open(); // the room is reconnected to, as Colyseus's SDK does
    await vi.advanceTimersByTimeAsync(100_000);
    expect([offers.length, vi.getTimerCount(), fake.made.every(({ isClosed }) => isClosed)]).toEqual([2, 0, true]);
  });
});
