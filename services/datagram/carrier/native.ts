/**
 * The one file that talks to the native WebRTC library. An exception that leaves one of its callbacks ends the process,
 * so each is guarded; an instance is freed only if its state and close callbacks are set, so each has them.
 */
import { networkInterfaces } from "node:os";
import type { Connect } from "./peers.ts";
import { type Announcing, addressesOf, announce, maxDatagramBytes } from "./sdp.ts";

type Library = typeof import("node-datachannel");

/**
 * SCTP halves its congestion window at each loss, down to one or two MTUs: with 5 % lost, frames of 1,100 bytes were seconds
 * old. With an MTU above all that is ever underway (a channel that is more than a second late is not used), the window holds
 * nothing up. Packets do not grow by that: each message is one, as none waits for the window and none is sent again.
 */
const mtu = 64 * 1024;
/** The send buffer keeps what has arrived behind a loss that is not settled: with 56 KiB some channels paused at 20 % loss. */
const sctpSettings = { sendBufferSize: 256 * 1024, recvBufferSize: 64 * 1024 };
/** Shorter than any retransmission takes: two of them in one packet would be larger than the path's real MTU. */
const packetLifeMs = 10;

/** Binds the port for all peers; throws if it is taken. */
export function createNative(library: Library, announcing: Announcing) {
  const { host, port } = announcing;
  library.setSctpSettings(sctpSettings);
  // holds the port while there is no peer
  const listener = new library.IceUdpMuxListener(port, host);
  const connect: Connect = (name, offer, on) => {
    const guarded = <A extends unknown[]>(act: (...args: A) => void) => {
      return (...args: A) => {
        try {
          act(...args);
        } catch (error) {
          on.closed((error as Error).message);
        }
      };
    };
    const connection = new library.PeerConnection(name, {
      iceServers: [],
      bindAddress: host,
      enableIceUdpMux: true,
      portRangeBegin: port,
      portRangeEnd: port,
      disableAutoNegotiation: true,
      mtu,
      // longer ones are cut to this: long enough to be known as too large
      maxMessageSize: 2 * maxDatagramBytes,
    });
    connection.onStateChange(
      guarded((state) => {
        if (state === "failed" || state === "closed") on.closed(state);
      }),
    );
    connection.onGatheringStateChange(
      guarded((state) => {
        const sdp = state === "complete" && connection.localDescription()?.sdp;
        if (sdp) on.answer(announce(sdp, addressesOf(announcing, networkInterfaces())));
      }),
    );
    connection.onDataChannel(guarded(() => on.closed("opened a second channel")));
    try {
      connection.setRemoteDescription(offer, "offer");
      const channel = connection.createDataChannel("datagrams", {
        negotiated: true,
        id: 0,
        unordered: true,
        // not maxRetransmits: under loss that queues for seconds
        maxPacketLifeTime: packetLifeMs,
      });
      channel.onOpen(guarded(on.open));
      channel.onMessage(
        guarded((message) => on.message(message instanceof ArrayBuffer ? Buffer.from(message) : message)),
      );
      channel.onClosed(guarded(() => on.closed("closed")));
      channel.onError(guarded(() => on.closed("error")));
      if (connection.signalingState() !== "have-remote-offer") throw new Error("the offer was not taken");
      connection.setLocalDescription("answer");
      return {
        send(bytes) {
          try {
            return channel.bufferedAmount() === 0 && channel.sendMessageBinary(bytes);
          } catch {
            return false; // closing: its callback follows
          }
        },
        close: () => connection.close(),
      };
    } catch (error) {
      connection.close();
      throw error;
    }
  };
  return {
    connect,
    close() {
      listener.stop();
      library.cleanup(); // the process stays without it
    },
  };
}
