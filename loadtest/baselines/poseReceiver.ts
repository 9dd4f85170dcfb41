/**
 * The floor under movement, client's side: takes poses from poseSender.ts over a WebSocket and a data channel, and tells
 * how old the newest one was on each. See lib/pair.ts for what it says and is told.
 */
import { type DataChannel, PeerConnection } from "node-datachannel";
import { WebSocket } from "ws";
import { now, pause } from "../lib/clock.ts";
import { addHistogram, createHistogram, percentiles } from "../lib/histogram.ts";
import type { Ages, CarrierAges, Measure, ReceiverReady, ReceiverTask } from "../lib/pair.ts";
import { Staleness } from "../lib/staleness.ts";

const { url, flows, lifetimeMs } = JSON.parse(process.argv[2] ?? "{}") as ReceiverTask;

/** What one flow gets over one carrier. */
class Poses {
  newestSentAt = Number.NaN;
  readonly ages = createHistogram();
  #staleness: Staleness | undefined;

  arrived(pose: Buffer): void {
    const sentAt = pose.readDoubleLE();
    this.newestSentAt = Number.isNaN(this.newestSentAt) ? sentAt : Math.max(this.newestSentAt, sentAt);
    this.#staleness?.arrived(sentAt, now());
  }

  startMeasuring(from: number): void {
    this.#staleness = new Staleness(this.ages, this.newestSentAt, from);
  }

  stopMeasuring(to: number): void {
    this.#staleness?.look(to);
    this.#staleness = undefined;
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
  const all = [...bySocket, ...byDatagram];
  const from = now();
  for (const poses of all) poses.startMeasuring(from);
  await pause(measureMs);
  const to = now();
  for (const poses of all) poses.stopMeasuring(to);
  process.send?.({ datagrams: agesOf(byDatagram), webSocket: agesOf(bySocket) } satisfies Ages);
}

function agesOf(flows: readonly Poses[]): CarrierAges {
  const sum = createHistogram();
  for (const { ages } of flows) addHistogram(sum, ages);
  return { all: percentiles(sum), flows: flows.map(({ ages }) => percentiles(ages)) };
}

process.on("message", measure);
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
for (let n = 0; n < flows; n++) open(n);
while ([...bySocket, ...byDatagram].some(({ newestSentAt }) => Number.isNaN(newestSentAt))) await pause(20);
process.send?.({ ready: true } satisfies ReceiverReady);
