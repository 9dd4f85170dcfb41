/**
 * The clients of `npm run bench -- datagrams`: each flow is two people of the SDK in the room of poses, one with datagrams
 * and one without. Tells how old the newest pose was that each knew. See lib/pair.ts for what it says and is told.
 */
import { Client } from "colyseus.js";
import { RTCPeerConnection } from "node-datachannel/polyfill";
import { type PluggedDatagrams, plugDatagrams } from "../../client/index.ts";
import { movementType } from "../../schema/frames.ts";
import { now, pause } from "../lib/clock.ts";
import { addHistogram, createHistogram, percentiles } from "../lib/histogram.ts";
import type { Ages, CarrierAges, Measure, ReceiverReady, ReceiverTask } from "../lib/pair.ts";
import { Staleness } from "../lib/staleness.ts";

const { url, flows } = JSON.parse(process.argv[2] ?? "{}") as ReceiverTask;

/** What one person gets. */
class Poses {
  newestSentAt = Number.NaN;
  readonly ages = createHistogram();
  #staleness: Staleness | undefined;

  arrived(pose: Uint8Array): void {
    const sentAt = new DataView(pose.buffer, pose.byteOffset).getFloat64(0, true);
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

async function join() {
  const client = new Client(url);
  const guest = await fetch(`${url}/auth/guest`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  client.auth.token = ((await guest.json()) as { token: string }).token;
  const room = await client.joinOrCreate("poses");
  const poses = new Poses();
  room.onMessage(movementType as never, ((pose: Uint8Array) => poses.arrived(pose)) as never);
  return { room, poses };
}

const bySocket: Poses[] = [];
const byDatagram: Poses[] = [];
const plugged: PluggedDatagrams[] = [];
for (let n = 0; n < flows; n++) {
  const { room, poses } = await join();
  plugged.push(plugDatagrams(room, { datagrams: RTCPeerConnection }));
  byDatagram.push(poses);
  bySocket.push((await join()).poses);
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
const isUp = () => plugged.every(({ link }) => link.carrier === "datagram");
const isHeard = () => [...bySocket, ...byDatagram].every(({ newestSentAt }) => !Number.isNaN(newestSentAt));
while (!isUp() || !isHeard()) await pause(20);
process.send?.({ ready: true } satisfies ReceiverReady);
