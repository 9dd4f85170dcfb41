/** Calls of a room by its id, whichever process it is in. */
import { matchMaker } from "@colyseus/core";
import { HereaboutsError, type Refusal } from "../schema/errors.ts";

/** Errors lose their code on the way between processes: a refusal is an answer. */
export type Answered<T> = { answer: T } | { refusal: Refusal };

const answerMs = 1000;

/** For a method that others call: what it refuses is answered. */
export async function answering<T>(work: () => T | Promise<T>): Promise<Answered<T>> {
  try {
    return { answer: await work() };
  } catch (error) {
    if (error instanceof HereaboutsError) return { refusal: error.toRefusal() };
    throw error;
  }
}

/** Calls a method that answers by `answering`. Throws what it refused, and UNAVAILABLE where no answer comes. */
export async function callRoom<T>(roomId: string, method: string, args: readonly unknown[]): Promise<T> {
  let answered: Answered<T>;
  try {
    answered = (await matchMaker.remoteRoomCall(roomId, method as never, args as never, answerMs)) as Answered<T>;
  } catch (cause) {
    throw new HereaboutsError("UNAVAILABLE", "The process that the room is in does not answer.", { cause });
  }
  if ("refusal" in answered) throw HereaboutsError.fromRefusal(answered.refusal);
  return answered.answer;
}
