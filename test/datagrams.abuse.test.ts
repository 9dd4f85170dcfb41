/** What nobody should send by datagrams, sent over real WebRTC: refused, the seat kept, the others unharmed. */
import { createSocket } from "node:dgram";
import { Protocol } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { datagramHeaderBytes, readDatagram, writeDatagram } from "../schema/datagrams.ts";
import { createTestClient, type TestClient } from "../services/datagram/carrier/testing/client.ts";
import { sleep } from "./lib/pace.ts";
import { joinWorld, messageFrame, moveFrame, type RawClient, requestFrame } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { join, leave, on, until, type Walker, walk, worstError } from "./lib/walkers.ts";

let server: TestServer;
const honest: Walker[] = [];
let walking: ReturnType<typeof walk>;

beforeAll(async () => {
  server = await startTestServer();
  await join(server.url, "walk", 2, honest);
  await until(() => on("datagram", honest), "the honest on datagrams", 5000);
  walking = walk(honest);
});
afterAll(async () => {
  walking.stop();
  await leave(honest);
  await server.stop();
});

/** A seat without the SDK, and a client's end of a data channel. */
async function enter(): Promise<{ seat: RawClient; peer: TestClient }> {
  const seat = await joinWorld(server.url, { slug: "walk" });
  const peer = await createTestClient();
  onTestFinished(async () => {
    peer.close();
    seat.socket.terminate();
  });
  return { seat, peer };
}

async function offer(seat: RawClient, text: string) {
  const answer = await seat.request("offer", { offer: text });
  return { status: answer?.status, ...(answer?.data as { answer?: string; code?: string }) };
}

/** With its channel open. */
async function enterOpen() {
  const { seat, peer } = await enter();
  await peer.accept((await offer(seat, peer.offer)).answer!);
  await peer.opened;
  return { seat, peer };
}

/** The seat answers, and nobody else noticed anything. */
async function expectUnharmed(seat: RawClient): Promise<void> {
  expect((await seat.request("attention", { attention: "visible" }))?.status).toBe(0);
  expect(on("datagram", honest)).toBe(true);
  expect(honest.flatMap(({ troubles }) => troubles)).toEqual([]);
  expect([walking.wentBack, worstError(honest) < 50]).toEqual([0, true]);
  expect(await server.metric("hereabouts_carrier_restarts_total")).toBe(0);
  expect(await server.metric("hereabouts_errors_total")).toBe(0);
  expect(server.logs().filter(({ level }) => Number(level) >= 50)).toEqual([]);
}

describe("[MV3] by a channel", () => {
  it("what is no datagram of ours is counted and forgotten", async () => {
    const { seat, peer } = await enterOpen();
    const before = await server.metric("hereabouts_datagrams_dropped_total", 'reason="malformed"');
    for (const size of [1, 5, datagramHeaderBytes - 1, 1130]) peer.send(new Uint8Array(size).fill(0xff));
    peer.send("text");
    const malformed = async () =>
      (await server.metric("hereabouts_datagrams_dropped_total", 'reason="malformed"')) - before;
    await until(async () => (await malformed()) === 4, "all counted", 2000);
    await expectUnharmed(seat);
  });

  it("nothing speaks for the WebSocket: each is refused, and the seat kept", async () => {
    const { seat, peer } = await enterOpen();
    const frames = [
      Buffer.of(Protocol.LEAVE_ROOM),
      Buffer.of(Protocol.JOIN_ROOM),
      Buffer.of(Protocol.PING),
      Buffer.of(Protocol.ROOM_INPUT_RELIABLE, 1, 2),
      messageFrame("say", { text: "by datagram" }),
      requestFrame(77, "attention", { attention: "hidden" }),
      requestFrame(78, "offer", { offer: peer.offer }),
    ];
    for (const [seq, frame] of frames.entries()) peer.send(writeDatagram({ seq, echo: undefined }, frame));
    await until(
      () => seat.messages.filter(({ type }) => type === "refused").length === frames.length,
      "refusals",
      2000,
    );
    for (const { data } of seat.messages.filter(({ type }) => type === "refused")) {
      expect(data).toMatchObject({ code: "BAD_FRAME", of: "datagram" });
    }
    expect(seat.answers.filter(({ id }) => id >= 77)).toEqual([]);
    await expectUnharmed(seat);
  });

  it("a move counts, and a flood of them is held to the budget", async () => {
    const { seat, peer } = await enterOpen();
    const moves = await server.metric("hereabouts_moves_total");
    for (let seq = 1; seq <= 500; seq++) {
      const move = moveFrame(seq, [{ x: seq / 10, y: 5, z: 0, angle: 0 }]);
      peer.send(writeDatagram({ seq, echo: undefined }, move));
      if (seq % 10 === 0) await sleep(10);
    }
    await sleep(300);
    const taken = (await server.metric("hereabouts_moves_total")) - moves;
    expect(taken).toBeGreaterThan(30);
    expect(taken).toBeLessThan(350); // the two who walk among them
    await expectUnharmed(seat);
  });

  it("nothing is sent to a peer but heartbeats until it has proven that it hears", async () => {
    const { peer } = await enterOpen();
    await sleep(300);
    expect(peer.received).toEqual([]);
    peer.send(writeDatagram({ seq: 1, echo: undefined }));
    await sleep(1500);
    expect(peer.received.length).toBeGreaterThan(3);
    expect(peer.received.every((bytes) => readDatagram(bytes).payload.length === 0)).toBe(true);
  });
});

