/** Offers of a data channel: whatever a client wrote, the native library is given fifteen lines of ours and five values. */
import { maxOfferBytes, readOffer } from "../../../services/datagram/carrier/sdp.ts";
import { anyValue } from "../../lib/junk.ts";
import { junkOffer, realOffer } from "../../lib/junkOffer.ts";
import type { Random } from "../../lib/random.ts";
import { mayRefuse, mustBe, type Reader } from "../reader.ts";

const form =
  /^v=0\r\no=- 1 1 IN IP4 127\.0\.0\.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE ([\w-]+)\r\nm=application 9 UDP\/DTLS\/SCTP webrtc-datachannel\r\nc=IN IP4 0\.0\.0\.0\r\na=mid:\1\r\na=sendrecv\r\na=sctp-port:5000\r\na=max-message-size:1156\r\na=setup:actpass\r\na=ice-ufrag:[A-Za-z0-9+/]{4,256}\r\na=ice-pwd:[A-Za-z0-9+/]{22,256}\r\na=fingerprint:sha-256 [0-9A-Fa-f:]{95}\r\n$/;

function offer(random: Random): void {
  const given = random.chance(0.95) ? junkOffer(random, realOffer) : anyValue(random);
  const read = mayRefuse(["BAD_MESSAGE"], () => readOffer(given));
  if (read === undefined) return;
  mustBe(form.test(read), "an offer is of our own lines");
  mustBe((given as string).length <= maxOfferBytes, "an offer that is too long is refused");
  mustBe(readOffer(read) === read, "an offer that was read is read as itself");
}

export const offers: readonly Reader[] = [{ name: "offers", share: 1, once: offer }];
