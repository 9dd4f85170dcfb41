/**
 * Datagrams for a Colyseus room. What Colyseus itself sends unreliably (fields marked `.unreliable()`, inputs of that mode,
 * `room.sendUnreliable`) travels by them while they prove to arrive, else over the room's WebSocket.
 */
import type { Room } from "colyseus.js";
import type { ChannelAnnouncements } from "../schema/messages.ts";
import { deliver, sendUnreliablyBy } from "./colyseus.ts";
import { Datagrams } from "./datagrams.ts";
import { connectionsOf } from "./peer.ts";
import type { ConnectOptions, Link, PluggedDatagrams } from "./types.ts";

/**
 * Gives a room of one's own datagrams, for as long as one is in it. The room's class has to have a `DatagramPlugin`.
 *
 * @example
 * ```ts
 * import { Client } from "colyseus.js";
 * import { plugDatagrams } from "hereabouts/client";
 *
 * const room = await new Client("http://localhost:2567").joinOrCreate("arena");
 * const datagrams = plugDatagrams(room);
 * console.log(datagrams.link.carrier);
 * ```
 * @param room As `client.join` and the like of colyseus.js return it.
 * @param options `datagrams` as for `connect`; `onChange` is called when the carrier changes.
 */
export function plugDatagrams(
  room: Room,
  { datagrams: wanted = true, onChange }: Pick<ConnectOptions, "datagrams"> & { onChange?(link: Link): void } = {},
): PluggedDatagrams {
  const datagrams = new Datagrams({
    connections: connectionsOf(wanted),
    ask: (offer) => askRoom(room, offer),
    deliver: (frame) => deliver(room, frame),
    onChange: () => onChange?.(linkOf(datagrams)),
  });
  plugInto(room, datagrams);
  room.onDrop(() => datagrams.pause());
  room.onReconnect(() => datagrams.open());
  room.onLeave(() => datagrams.close());
  datagrams.open();
  return {
    get link() {
      return linkOf(datagrams);
    },
    close: () => datagrams.close(),
  };
}

/** Has a room send by `datagrams`, and tell them when the server's end is gone. */
export function plugInto(room: Room, datagrams: Datagrams): void {
  sendUnreliablyBy(room, (frame) => datagrams.send(frame));
  room.onMessage("channel", ({ lost }: ChannelAnnouncements["channel"]) => datagrams.lost(lost));
}

/** Asks a room for the answer to an offer. */
export async function askRoom(room: Room, offer: string): Promise<string> {
  return ((await room.request("offer", { offer })) as { answer: string }).answer;
}

export function linkOf(datagrams: Datagrams): Link {
  const { carrier, state, reason, roundTripMs, jitterMs, loss, lossReceiving, switches } = datagrams.stats();
  return { carrier, roundTripMs, channel: { state, reason, roundTripMs, jitterMs, loss, lossReceiving, switches } };
}
