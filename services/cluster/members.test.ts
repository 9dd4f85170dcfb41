/** Who counts as alive, step by step. */
import { describe, expect, it } from "vitest";
import type { Alive } from "./cluster.ts";
import { Members } from "./members.ts";

const member = (id: string) => ({ id, peerUrl: `http://${id}`, address: "", seats: 0, rooms: 0, isDraining: false });
const alive: Alive = { id: "b", isServing: true, isUp: true, upMs: 60_000 };
/** What Redis says at `now`, which is its time too. */
const view = (now: number, beat: number, more: { missing?: string[]; left?: string[]; life?: number } = {}) => ({
  now,
  rows: [{ member: member("b"), life: more.life ?? 1, beat }],
  missing: more.missing ?? [],
  left: more.left ?? [],
});
const met = () => {
  const members = new Members();
  members.read("a", view(0, 0), 0);
  return members;
};

describe("[OP5] members", () => {
  it("come with their beats, and go with their rows", () => {
    const members = new Members();
    expect(members.read("a", view(0, 0), 0)).toEqual([{ type: "joined", member: member("b") }]);
    expect(members.read("a", view(500, 500), 500)).toEqual([]);
    expect(members.all()).toEqual([member("b")]);
    const gone = { type: "gone", member: member("b"), why: "drained" };
    expect(members.read("a", { ...view(1000, 0, { left: ["b"] }), rows: [] }, 1000)).toEqual([gone]);
    expect(members.all()).toEqual([]);
  });

  it("are others after they gave everything up", () => {
    const events = met().read("a", view(500, 500, { life: 2 }), 500);
    expect(events.map(({ type }) => type)).toEqual(["gone", "joined"]);
  });

  it("are asked when a beat is late, and not before", () => {
    const members = met();
    members.read("a", view(1200, 0), 1200);
    expect(members.toAsk(1200, true, 1200)).toEqual([]);
    members.read("a", view(1300, 0), 1300);
    expect(members.toAsk(1300, true, 1300)).toEqual([member("b")]);
  });

  it.each([
    ["refuses", "refused"],
    ["is another by now", { ...alive, id: "c" }],
    ["serves nothing", { ...alive, isServing: false }],
  ] as const)("are dead at once when who is asked %s", (_what, outcome) => {
    const members = met();
    members.read("a", view(1300, 0), 1300);
    expect(members.answered("b", outcome, 1300, 1310, 0)).toEqual({ life: 1, beat: 0 });
  });

  it.each(["silent", "unreachable"] as const)("are dead when they are %s until 5 s after the last beat", (outcome) => {
    const members = met();
    members.read("a", view(4900, 0), 4900);
    expect(members.answered("b", outcome, 3900, 4900, 0)).toBeUndefined();
    expect(members.answered("b", outcome, 4000, 5000, 0)).toEqual({ life: 1, beat: 0 });
  });

  it("live when they answer, however old their beats", () => {
    const members = met();
    members.read("a", view(60_000, 0), 60_000);
    expect(members.answered("b", { ...alive, isUp: false }, 60_000, 60_010, 0)).toBeUndefined();
  });

  it("are not judged by one without Redis, nor for the time that it had none", () => {
    const members = met();
    members.read("a", view(60_000, 0), 60_000);
    expect(members.answered("b", "refused", 60_000, 60_010, undefined)).toBeUndefined();
    expect(members.answered("b", "silent", 60_000, 61_000, 57_000)).toBeUndefined();
    expect(members.answered("b", "silent", 61_000, 62_000, 57_000)).toBeDefined();
  });

  it("are not judged for the time in which the judge stood still", () => {
    const members = met();
    members.read("a", view(1300, 0), 1300);
    members.wake(60_000);
    expect(members.answered("b", "silent", 60_000, 61_000, 0)).toBeUndefined();
  });

  it("are vouched for where Redis has forgotten them and they answer", () => {
    const members = met();
    members.read("a", { ...view(500, 0, { missing: ["b"] }), rows: [] }, 500);
    expect(members.toAsk(500, true, 500)).toEqual([member("b")]);
    expect(members.answered("b", alive, 500, 510, 0)).toBe("vouch");
  });

  it("tell one that they have had Redis while it has not that it is cut off", () => {
    const members = met();
    expect(members.toAsk(1200, false, 0)).toEqual([]);
    expect(members.toAsk(1300, false, 0)).toEqual([member("b")]);
    members.answered("b", alive, 1300, 1310, undefined);
    expect(members.isCutOff(3000, 0)).toBe(false);
    expect(members.isCutOff(3001, 0)).toBe(true);
    members.answered("b", { ...alive, upMs: 3000 }, 3000, 3010, undefined);
    expect(members.isCutOff(3500, 0)).toBe(false);
    members.answered("b", { ...alive, isUp: false }, 3000, 3010, undefined);
    expect(members.isCutOff(60_000, 0)).toBe(false);
  });

  it("make one give up that can reach neither Redis nor them, before they may count it as dead", () => {
    const members = met();
    members.answered("b", "unreachable", 1500, 2500, undefined);
    expect(members.isCutOff(3000, 0)).toBe(false);
    expect(members.isCutOff(3500, 0)).toBe(true);
    members.answered("b", "silent", 3500, 4500, undefined);
    expect(members.isCutOff(4500, 0)).toBe(false);
  });
});
