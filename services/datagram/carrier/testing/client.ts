/** A client's end of a data channel in Node, made as a browser makes it: the offer has no candidates. */
import { RTCPeerConnection } from "node-datachannel/polyfill";

export type TestClient = {
  offer: string;
  accept(answer: string): Promise<void>;
  opened: Promise<void>;
  closed: Promise<void>;
  received: Uint8Array[];
  send(bytes: Uint8Array | string): void;
  close(): void;
};

export async function createTestClient(onMessage: (bytes: Uint8Array) => void = () => {}): Promise<TestClient> {
  const connection = new RTCPeerConnection({ iceServers: [] });
  const channel = connection.createDataChannel("datagrams", {
    negotiated: true,
    id: 0,
    ordered: false,
    maxPacketLifeTime: 60,
  });
  const received: Uint8Array[] = [];
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  channel.binaryType = "arraybuffer";
  channel.onopen = () => opened.resolve();
  channel.onclose = () => closed.resolve();
  channel.onmessage = ({ data }: { data: ArrayBuffer }) => {
    const bytes = new Uint8Array(data);
    received.push(bytes);
    onMessage(bytes);
  };
  const offer = await connection.createOffer();
  await connection.setLocalDescription(offer);
  const sdp = connection.localDescription!.sdp.replace(/^a=(candidate:|end-of-candidates).*\r\n/gm, "");
  return {
    offer: sdp,
    accept: (answer) => connection.setRemoteDescription({ type: "answer", sdp: answer }),
    opened: opened.promise,
    closed: closed.promise,
    received,
    send: (bytes) => channel.send(bytes as Uint8Array<ArrayBuffer>),
    close: () => connection.close(),
  };
}
