/** What people of the SDK have in common in a load test: they are the guests that were made for it, and what passes is counted. */
import { connect, type Hereabouts, type Tap, type TapLink } from "../../client/index.ts";
import type { PeerConnections } from "../../client/peer.ts";
import { datagramHeaderBytes } from "../../schema/datagrams.ts";
import type { Guest } from "./lightClient.ts";
import { frameHeader, maskBytes, protocol } from "./seat.ts";
import type { Tally } from "./tally.ts";

/** Looked up for each message: it may be replaced at any time. */
type Counts = { readonly tally: Tally };

export async function comeWithSdk(
  url: string,
  guest: Guest,
  counts: Counts,
  datagrams: PeerConnections | false = false,
): Promise<Hereabouts> {
  const here = await connect(url, { token: guest.token, storage: null, datagrams });
  here.tap(countingTap(counts));
  return here;
}

function countingTap(counts: Counts): Tap {
  let hasState = false;
  const overhead = (frame: Uint8Array, { carrier }: TapLink) =>
    carrier === "datagram" ? datagramHeaderBytes : frameHeader(frame.length);
  return {
    in(frame, link, pass) {
      const { tally } = counts;
      const wire = frame.length + overhead(frame, link);
      tally.payloadDown += frame.length;
      tally.wireDown += wire;
      if (!hasState) tally.wireJoin += wire;
      if (frame[0] === protocol.state) hasState = true;
      pass(frame);
    },
    out(frame, link, pass) {
      const { tally } = counts;
      tally.payloadUp += frame.length;
      tally.wireUp += frame.length + overhead(frame, link) + (link.carrier === "datagram" ? 0 : maskBytes);
      pass(frame);
    },
  };
}
