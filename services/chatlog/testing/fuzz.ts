/**
 * Random operations on a real chat log and on the model: every answer must be the same. What changes is sent without
 * waiting, in groups, so that batching and pipelining are part of what is tested.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { ChatLog, NewLine, Restriction } from "../chatlog.ts";
import { Model } from "./model.ts";
import { person } from "./people.ts";

type Op =
  | { op: "say"; room: number; who: number; line: Omit<NewLine, "author"> }
  | { op: "edit"; room: number; seq: number; text: string; original?: string; by?: string }
  | { op: "delete"; room: number; seq: number }
  | { op: "heart"; room: number; seq: number; who: number; on: boolean }
  | { op: "restrict"; room: number; who: number; kind: Restriction["kind"]; until: number }
  | { op: "lift"; room: number; who: number; kind: Restriction["kind"] }
  | { op: "note"; room: number; who: number }
  | { op: "clock"; by: number }
  | { op: "erase"; who: number }
  | { op: "look"; room: number; limit: number; before?: number; seq: number }
  | { op: "reopen" };

const room = fc.nat(1);
const who = fc.nat(2);
const seq = fc.integer({ min: 1, max: 8 });
const text = fc.constantFrom("a", "b", "ö\u0308 \u{1f469}\u200d\u{1f680}", `'"\\ {"x":[]} \t\n/`);
const kind = fc.constantFrom<Restriction["kind"]>("mute", "shadow", "ban");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
const line = fc.record({
  text,
  font: fc.constantFrom("", "mono"),
  clientId: fc.constantFrom("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"),
  isShadow: fc.constantFrom(false, false, false, true),
  original: maybe(text),
});
const one = <T extends Op["op"], R>(op: T, rest: { [K in keyof R]: fc.Arbitrary<R[K]> }) =>
  fc.record({ op: fc.constant(op), ...rest }) as unknown as fc.Arbitrary<Op>;

const operation: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 12,
    arbitrary: one("say", {
      room,
      who,
      line,
    }),
  },
  { weight: 3, arbitrary: one("edit", { room, seq, text, original: maybe(text), by: maybe(fc.constant("mod")) }) },
  { weight: 2, arbitrary: one("delete", { room, seq }) },
  { weight: 4, arbitrary: one("heart", { room, seq, who, on: fc.boolean() }) },
  { weight: 2, arbitrary: one("restrict", { room, who, kind, until: fc.constantFrom(500, 2500, 99_500, Infinity) }) },
  { weight: 1, arbitrary: one("lift", { room, who, kind }) },
  { weight: 1, arbitrary: one("note", { room, who }) },
  { weight: 4, arbitrary: one("clock", { by: fc.integer({ min: -1500, max: 2000 }) }) },
  { weight: 1, arbitrary: one("erase", { who }) },
  { weight: 3, arbitrary: one("look", { room, limit: fc.nat(9), before: maybe(seq), seq }) },
);

export interface FuzzOptions {
  open(now: () => number): ChatLog;
  runs: number;
  seed: number;
  /** How many times of a hundred operations it is closed and opened again. */
  reopens: number;
}

/** Names are new in each run, so that one log serves all. */
export async function fuzzChatLog({ open, runs, seed, reopens }: FuzzOptions): Promise<void> {
  const clock = { model: new Model() };
  const now = () => clock.model.now;
  let log = open(now);
  let run = 0;
  const reopen: { weight: number; arbitrary: fc.Arbitrary<Op> } = { weight: reopens, arbitrary: one("reopen", {}) };
  const operations = fc.array(fc.oneof({ weight: 100 - reopens, arbitrary: operation }, reopen), {
    minLength: 1,
    maxLength: 60,
    size: "max",
  });
  await fc.assert(
    fc.asyncProperty(operations, async (ops) => {
      run++;
      const model = new Model();
      clock.model = model;
      model.now = 10_000;
      const rooms = [`fuzz-${seed}-${run}-a`, `fuzz-${seed}-${run}-b`] as const;
      const people = [0, 1, 2].map((i) => person(`p${i}-${run}`, i === 2 ? { kind: "ai", via: "bridge" } : {}));
      const id = (index: number) => people[index]!.id;
      let group: Promise<unknown>[] = [];
      let wanted: unknown[] = [];
      const settle = async () => {
        const answers = await Promise.all(group);
        expect(answers).toEqual(wanted);
        group = [];
        wanted = [];
      };
      const both = <T>(act: (on: ChatLog | Model) => T | Promise<T>) => {
        group.push(Promise.resolve(act(log)));
        wanted.push(act(model));
      };
      const perform = async (op: Op): Promise<void> => {
        const at = "room" in op ? rooms[op.room]! : "";
        switch (op.op) {
          case "say":
            return both((on) => on.append(at, { ...op.line, author: people[op.who]! }));
          case "edit":
            return both((on) => on.edit(at, op.seq, op.text, op.original, op.by));
          case "delete":
            return both((on) => on.delete(at, op.seq, "mod", "because"));
          case "heart":
            return both((on) => on.heart(at, op.seq, id(op.who), op.on));
          case "restrict": {
            const what = { person: id(op.who), kind: op.kind, until: model.now + op.until, reason: "loud" };
            return both((on) => on.restrict(at, what, "mod"));
          }
          case "lift":
            return both((on) => on.lift(at, id(op.who), op.kind, "mod", "enough"));
          case "note": {
            const entry = {
              instance: at,
              at: model.now,
              by: "mod",
              action: "slow" as const,
              reason: "",
              detail: "5 s",
            };
            return both((on) => on.note({ ...entry, person: id(op.who) }));
          }
          case "clock":
            model.now += op.by;
            return;
          case "erase":
            await settle();
            both((on) => on.erase(id(op.who), "mod"));
            return settle();
          case "look":
            await settle();
            both((on) => on.read(at, { limit: op.limit, ...(op.before === undefined ? {} : { before: op.before }) }));
            both((on) => on.line(at, op.seq));
            both((on) => on.last(at));
            both((on) => on.notes(at, op.limit));
            both((on) => on.restrictions(at, model.now));
            return settle();
          case "reopen":
            await settle();
            await log.close();
            log = open(now);
            return;
          default:
            op satisfies never;
        }
      };
      for (const op of ops) await perform(op);
      await settle();
      for (const instance of rooms) {
        both((on) => on.read(instance, { limit: 1000 }));
        both((on) => on.notes(instance, 1000));
        both((on) => on.restrictions(instance, model.now));
      }
      await settle();
    }),
    { numRuns: runs, seed },
  );
  await log.close();
}
