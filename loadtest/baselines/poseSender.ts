/**
 * The floor under movement, server's side: sends poses over a bare WebSocket and a bare data channel at the same time,
 * as the carrier and the rooms do, but with neither around them. A pose holds when it was sent. See lib/pair.ts for what it says and is told.
 */
import type { AddressInfo } from "node:net";
import { type DataChannel, PeerConnection, setSctpSettings } from "node-datachannel";
import { type WebSocket, WebSocketServer } from "ws";
import { sctpSettings } from "../../services/datagram/carrier/native.ts";
import { now } from "../lib/clock.ts";
import { Pacer } from "../lib/pacer.ts";
import type { SenderReady, SenderTask } from "../lib/pair.ts";

/** As BACKLOG_FRAME_BYTES of the server. */
const backlogBytes = 16_384;

setSctpSettings(sctpSettings);
const { host, bytes, flows: expected, rate, lifetimeMs } = JSON.parse(process.argv[2] ?? "{}") as SenderTask;
const flows: { socket: WebSocket; channel: DataChannel; peer: PeerConnection }[] = [];
const pacer = new Pacer(expected, rate, (n) => {
  const { socket, channel } = flows[n]!;
  const pose = Buffer.alloc(bytes);
  pose.writeDoubleLE(now());
  if (channel.isOpen() && channel.bufferedAmount() === 0) channel.sendMessageBinary(pose);
  if (socket.bufferedAmount <= backlogBytes) socket.send(pose);
});

const server = new WebSocketServer({ host, port: 0, perMessageDeflate: false }, () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `ws://${host}:${port}` } satisfies SenderReady);
});
server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.once("message", (offer) => {
    flows.push({ socket, ...answer(socket, String(offer)) });
    if (flows.length === expected) pacer.start();
  });
});

/** One complete answer, when all candidates are in it. All peers share the UDP port of the server's TCP port number. */
function answer(socket: WebSocket, offer: string) {
  const { port } = server.address() as AddressInfo;
  const peer = new PeerConnection("sender", {
    iceServers: [],
    bindAddress: host,
    enableIceUdpMux: true,
    portRangeBegin: port,
    portRangeEnd: port,
    disableAutoNegotiation: true,
  });
  peer.onGatheringStateChange((state) => state === "complete" && socket.send(peer.localDescription()!.sdp));
  peer.setRemoteDescription(offer, "offer");
  const channel = peer.createDataChannel("poses", {
    negotiated: true,
    id: 0,
    unordered: true,
    maxPacketLifeTime: lifetimeMs,
  });
  // A channel that nobody listens to stalls after 1,024 messages.
  channel.onMessage(() => {});
  peer.setLocalDescription("answer");
  return { channel, peer };
}

process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
