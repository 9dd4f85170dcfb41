/**
 * The floor under movement, client's side: takes poses from poseSender.ts over a WebSocket and a data channel, and tells
 * how old the newest one was on each. See lib/pair.ts for what it says and is told.
 */
import { type DataChannel, PeerConnection } from "node-datachannel";
import { WebSocket } from "ws";
import { now, pause } from "../lib/clock.ts";
import { createHistogram, percentiles } from "../lib/histogram.ts";
import type { Ages, Measure, ReceiverReady, ReceiverTask } from "../lib/pair.ts";
import { Staleness } from "../lib/staleness.ts";

const silentMs = 2000;

const { url, flows, lifetimeMs } = JSON.parse(process.argv[2] ?? "{}") as ReceiverTask;

/** What one flow gets over one carrier. */
class Poses {
  sentAt = Number.NaN;
  arrivedAt = Number.NaN;
  staleness: Staleness | undefined;

  arrived(pose: Buffer): void {
    const sentAt = pose.readDoubleLE();
    this.arrivedAt = now();
    this.sentAt = Number.isNaN(this.sentAt) ? sentAt : Math.max(this.sentAt, sentAt);
    this.staleness?.arrived(sentAt, this.arrivedAt);
  }
}

const bySocket = Array.from({ length: flows }, () => new Poses());
const byDatagram = Array.from({ length: flows }, () => new Poses());
/** Kept, or the collector of garbage closes them. */
const peers: { peer: PeerConnection; channel: DataChannel }[] = [];

function open(n: number): void {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const peer = new PeerConnection("receiver", { iceServers: [] });
  const offered = new Promise<string>((resolve) => peer.onLocalDescription(resolve));
  const channel = peer.createDataChannel("poses", {
    negotiated: true,
    id: 0,
    unordered: true,
    maxPacketLifeTime: lifetimeMs,
  });
  channel.onMessage((pose) => byDatagram[n]!.arrived(pose as Buffer));
  peers.push({ peer, channel });
  socket.once("open", async () => socket.send((await offered).replace(/^a=(candidate|end-of-candidates).*\r\n/gm, "")));
  socket.on("message", (message: Buffer, isBinary) => {
    if (isBinary) bySocket[n]!.arrived(message);
    else peer.setRemoteDescription(message.toString(), "answer");
  });
}

async function measure({ measureMs }: Measure): Promise<void> {
  const from = now();
  const begin = (all: Poses[]) => {
    const ages = createHistogram();
    for (const poses of all) poses.staleness = new Staleness(ages, poses.sentAt, from);
    return ages;
  };
  const [socketAges, datagramAges] = [begin(bySocket), begin(byDatagram)];
  await pause(measureMs);
  const to = now();
  const end = (all: Poses[], ages: typeof socketAges) => {
    for (const poses of all) poses.staleness?.look(to);
    return { ...percentiles(ages), silent: all.filter(({ arrivedAt }) => to - arrivedAt > silentMs).length };
  };
  const ages: Ages = { datagrams: end(byDatagram, datagramAges), webSocket: end(bySocket, socketAges) };
  process.send?.(ages);
}

process.on("message", measure);
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
for (let n = 0; n < flows; n++) open(n);
while ([...bySocket, ...byDatagram].some(({ sentAt }) => Number.isNaN(sentAt))) await pause(20);
process.send?.({ ready: true } satisfies ReceiverReady);
