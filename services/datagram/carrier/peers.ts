/**
 * The peers of the carrier's process: who they are, and what each may do. Knows no native library: a `Connect` stands
 * for it. Nothing goes to a peer before its channel is open, and a peer that does not open within 10 s, was silent for
 * 30 s or floods is closed.
 */
import type { ChildDrop } from "./messages.ts";
import { maxDatagramBytes } from "./sdp.ts";

export interface NativePeer {
  /** False while more waits than the transport takes. */
  send(bytes: Uint8Array): boolean;
  close(): void;
}

export type NativeEvents = {
  answer(sdp: string): void;
  open(): void;
  message(bytes: Uint8Array | string): void;
  /** May come more than once. */
  closed(reason: string): void;
};

export type Connect = (name: string, offer: string, on: NativeEvents) => NativePeer;

type Out = {
  datagram(peer: number, bytes: Uint8Array): void;
  answer(peer: number, answer: string): void;
  closed(peer: number, reason: string): void;
};

type Peer = { native: NativePeer | undefined; isOpen: boolean; quietSeconds: number; received: number };

export const limits = {
  /** Messages taken from a peer in a second; more are dropped. */
  perSecond: 120,
  /** Messages in a second that close a peer: reading them costs the others their turn. */
  flood: 1200,
  openSeconds: 10,
  silentSeconds: 30,
};

export function createPeers(connect: Connect, out: Out) {
  const peers = new Map<number, Peer>();
  const dropped: Record<Exclude<ChildDrop, "waited">, number> = {
    tooFast: 0,
    tooLarge: 0,
    text: 0,
    notOpen: 0,
    behind: 0,
  };

  function close(id: number): boolean {
    const peer = peers.get(id);
    peers.delete(id);
    peer?.native?.close();
    return peer !== undefined;
  }

  function end(id: number, reason: string): void {
    if (close(id)) out.closed(id, reason);
  }

  function receive(id: number, peer: Peer, bytes: Uint8Array | string): void {
    peer.quietSeconds = 0;
    if (++peer.received > limits.perSecond) {
      dropped.tooFast++;
      if (peer.received > limits.flood) end(id, "flood");
    } else if (typeof bytes === "string") dropped.text++;
    else if (bytes.length > maxDatagramBytes) dropped.tooLarge++;
    else out.datagram(id, bytes);
  }

  return {
    dropped,
    get size() {
      return peers.size;
    },
    open(id: number, offer: string): void {
      const peer: Peer = { native: undefined, isOpen: false, quietSeconds: 0, received: 0 };
      peers.set(id, peer);
      const ifHere = <A extends unknown[]>(act: (...args: A) => void) => {
        return (...args: A) => {
          if (peers.get(id) === peer) act(...args);
        };
      };
      try {
        peer.native = connect(`${id}`, offer, {
          answer: ifHere((sdp) => out.answer(id, sdp)),
          open: ifHere(() => {
            peer.isOpen = true;
            peer.quietSeconds = 0;
          }),
          message: ifHere((bytes) => receive(id, peer, bytes)),
          closed: ifHere((reason) => end(id, reason)),
        });
        if (peers.get(id) !== peer) peer.native.close();
      } catch (error) {
        end(id, (error as Error).message);
      }
    },
    send(id: number, bytes: Uint8Array): void {
      const peer = peers.get(id);
      if (!peer?.isOpen) dropped.notOpen++;
      else if (bytes.length > maxDatagramBytes) dropped.tooLarge++;
      else if (!peer.native?.send(bytes)) dropped.behind++;
    },
    close,
    closeAll(): void {
      for (const id of peers.keys()) close(id);
    },
    /** Once a second. */
    sweep(): void {
      for (const [id, peer] of peers) {
        peer.received = 0;
        peer.quietSeconds++;
        if (peer.quietSeconds > (peer.isOpen ? limits.silentSeconds : limits.openSeconds)) {
          end(id, peer.isOpen ? "silent" : "did not open");
        }
      }
    },
  };
}
