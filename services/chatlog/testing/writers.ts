/**
 * Writers that expect to be killed, and the proof of what they were answered. Each says 0, 1, 2, ... one after the other
 * and, after a kill, begins with what was not acknowledged, as a client does.
 */
import assert from "node:assert/strict";
import type { Appended, ChatLog } from "../chatlog.ts";
import { person, said } from "./people.ts";

export const instanceOf = (writer: number) => `room-${writer % 2}`;

export interface Acknowledged {
  writer: number;
  number: number;
  seq: number;
}

/** Says on and on, from `next` of each writer, until the log ends or `isOver`. */
export async function write(
  log: ChatLog,
  next: readonly number[],
  onAnswer: (told: Acknowledged, answer: Appended) => void,
  isOver: () => boolean = () => false,
): Promise<void> {
  const writers = next.map(async (from, writer) => {
    for (let number = from; !isOver(); number++) {
      const clientId = `${writer}-${number}`;
      const answer = await log.append(instanceOf(writer), said(person(`w${writer}`), clientId, { clientId }));
      onAnswer({ writer, number, seq: answer.line.seq }, answer);
    }
  });
  await Promise.all(writers);
}

/** Every acknowledged line is there once, at the place that was told, each writer's in order, without gaps. */
export async function expectKept(log: ChatLog, told: readonly Acknowledged[]): Promise<number> {
  const places = new Map<string, number>();
  for (const instance of [instanceOf(0), instanceOf(1)]) {
    const lines = await log.read(instance, { limit: 1_000_000 });
    assert.deepEqual(
      lines.map(({ seq }) => seq),
      lines.map((_, i) => i + 1),
    );
    const next = new Map<string, number>();
    for (const { text, seq, author } of lines) {
      const number = Number(text.split("-")[1]);
      assert.equal(number, next.get(author.id) ?? 0, `the next of ${author.id}`);
      next.set(author.id, number + 1);
      places.set(text, seq);
    }
  }
  for (const { writer, number, seq } of told) assert.equal(places.get(`${writer}-${number}`), seq);
  return places.size;
}
