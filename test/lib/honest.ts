/**
 * What an honest client might send on a seat, from a seed: the base of mutations. But for this: moderators go against people
 * who are not there, and offers are of a browser that is not there either.
 */
import { junkOffer, realOffer } from "./junkOffer.ts";
import type { Random } from "./random.ts";
import { inputFrame, messageFrame, moveFrame, requestFrame } from "./raw.ts";

export const roomKinds = ["world", "chat", "audio"] as const;
export type RoomKind = (typeof roomKinds)[number];

const seatTypes = ["attention", "play", "follow", "unfollow", "identify", "offer", "logs"];
/** Of messages, by the room that takes them. */
export const types: Record<RoomKind, readonly string[]> = {
  world: [...seatTypes, "say", "emote", "avatar", "prop.set", "prop.delete", "piece:x", "piece.ask", "fork"],
  chat: [
    ...seatTypes,
    ...["say", "edit", "delete", "heart", "history", "typing"],
    ...["mute", "shadow", "ban", "lift", "slow", "invisible", "notes"],
  ],
  audio: [...seatTypes, "next", "direction", "play", "back", "heard", "fork"],
};

export function honestFrame(random: Random, room: RoomKind): Buffer {
  if (room === "world" && random.chance(0.4)) return random.chance(0.75) ? honestMove(random) : honestInput(random);
  const type = random.pick(types[room]);
  const data = type in seatData ? seatData[type]!(random) : roomData[room](random)[type];
  return random.chance(0.5) ? requestFrame(random.int(2 ** 31), type, data) : messageFrame(type, data);
}

function honestMove(random: Random): Buffer {
  const pose = () => ({
    x: random.int(900) - 450,
    y: random.int(900) - 450,
    z: random.int(60),
    angle: random.next() * 6,
  });
  return moveFrame(random.int(65536), Array.from({ length: 1 + random.int(3) }, pose));
}

/** As of `puck`; elsewhere there is no game that takes it. */
function honestInput(random: Random): Buffer {
  const push = () => [random.next() * 2 - 1, random.next() * 2 - 1];
  return inputFrame(random.int(5000), Array.from({ length: 1 + random.int(5) }, push));
}

/** What may be sent in any room. */
const seatData: Readonly<Record<string, (random: Random) => unknown>> = {
  attention: (random) => ({ attention: random.pick(["focused", "visible", "hidden"]) }),
  play: () => ({}),
  follow: (random) => ({ person: `nobody-${random.int(20)}`, id: `follow-${random.int(3)}` }),
  unfollow: (random) => ({ id: `follow-${random.int(3)}` }),
  identify: () => ({ token: "x.y.z" }),
  offer: (random) => ({ offer: junkOffer(random, realOffer) }),
  logs: (random) => ({
    environment: random.pick(["browser", "node"]),
    lines: Array.from({ length: random.int(5) }, () => {
      const text = random.pick(["hello", "\u001b[31mred", "a\nb", "é".repeat(1000)]);
      return { at: random.int(2 ** 31), level: random.pick(["debug", "info", "warn", "error"]), text };
    }),
  }),
};

const roomData: Readonly<Record<RoomKind, (random: Random) => Record<string, unknown>>> = {
  world: (random) => ({
    say: { text: `word ${random.int(1000)}` },
    emote: { emote: "👋" },
    avatar: { color: "#123456", face: "🙂", showing: "x".repeat(random.int(200)) },
    "prop.set": {
      key: `k${random.int(50)}`,
      value: { n: random.int(9), list: [1, "2", null] },
      saved: random.chance(0.3),
    },
    "prop.delete": { key: `k${random.int(50)}` },
    "piece:x": { any: [1, 2, 3] },
    "piece.ask": random.pick([
      { type: "draw", data: { c: random.int(9), w: random.pick([2, 4, 8, 16]), p: [1, 2, random.int(900), 4] } },
      { type: random.pick(["undo", "wipe", "time"]), data: null },
      { type: "toggle", data: { cell: random.int(64) } },
    ]),
    fork: { slug: random.pick(["fuzz-a", "fuzz-fork", "FIELD", "create"]) },
  }),
  chat(random) {
    const seq = 1 + random.int(500);
    const text = `word ${random.int(random.pick([2, 1000]))}`;
    const reason = random.pick(["", "because"]);
    const against = { person: `nobody-${random.int(20)}`, seconds: 1 + random.int(9), reason };
    return {
      say: { text, id: `id-${random.int(random.pick([2, 1e9]))}`, ...(random.chance(0.1) ? { font: "serif" } : {}) },
      edit: { seq, text },
      delete: { seq, reason },
      heart: { seq, on: random.chance(0.5) },
      history: { before: seq, limit: 1 + random.int(100) },
      mute: against,
      shadow: against,
      ban: against,
      lift: { person: against.person, kind: random.pick(["mute", "shadow", "ban"]), reason },
      slow: { seconds: 0, reason },
      notes: { limit: 1 + random.int(500) },
    };
  },
  audio: (random) => ({
    next: {},
    direction: { direction: random.pick(["faster", "calmer", "surprise"]) },
    play: { track: "0123456789abcdef" },
    back: random.pick([{}, { step: random.int(1001) }]),
    heard: { listener: random.pick(["abc", "fuzz-listener"]), frame: random.int(1e9) },
    fork: { name: random.pick(["fuzz-radio", "Fork of fuzz"]) },
  }),
};
