/**
 * Many light clients in a process of their own, for the bench: each sends `bytes` at `hz` while told so, and counts
 * what comes. Killed, all of them vanish without a word.
 */
import { PeerConnection } from "node-datachannel";

export type ToCrowd =
  | { type: "join"; count: number }
  | { type: "answer"; id: number; answer: string }
  | { type: "send"; hz: number; bytes: number }
  | { type: "report" };
export type FromCrowd =
  | { type: "offer"; id: number; offer: string }
  | { type: "open"; id: number; ms: number }
  | { type: "report"; received: number; gapsMs: number[]; cpuSeconds: number };

type Client = {
  connection: PeerConnection;
  isOpen: boolean;
  send(bytes: Buffer): boolean;
  lastAt: number;
  gapMs: number;
};

const clients = new Map<number, Client>();
let lastId = 0;
let received = 0;
let cpu = process.cpuUsage();
let timer: NodeJS.Timeout | undefined;
const say = (message: FromCrowd) => process.send!(message);

function join(): void {
  const id = ++lastId;
  const begun = performance.now();
  const connection = new PeerConnection(`${id}`, { iceServers: [], disableAutoNegotiation: true });
  connection.onStateChange(() => {});
  connection.onGatheringStateChange((state) => {
    if (state !== "complete") return;
    const offer = connection.localDescription()!.sdp.replace(/^a=(candidate:|end-of-candidates).*\r\n/gm, "");
    say({ type: "offer", id, offer });
  });
  const channel = connection.createDataChannel("datagrams", {
    negotiated: true,
    id: 0,
    unordered: true,
    maxPacketLifeTime: 60,
  });
  const client: Client = {
    connection,
    isOpen: false,
    send: (bytes) => channel.isOpen() && channel.sendMessageBinary(bytes),
    lastAt: 0,
    gapMs: 0,
  };
  clients.set(id, client);
  channel.onOpen(() => {
    client.isOpen = true;
    say({ type: "open", id, ms: performance.now() - begun });
  });
  channel.onClosed(() => {
    client.isOpen = false;
  });
  channel.onMessage(() => {
    received++;
    const at = performance.now();
    if (client.lastAt > 0) client.gapMs = Math.max(client.gapMs, at - client.lastAt);
    client.lastAt = at;
  });
  connection.setLocalDescription("offer");
}

/** Spread over the interval in ten parts, as clients do not send at the same instant. */
function sendAt(hz: number, bytes: number): void {
  clearInterval(timer);
  if (hz === 0) return;
  const message = Buffer.alloc(bytes);
  let part = 0;
  timer = setInterval(() => {
    part = (part + 1) % 10;
    for (const [id, client] of clients) {
      if (id % 10 === part && client.isOpen) client.send(message);
    }
  }, 100 / hz);
}

process.on("disconnect", () => process.exit());
process.on("message", (message: ToCrowd) => {
  switch (message.type) {
    case "join":
      for (let i = 0; i < message.count; i++) join();
      break;
    case "answer":
      clients.get(message.id)?.connection.setRemoteDescription(message.answer, "answer");
      break;
    case "send":
      sendAt(message.hz, message.bytes);
      break;
    case "report": {
      const { user, system } = process.cpuUsage(cpu);
      cpu = process.cpuUsage();
      const gapsMs = [...clients.values()].map(({ gapMs }) => gapMs);
      for (const client of clients.values()) client.gapMs = client.lastAt = 0;
      say({ type: "report", received, gapsMs, cpuSeconds: (user + system) / 1e6 });
      received = 0;
    }
  }
});