describe("[MV3] an offer", () => {
  it("made again is another peer, and the one before is closed", async () => {
    const { seat, peer } = await enterOpen();
    const replayed = await offer(seat, peer.offer);
    expect(replayed.answer).toMatch(/^v=0/);
    await peer.closed;
    expect(await server.metric("hereabouts_channels")).toBe(3);
    await expectUnharmed(seat);
  });

  it("of someone else's takes nothing from them", async () => {
    const [{ seat, peer }, thief] = [await enterOpen(), await enter()];
    for (let i = 0; i < 3; i++) expect((await offer(thief.seat, peer.offer)).status).toBe(0);
    peer.send(writeDatagram({ seq: 1, echo: undefined }));
    await until(() => peer.received.length > 3, "the peer goes on", 2000);
    await expectUnharmed(seat);
  });

  it("that is none is refused", async () => {
    const { seat } = await enter();
    for (const text of ["", "nonsense", "v=0\r\n", "x".repeat(8192)]) {
      expect(await offer(seat, text)).toMatchObject({ status: 1, code: "BAD_MESSAGE" });
    }
    await expectUnharmed(seat);
  });

  it("that comes with a hundred others is refused with most of them, and what was open before stays so", async () => {
    const { seat, peer } = await enter();
    const answers = await Promise.all(Array.from({ length: 100 }, () => offer(seat, peer.offer)));
    const taken = answers.filter(({ status }) => status === 0).length;
    expect([taken > 0, taken < 10]).toEqual([true, true]);
    expect(answers.filter(({ code }) => code === "TOO_FAST").length).toBe(100 - taken);
    expect(await server.metric("hereabouts_channels")).toBe(3);
    await sleep(2000);
    await expectUnharmed(seat);
  });
});

it("[MV3] the peer of a WebSocket that breaks off is closed at once", async () => {
  const { seat, peer } = await enterOpen();
  expect(await server.metric("hereabouts_channels")).toBe(3);
  seat.socket.terminate();
  await until(async () => (await server.metric("hereabouts_channels")) === 2, "no peer of it", 1000);
  await peer.closed;
});

it("[MV3] packets from strangers to the UDP port harm nobody", async () => {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  const { seat } = await enterOpen();
  for (let i = 0; i < 2000; i++) {
    const bytes = Buffer.from(Array.from({ length: 1 + (i % 200) }, (_, at) => (i * 31 + at * 17) & 0xff));
    if (i % 3 === 0) bytes[0] = 0x16; // as DTLS begins
    if (i % 3 === 1) bytes[0] = 0; // as STUN does
    socket.send(bytes, server.port, "127.0.0.1");
    if (i % 100 === 0) await sleep(5);
  }
  await sleep(500);
  await expectUnharmed(seat);
});
