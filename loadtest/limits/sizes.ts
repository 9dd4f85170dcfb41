/** The smallest and the largest messages that there can be, of every kind, to rooms of each kind: none may harm anybody. */
import { pack } from "msgpackr";
import { now, pause } from "../lib/clock.ts";
import { glanceAt } from "../lib/glance.ts";
import { createHistogram } from "../lib/histogram.ts";
import { becomeGuest } from "../lib/lightClient.ts";
import { metric } from "../lib/prometheus.ts";
import { protocol } from "../lib/seat.ts";
import { startHereabouts } from "../lib/target.ts";
import { Asker } from "./lib/asker.ts";
import type { Limit } from "./lib/limit.ts";
import { figuresOf, get, timed, timesOf } from "./lib/times.ts";

const maxPayload = 16_384;
const places = { world: { slug: "sizes" }, chat: { instance: "sizes" } } as const;
const heads = [protocol.data, protocol.bytes, protocol.request, 18, 19, 20, 0, 255];
const [settleMs, endMs] = [20, 3000];

/** What each is: exactly the largest that is taken, one more, and ten megabytes. */
const large = [
  { what: "largest", bytes: maxPayload },
  { what: "larger", bytes: maxPayload + 1 },
  { what: "huge", bytes: 10_000_000 },
];

export const sizes: Limit = {
  summary: "messages of one byte, of MAX_PAYLOAD and of 10 MB, of every kind",
  findings: {
    tiny: { what: "messages of one byte", unit: "" },
    "tiny.ended": { what: "connections that they ended (leaving is one of them)", unit: "" },
    largest: { what: "messages of exactly MAX_PAYLOAD", unit: "" },
    "largest.ended": { what: "connections that they ended", unit: "", most: 0 },
    larger: { what: "messages of more", unit: "" },
    "larger.kept": { what: "connections that they did not end", unit: "", most: 0 },
    ...timesOf("answer", "an honest request beside all that", 250),
    growth: { what: "memory that is gone for it", unit: "MB", digits: 1, most: 50 },
    errors: { what: "errors of the server's own", unit: "", most: 0 },
  },
  async run(share, run) {
    const target = await startHereabouts(undefined, { env: { MESSAGES_PER_SECOND: "1000" } });
    const counts = { tiny: 0, "tiny.ended": 0, largest: 0, "largest.ended": 0, larger: 0, "larger.kept": 0 };
    const answers = createHistogram();
    try {
      const before = await glanceAt(target);
      for (const room of ["world", "chat"] as const) {
        const enter = async () => Asker.join(target.url, room, places[room], await becomeGuest(target.url));
        const honest = await enter();
        const isEndedBy = async (bytes: Buffer, withinMs = settleMs) => {
          const one = await enter();
          one.send(bytes);
          // its turn comes after that of what was sent
          await timed(answers, () => honest.ask(room === "chat" ? "history" : "emote", honestly[room]));
          for (const from = now(); one.lost === undefined && now() - from < withinMs; ) await pause(5);
          const isEnded = one.lost !== undefined;
          one.drop();
          return isEnded;
        };
        const step = Math.max(1, Math.round(1 / share));
        for (let byte = 0; byte < 256 && !run.signal.aborted; byte += step) {
          counts.tiny++;
          if (await isEndedBy(Buffer.of(byte))) counts["tiny.ended"]++;
        }
        for (const head of heads) {
          for (const { what, bytes } of large) {
            if (run.signal.aborted) break;
            const isEnded = await isEndedBy(sized(head, bytes), what === "largest" ? settleMs : endMs);
            counts[what === "largest" ? "largest" : "larger"]++;
            if (what === "largest" && isEnded) counts["largest.ended"]++;
            if (what !== "largest" && !isEnded) counts["larger.kept"]++;
          }
        }
        if (honest.lost) throw new Error(`the honest one was lost: ${honest.lost}`);
        honest.drop();
      }
      const [after, text] = [await glanceAt(target), await get(`${target.url}/metrics`)];
      const growth = (after!.rssBytes - before!.rssBytes) / 1e6;
      const errors = metric(text, "hereabouts_errors_total") ?? 0;
      return { figures: { ...counts, ...figuresOf("answer", answers), growth, errors }, wrong: [] };
    } finally {
      await target.stop();
    }
  },
};

const honestly = { world: { emote: "wave" }, chat: { limit: 1 } } as const;

/** A message of exactly so many bytes that is whole as far as its kind can be told. */
function sized(head: number, bytes: number): Buffer {
  const type = Buffer.concat([Buffer.of(head), pack("piece:size")]);
  return Buffer.concat([type, Buffer.alloc(bytes - type.length, 0x61)]);
}
