/**
 * Takes a person out of the chat log in Redis: page by page, so that nobody else waits long. Safe to repeat if it was
 * broken off; what they say meanwhile stays.
 */
import { type RedisCalls, toJson } from "./redisCalls.ts";
import { byPlace, eraseNote } from "./rules.ts";

const pageSize = 500;

type Place = { instance: string; seq: number };

export async function eraseInRedis(calls: RedisCalls, at: number, person: string, by: string): Promise<Place[]> {
  const touched: Place[] = [];
  for (const instance of await calls.plain((redis, prefix) => redis.smembers(`${prefix}places:${person}`))) {
    const lines = await eraseIn(calls, instance, person);
    if (lines.length > 0) {
      await calls.script("write", instance, toJson(eraseNote(instance, at, by, person, lines.length)));
    }
    await calls.plain((redis, prefix) => redis.srem(`${prefix}places:${person}`, instance));
    touched.push(...lines.map((seq) => ({ instance, seq })));
  }
  return touched.sort(byPlace);
}

async function eraseIn(calls: RedisCalls, instance: string, person: string): Promise<number[]> {
  const [first, last, firstNote, lastNote] = (
    await calls.plain((redis, prefix) =>
      redis.hmget(`${prefix}meta:${instance}`, "first", "last", "firstNote", "notes"),
    )
  ).map(Number) as [number, number, number, number];
  const touched: number[] = [];
  for (let from = Math.max(1, first); from <= last; from += pageSize) {
    const to = Math.min(last, from + pageSize - 1);
    touched.push(...(await calls.script<number[]>("eraseLines", instance, person, from, to)));
  }
  for (let from = Math.max(1, firstNote); from <= lastNote; from += pageSize) {
    await calls.script("eraseNotes", instance, person, from, Math.min(lastNote, from + pageSize - 1));
  }
  return touched;
}
