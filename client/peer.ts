/**
 * A WebRTC data channel that behaves as datagrams do: unordered, and dropped rather than sent again. The client offers
 * without candidates, so that the one answer of the server settles everything. Used for one connection, then thrown away.
 */

/** What is used of the browser's `RTCPeerConnection`, so that classes that do as it does are taken too. */
export type PeerConnections = new (configuration: { iceServers: [] }) => PeerConnection;

interface PeerConnection {
  readonly connectionState: string;
  readonly localDescription: { readonly sdp: string } | null;
  onconnectionstatechange: unknown;
  createDataChannel(label: string, options: RTCDataChannelInit): DataChannel;
  createOffer(): Promise<RTCSessionDescriptionInit>;
  setLocalDescription(offer: RTCSessionDescriptionInit): Promise<void>;
  setRemoteDescription(answer: RTCSessionDescriptionInit): Promise<void>;
  close(): void;
}

interface DataChannel {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  send(bytes: Uint8Array<ArrayBuffer>): void;
}

/** What makes data channels here: the class that is given, or the browser's; undefined where none are wanted or to be had. */
export function connectionsOf(wanted: boolean | PeerConnections): PeerConnections | undefined {
  if (typeof wanted === "function") return wanted;
  return wanted && typeof RTCPeerConnection !== "undefined" ? RTCPeerConnection : undefined;
}

export interface PeerEvents {
  opened(): void;
  message(bytes: Uint8Array): void;
  closed(): void;
}

/** Older data waits in the browser: what is added would only be late. */
const mostBuffered = 4096;
const packetLifeMs = 60;

export class Peer {
  readonly #connection: PeerConnection;
  readonly #channel: DataChannel;
  #isClosed = false;

  constructor(connections: PeerConnections, on: PeerEvents) {
    this.#connection = new connections({ iceServers: [] });
    this.#channel = this.#openChannel();
    this.#channel.binaryType = "arraybuffer";
    this.#channel.onopen = () => this.#isClosed || on.opened();
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!this.#isClosed && data instanceof ArrayBuffer) on.message(new Uint8Array(data));
    };
    this.#channel.onclose = () => this.#isClosed || on.closed();
    this.#connection.onconnectionstatechange = () => {
      if (!this.#isClosed && this.#connection.connectionState === "failed") on.closed();
    };
  }

  #openChannel(): DataChannel {
    try {
      return this.#connection.createDataChannel("datagrams", {
        negotiated: true,
        id: 0,
        ordered: false,
        maxPacketLifeTime: packetLifeMs,
      });
    } catch (error) {
      this.#connection.close(); // a browser has only so many
      throw error;
    }
  }

  /** Asks `ask` for the answer to an offer. Rejects with what that, or the browser, rejects with. */
  async connect(ask: (offer: string) => Promise<string>): Promise<void> {
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    const { sdp } = this.#connection.localDescription!;
    const answer = await ask(sdp.replace(/^a=(candidate:|end-of-candidates).*\r?\n/gm, ""));
    if (!this.#isClosed) await this.#connection.setRemoteDescription({ type: "answer", sdp: answer });
  }

  /** Sends, or drops what would wait. Throws if the channel is not open. */
  send(bytes: Uint8Array): void {
    if (this.#channel.bufferedAmount <= mostBuffered) this.#channel.send(bytes as Uint8Array<ArrayBuffer>);
  }

  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }
}
