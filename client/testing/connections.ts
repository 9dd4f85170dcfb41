/** An `RTCPeerConnection` for tests, whose channel opens, brings and takes bytes by hand. */
import type { PeerConnections } from "../peer.ts";

const sdp = ["v=0", "a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host", "a=ice-ufrag:x", "a=end-of-candidates", ""];

export class FakeChannel {
  readonly options: object;
  readonly sent: Uint8Array[] = [];
  binaryType = "blob";
  bufferedAmount = 0;
  isOpen = false;
  onopen = () => {};
  onclose = () => {};
  onmessage = (_event: { data: unknown }) => {};
  /** The other end's: called with what is sent. */
  onSent = (_bytes: Uint8Array) => {};

  constructor(options: object) {
    this.options = options;
  }

  send(bytes: Uint8Array): void {
    if (!this.isOpen) throw new Error("InvalidStateError");
    this.sent.push(bytes.slice());
    this.onSent(bytes);
  }

  open(): void {
    this.isOpen = true;
    this.onopen();
  }

  bring(bytes: Uint8Array): void {
    this.onmessage({ data: bytes.slice().buffer });
  }
}

export class FakeConnection {
  readonly configuration: RTCConfiguration | undefined;
  channel!: FakeChannel;
  connectionState = "new";
  localDescription: { sdp: string } | undefined;
  remote: unknown;
  isClosed = false;
  /** There is no channel to be had. */
  isBarren = false;
  onconnectionstatechange = () => {};

  constructor(configuration?: RTCConfiguration) {
    this.configuration = configuration;
  }

  createDataChannel(_label: string, options: object): FakeChannel {
    if (this.isBarren) throw new Error("no data channels here");
    this.channel = new FakeChannel(options);
    return this.channel;
  }

  async createOffer() {
    return { type: "offer", sdp: sdp.join("\r\n") };
  }

  async setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
  }

  async setRemoteDescription(description: unknown): Promise<void> {
    this.remote = description;
  }

  change(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange();
  }

  close(): void {
    this.isClosed = true;
    if (this.channel) this.channel.isOpen = false;
  }
}

/** A class to make connections with, and all that were made with it. `isBroken`: making one throws, `isBarren`: its channel. */
export function fakeConnections() {
  const made: FakeConnection[] = [];
  const control = { isBroken: false, isBarren: false };
  class Made extends FakeConnection {
    constructor(configuration?: RTCConfiguration) {
      if (control.isBroken) throw new Error("no WebRTC here");
      super(configuration);
      made.push(this);
      this.isBarren = control.isBarren;
    }
  }
  return { connections: Made as unknown as PeerConnections, made, control };
}
