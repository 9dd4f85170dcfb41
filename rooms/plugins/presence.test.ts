/** Presence for a room that is made where others were in it before, on a process that is gone. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { silentLog } from "../../services/ops/log.ts";
import type { RosterChange } from "../../services/presence/crowd.ts";
import { createPresence, type Presence } from "../../services/presence/presence.ts";
import { PresencePlugin, type PresentRoom } from "./presence.ts";

const room = "world:field";
const identity = { person: "ada", handle: "ada", name: "Ada", kind: "human", role: "member", guest: false } as const;

let presence: Presence;

beforeEach(() => {
  vi.useFakeTimers();
  presence = createPresence({ graceMs: 10_000, ghostMs: 5000, now: Date.now });
});
afterEach(() => {
  presence.close();
  vi.useRealTimers();
});

/** A room that keeps what it is told. */
function open(isAlone: boolean) {
  const told: RosterChange[] = [];
  const cluster = { isAlone, own: () => ({ key: room, process: "p2", value: "id", fence: 7 }) };
  const present = {
    key: room,
    services: { presence, cluster, tokens: {}, log: silentLog },
    within: <T>(_client: unknown, _doing: string, work: () => T) => work(),
    gate: { handle() {}, has: () => false },
    autoDispose: true,
    exclusiveSeats: true,
    onRoster: (changes: readonly RosterChange[]) => void told.push(...changes),
    releaseSeat() {},
    clientOfSeat: () => undefined,
  };
  const plugin = new PresencePlugin(present as unknown as PresentRoom);
  return { plugin, present, told };
}

function put(fence = 3): void {
  const place = { key: "old seat", room, identity, connection: "tab", role: "player", fence, since: 1 } as const;
  const seat = { ...place, attention: "focused", share: true, invisible: false, follows: "", isAway: false } as const;
  presence.apply({ type: "put", origin: "p1", seat });
}

it("[PR6] has those in its roster from the start, holds them, and lets go of who does not come", () => {
  put();
  presence.apply({ type: "vanish", origin: "p1", reason: "lost" });
  const { told, present } = open(false);
  expect(told).toMatchObject([{ type: "join", entry: { identity, status: "away" } }]);
  expect(present.autoDispose).toBe(false);
  put(); // too late
  expect(presence.seat("old seat")).toMatchObject({ origin: "", fence: 7 });
  vi.advanceTimersByTime(10_000);
  expect(told.slice(1)).toEqual([{ type: "leave", room, person: "ada", reason: "lost" }]);
  expect(present.autoDispose).toBe(true);
});

it("[PR6] is told nothing at first where nobody was", () => {
  expect(open(false).told).toEqual([]);
  expect(open(true).told).toEqual([]);
});
