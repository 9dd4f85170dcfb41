/** The carrier with its real process and real WebRTC: what it promises to the rooms, whatever becomes of the process. */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Log, silentLog } from "../../ops/log.ts";
import { type Carrier, type CarrierPeer, createCarrier } from "./carrier.ts";
import { createTestClient, type TestClient } from "./testing/client.ts";

const config = {
  host: "127.0.0.1",
  datagrams: true,
  datagramPeers: 500,
  udpHost: "",
  udpPort: 0,
  publicIp: "",
  publicUdpPort: 0,
};

/** A library whose peers answer and fail in one turn. */
const answersAndFails = `
  export const setSctpSettings = () => {};
  export const cleanup = () => {};
  export class IceUdpMuxListener { stop() {} }
  export class PeerConnection {
    onStateChange(tell) { this.tellState = tell; }
    onGatheringStateChange(tell) { this.tellGathering = tell; }
    onDataChannel() {}
    setRemoteDescription() {}
    createDataChannel() { return { onOpen() {}, onMessage() {}, onClosed() {}, onError() {} }; }
    signalingState() { return "have-remote-offer"; }
    localDescription() { return { sdp: "v=0" }; }
    setLocalDescription() { setImmediate(() => { this.tellGathering("complete"); this.tellState("failed"); }); }
    close() {}
  }`;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A UDP port that is taken until `release`. */
async function takePort(wanted = 0): Promise<{ port: number; release(): Promise<void> }> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => socket.once("error", reject).bind(wanted, "127.0.0.1", resolve));
  return { port: socket.address().port, release: () => new Promise((resolve) => socket.close(() => resolve())) };
}

async function startCarrier(changes: Partial<typeof config> = {}, log: Log = silentLog): Promise<Carrier> {
  const { port, release } = await takePort();
  await release();
  const carrier = createCarrier({ config: { ...config, ...changes }, httpPort: port, log });
  open.push(carrier);
  await until(carrier, "up");
  return carrier;
}

const until = (carrier: Carrier, state: Carrier["state"]) =>
  vi.waitFor(() => expect(carrier.state).toBe(state), { timeout: 10_000, interval: 10 });

type Connected = { client: TestClient; peer: CarrierPeer; got: Uint8Array[]; ends: string[] };

async function connect(carrier: Carrier, { echo = false } = {}): Promise<Connected> {
  const client = await createTestClient();
  open.push(client);
  const got: Uint8Array[] = [];
  const ends: string[] = [];
  const { peer, answer } = await carrier.open(client.offer, {
    onMessage(bytes) {
      got.push(bytes);
      if (echo) peer.send(bytes);
    },
    onClose: (reason) => ends.push(reason),
  });
  await client.accept(answer);
  await client.opened;
  return { client, peer, got, ends };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const isGone = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 3000 });

describe("[MV3] a peer", () => {
  it("opens and carries datagrams both ways, up to the largest", async () => {
    const carrier = await startCarrier();
    const { client, got } = await connect(carrier, { echo: true });
    const sent = [1, 200, 1156].map((size) => new Uint8Array(size).fill(size));
    for (const bytes of sent) client.send(bytes);
    await vi.waitFor(() => expect(client.received).toHaveLength(3));
    expect(got.map((bytes) => bytes.length).sort()).toEqual([1, 1156, 200]);
    expect(carrier.stats()).toMatchObject({ peers: 1, datagramsIn: 3, datagramsOut: 3, restarts: 0 });
  });

  it("is told when the client goes, and the client when the peer goes", async () => {
    const carrier = await startCarrier();
    const [first, second] = [await connect(carrier), await connect(carrier)];
    first.client.close();
    await vi.waitFor(() => expect(first.ends).toEqual(["closed"]), { timeout: 5000 });
    second.peer.close();
    await second.client.closed;
    expect(second.ends).toEqual([]);
    expect(carrier.stats().peers).toBe(0);
  });

  it("is sent and takes nothing after its close", async () => {
    const carrier = await startCarrier();
    const { client, peer, got } = await connect(carrier);
    peer.close();
    peer.close();
    peer.send(new Uint8Array(9));
    client.send(new Uint8Array(9));
    await client.closed;
    expect([got, client.received]).toEqual([[], []]);
  });

  it("has what is too large, text or too much dropped and counted", async () => {
    const carrier = await startCarrier();
    const { client, peer, got } = await connect(carrier);
    peer.send(new Uint8Array(1157));
    client.send("text");
    for (let i = 0; i < 300; i++) client.send(new Uint8Array(20));
    await vi.waitFor(() => expect(carrier.stats().dropped.tooFast).toBeGreaterThan(50));
    expect(carrier.stats().dropped).toMatchObject({ tooLarge: 1, text: 1, unsent: 0 });
    expect(got.length).toBeLessThanOrEqual(240); // the second may turn in between
    expect(client.received).toEqual([]);
  });

  it("may be as many as are set, and no more", async () => {
    const carrier = await startCarrier({ datagramPeers: 2 });
    const { peer } = await connect(carrier);
    await connect(carrier);
    await expect(connect(carrier)).rejects.toMatchObject({ code: "DATAGRAMS_FULL" });
    peer.close();
    await connect(carrier);
  });

  it("announces the public address beside the machine's own", async () => {
    const carrier = await startCarrier({ host: "0.0.0.0", publicIp: "203.0.113.7", publicUdpPort: 4000 });
    const client = await createTestClient();
    open.push(client);
    const { answer } = await carrier.open(client.offer, { onMessage() {}, onClose() {} });
    const candidates = answer.match(/^a=candidate:.*$/gm)!;
    expect(candidates[0]).toContain(" 203.0.113.7 4000 typ host");
    expect(candidates.at(-1)).toContain(" 127.0.0.1 ");
    await client.accept(answer);
    await client.opened;
  });
});

