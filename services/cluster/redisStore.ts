/**
 * The store in Redis. Each call carries the time, by Redis's clock, after which it is refused: so what was given up on is
 * never done later, however long it was on its way.
 */
import type { Redis } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Home, Member } from "./cluster.ts";
import { callMs } from "./redis.ts";
import { type ScriptName, scripts } from "./scripts.ts";
import type { Claimed, Row, Self, Store, View } from "./store.ts";

type Value = string | number;
type RawView = [now: number, rows: string[], missing: string[], left: string[]];
type RawClaimed = [process: string, fence: string, value: string] | "closed" | "out" | "none";

export function createRedisStore(redis: Redis, now: () => number): Store {
  // ioredis sends a script's text once per connection, its hash from then on
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(`cluster_${name}`, { numberOfKeys: 0, lua });
  const commands = redis as unknown as Record<string, (...args: Value[]) => Promise<unknown>>;
  /** Redis's clock less ours; never more than it is, as an answer takes its time. */
  let ahead: number | undefined;
  /** Of the data: another after each start of Redis, and after it was emptied. */
  let era = "";

  async function script<Answer>(name: ScriptName, id: string, life: number, ...args: Value[]): Promise<Answer> {
    const sentAt = now();
    try {
      if (ahead === undefined) {
        const [seconds, micros] = await redis.time();
        keepTime(Number(seconds) * 1000 + Number(micros) / 1000);
      }
      const deadline = Math.trunc(sentAt + ahead! + callMs);
      const answer = (await commands[`cluster_${name}`]!(deadline, id, life, ...args)) as Answer;
      // it may have come while this process stood still
      if (now() - sentAt > callMs) throw new Error("The answer came too late.");
      return answer;
    } catch (cause) {
      // its clock may have been set
      if ((cause as Error).message.startsWith("LATE")) ahead = undefined;
      throw new HereaboutsError("UNAVAILABLE", "", { cause });
    }
  }
  const keepTime = (time: number) => {
    ahead = time - now();
  };
  const viewOf = ([time, rows, missing, left]: RawView): View => {
    keepTime(time);
    return { now: time, rows: rowsOf(rows), missing, left };
  };
  const claimed = (key: string, answer: RawClaimed): Claimed =>
    typeof answer === "string" ? answer : { key, process: answer[0], fence: Number(answer[1]), value: answer[2] };
  const ask = async ({ member, life }: Self, key: string, value: string, mayTake: 0 | 1) =>
    claimed(key, await script<RawClaimed>("claim", member.id, life, key, value, mayTake));

  return {
    async beat({ member, life }) {
      const view = await script<RawView | "new" | "buried">("beat", member.id, life, era, JSON.stringify(member));
      return typeof view === "string" ? view : viewOf(view);
    },
    async enter({ member, life }, known, homes, isSure) {
      type Answer = [view: RawView, era: string, isEmpty: number, lost: string[]];
      const mine = homes.map(({ key, fence, value }) => [key, String(fence), value]);
      const args = [era, JSON.stringify(member), JSON.stringify(known), JSON.stringify(mine), isSure ? 1 : 0];
      const [view, current, isEmpty, lost] = await script<Answer>("enter", member.id, life, ...args);
      era = current;
      return { ...viewOf(view), isEmpty: isEmpty === 1, lost };
    },
    bury: async (id, life, beat) => (await script<number>("bury", id, life, beat)) === 1,
    vouch: async (id) => void (await script("vouch", id, 0)),
    leave: async ({ member, life }) => void (await script("leave", member.id, life)),
    claim: (self, key, value) => ask(self, key, value, 1),
    find: (self, key) => ask(self, key, "", 0),
    release: async ({ process, key, fence }: Home) => void (await script("release", process, 0, key, String(fence))),
  };
}

function rowsOf(flat: string[]): Row[] {
  const rows: Row[] = [];
  for (let i = 0; i < flat.length; i += 3) {
    rows.push({ life: Number(flat[i]), beat: Number(flat[i + 1]), member: JSON.parse(flat[i + 2]!) as Member });
  }
  return rows;
}
