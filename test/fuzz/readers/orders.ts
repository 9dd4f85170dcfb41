/** What operators and makers of sessions order over HTTP, and what is kept of sessions: of the shape, or refused. */
import type { z } from "zod";
import { sessionBodies } from "../../../schema/audio.ts";
import { orderBody, personId, roomKey } from "../../../schema/operations.ts";
import { validate } from "../../../schema/validate.ts";
import { withoutLines } from "../../../services/artifacts/lines.ts";
import { anyValue } from "../../lib/junk.ts";
import { junkOrder } from "../../lib/junkOrders.ts";
import { mangledText } from "../../lib/mangle.ts";
import type { Random } from "../../lib/random.ts";
import { mustBe, type Reader } from "../reader.ts";

const bodies: readonly z.ZodType[] = [orderBody, ...Object.values(sessionBodies)];

function order(random: Random): void {
  const body = random.chance(0.8) ? junkOrder(random) : anyValue(random);
  for (const shape of bodies) validate(shape, body);
  const read = validate(orderBody, body);
  if (read.success) mustBe(read.data.reason.trim() !== "" && read.data.reason.isWellFormed(), "an order has a reason");
  const room = mangledText(random, "world:field");
  if (validate(roomKey, room).success) mustBe(/^\w+:[\w-]+$/.test(room) && !room.includes("\n"), "a room's key is one");
  const person = mangledText(random, "abcdefghijklmnop");
  if (validate(personId, person).success) mustBe(/^[\w-]+$/.test(person), "an id is one");
}

const line = `{"time":1,"person":"abc","msg":"x"}\n`;

function logLines(random: Random): void {
  const text = mangledText(random, line.repeat(1 + random.int(4)));
  const left = withoutLines(Buffer.from(text), "abc");
  mustBe(left === undefined || !left.includes("abc"), "no line of theirs is left");
}

export const orders: readonly Reader[] = [
  { name: "orders", share: 0.5, once: order },
  { name: "lines", share: 0.5, once: logLines },
];