describe("[MV3] offers", () => {
  it("that are none are refused, and the process lives on", async () => {
    const carrier = await startCarrier();
    const { pid } = carrier.stats();
    const { offer } = await createTestClient();
    const events = { onMessage() {}, onClose() {} };
    for (const bad of [undefined, "", "v=0", offer.replace("ice-pwd", "ice-pw"), `${offer}${"a".repeat(9000)}`]) {
      await expect(carrier.open(bad, events)).rejects.toMatchObject({ code: "BAD_MESSAGE" });
    }
    await connect(carrier);
    expect(carrier.stats()).toMatchObject({ pid, peers: 1 });
  });

  it("that are mangled anywhere never end the process", async () => {
    const carrier = await startCarrier();
    const { pid } = carrier.stats();
    const { offer } = await createTestClient();
    const events = { onMessage() {}, onClose() {} };
    const text = fc.string({ unit: "binary-ascii", maxLength: 12 });
    const mangled = fc
      .tuple(fc.nat(offer.length), fc.nat(30), text)
      .map(([at, cut, put]) => offer.slice(0, at) + put + offer.slice(at + cut));
    await fc.assert(
      fc.asyncProperty(mangled, async (bad) => {
        try {
          (await carrier.open(bad, events)).peer.close();
        } catch (error) {
          expect(error).toMatchObject({ code: "BAD_MESSAGE" });
        }
      }),
      { numRuns: 300 },
    );
    await connect(carrier);
    expect(carrier.stats()).toMatchObject({ pid, peers: 1, restarts: 0 });
  });
});

describe("[MV3] the carrier's process", () => {
  it.each([
    ["killed", "SIGKILL", 1000],
    ["hung", "SIGSTOP", 2500],
  ] as const)("%s: every peer is told at once, and new ones open when it is back", async (_, signal, ms) => {
    const carrier = await startCarrier();
    const peers = [await connect(carrier), await connect(carrier)];
    const { pid } = carrier.stats();
    process.kill(pid, signal);
    await vi.waitFor(() => expect(peers.map(({ ends }) => ends)).toEqual([["carrier"], ["carrier"]]), { timeout: ms });
    const { offer } = await createTestClient();
    const refused = carrier.open(offer, { onMessage() {}, onClose() {} });
    await expect(refused).rejects.toMatchObject({ code: "NO_DATAGRAMS" });
    await until(carrier, "up");
    const { client } = await connect(carrier, { echo: true });
    client.send(new Uint8Array(5));
    await vi.waitFor(() => expect(client.received).toHaveLength(1));
    expect(carrier.stats()).toMatchObject({ peers: 1, restarts: 1 });
    expect(peers.map(({ ends }) => ends.length)).toEqual([1, 1]);
    await isGone(pid);
  });

  it("is started again after growing pauses", async () => {
    const pauses: unknown[] = [];
    const warn = (fields: object) => "pauseMs" in fields && pauses.push(fields.pauseMs);
    const carrier = await startCarrier({}, { ...silentLog, warn });
    for (const pause of [250, 1000]) {
      process.kill(carrier.stats().pid, "SIGKILL");
      await until(carrier, "down");
      await until(carrier, "up");
      expect(pauses.at(-1)).toBe(pause);
    }
    expect(carrier.stats().restarts).toBe(2);
  });

  it("killed with an offer on its way: that open is refused", async () => {
    const carrier = await startCarrier();
    const { offer } = await createTestClient();
    const opening = carrier.open(offer, { onMessage() {}, onClose() {} });
    process.kill(carrier.stats().pid, "SIGKILL");
    await expect(opening).rejects.toMatchObject({ code: "NO_DATAGRAMS" });
    expect(carrier.stats().peers).toBe(0);
  });

  it("is gone after close, and a peer's own fault does not reach the others", async () => {
    const carrier = await startCarrier();
    const { pid } = carrier.stats();
    const client = await createTestClient();
    open.push(client);
    const fault = () => {
      throw new Error("a room's fault");
    };
    const { answer } = await carrier.open(client.offer, { onMessage: fault, onClose: fault });
    await client.accept(answer);
    await client.opened;
    client.send(new Uint8Array(1));
    const { ends } = await connect(carrier);
    await vi.waitFor(() => expect(carrier.stats().datagramsIn).toBe(1));
    await carrier.close();
    expect(ends).toEqual(["carrier"]);
    expect(isAlive(pid)).toBe(false);
    expect(carrier.state).toBe("off");
    await client.closed;
  });

  it("refuses an offer whose peer is gone as soon as it is answered", async () => {
    const library = `data:text/javascript,${encodeURIComponent(answersAndFails)}`;
    const carrier = createCarrier({ config, httpPort: 1024, log: silentLog, library });
    open.push(carrier);
    await until(carrier, "up");
    const { offer, close } = await createTestClient();
    open.push({ close });
    const ends: string[] = [];
    const opening = carrier.open(offer, { onMessage() {}, onClose: (reason) => ends.push(reason) });
    await expect(opening).rejects.toMatchObject({ code: "NO_DATAGRAMS" });
    expect([ends, carrier.stats().peers]).toEqual([[], 0]);
  });

  it("is gone after a close while it starts", async () => {
    const carrier = createCarrier({ config, httpPort: 1024, log: silentLog });
    const { pid, state } = carrier.stats();
    expect(state).toBe("starting");
    await carrier.close();
    expect(isAlive(pid)).toBe(false);
    expect(carrier.state).toBe("off");
  });

  it("does not outlive the rooms' process", async () => {
    const { port, release } = await takePort();
    await release();
    const server = spawn(process.execPath, ["services/datagram/carrier/testing/server.ts", `${port}`]);
    const pid = Number(await new Promise((resolve) => server.stdout.once("data", resolve)));
    expect(isAlive(pid)).toBe(true);
    server.kill("SIGKILL");
    // not its id: that stays until somebody asks how it ended
    await vi.waitFor(async () => (await takePort(port)).release(), { timeout: 3000 });
  });
});

describe("[MV3] where there can be no datagrams, that is said once and every open is refused", () => {
  it.each([
    ["switched off", { datagrams: false }, undefined, "switched off"],
    ["the port is taken", {}, undefined, "UDP_PORT"],
    ["the package is missing", {}, "no-such-package", "no-such-package"],
  ])("%s", async (_, changes, library, word) => {
    const { port, release } = await takePort();
    open.push({ close: release });
    const lines: string[] = [];
    const keep = (_fields: object, message: string) => lines.push(message);
    const log = { ...silentLog, info: keep, warn: keep };
    const carrier = createCarrier({ config: { ...config, ...changes }, httpPort: port, log, library });
    open.push(carrier);
    await until(carrier, "off");
    expect(lines).toEqual([expect.stringContaining(word)]);
    const { offer } = await createTestClient();
    const opening = carrier.open(offer, { onMessage() {}, onClose() {} });
    await expect(opening).rejects.toMatchObject({ code: "NO_DATAGRAMS" });
    expect(carrier.stats()).toMatchObject({ pid: 0, peers: 0, restarts: 0 });
  });
});
