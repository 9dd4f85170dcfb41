/** What a scrape says: of whom, by what, and nothing that could name anyone or grow without end. */
import { describe, expect, it } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Appended, ChatLog } from "../chatlog/chatlog.ts";
import type { LiveSession } from "../lifecycle.ts";
import { measureChatLog } from "./chatMetrics.ts";
import { measureNothing } from "./testing/measured.ts";

const session = (kind: LiveSession["kind"], label: string): LiveSession => ({
  ...{ id: `${label}-${"a".repeat(26)}`, kind, key: `${kind}:${label}`, label, created: 0 },
});

describe("[OP4] a scrape", () => {
  it("counts people, guests and seats by kind of room, and those in this process by carrier", async () => {
    const rooms = [
      { key: "world:field", carriers: { datagram: 2, websocket: 1 } },
      { key: "world:pond", carriers: { datagram: 0, websocket: 4 } },
      { key: "chat:system", carriers: { datagram: 0, websocket: 2 } },
    ] as const;
    const { join, scrape } = measureNothing({ rooms: () => rooms });
    for (const number of [1, 2, 3]) join("world:field", number);
    for (const number of [1, 2]) join("chat:system", number);
    expect(await scrape()).toEqual(
      expect.arrayContaining([
        'hereabouts_people{kind="world"} 3',
        'hereabouts_people{kind="chat"} 2',
        'hereabouts_guests{kind="world"} 1',
        'hereabouts_connections{kind="world"} 3',
        "hereabouts_people_distinct 3",
        'hereabouts_rooms{kind="world"} 2',
        'hereabouts_seats{kind="world",carrier="datagram"} 2',
        'hereabouts_seats{kind="world",carrier="websocket"} 5',
        'hereabouts_seats{kind="chat",carrier="websocket"} 2',
      ]),
    );
  });

  it("[PR1] counts as here who holds a seat in a world, and of a chat who is in its piece", async () => {
    const { join, scrape } = measureNothing();
    for (const number of [1, 2]) join("world:field", number);
    for (const number of [2, 3]) join("chat:field", number);
    join("audio:master", 4);
    const here = (await scrape()).filter((line) => line.startsWith("hereabouts_here{"));
    expect(here).toEqual(['hereabouts_here{kind="world"} 2', 'hereabouts_here{kind="chat"} 1']);
  });

  it("has as many series however many people, rooms and sessions there are, and names none of them", async () => {
    const { join, bus, scrape } = measureNothing();
    join("world:secret-0", 0);
    bus.emit("session.created", { session: session("world", "secret-0") });
    bus.emit("session.removed", { session: session("world", "secret-0"), reason: "empty" });
    const before = await scrape();
    for (let i = 1; i < 50; i++) {
      join(`world:secret-${i}`, i);
      bus.emit("session.created", { session: session("world", `secret-${i}`) });
      bus.emit("session.removed", { session: session("world", `secret-${i}`), reason: "empty" });
    }
    const after = await scrape();
    const ours = (lines: string[]) => lines.filter((line) => line.startsWith("hereabouts_")).length;
    expect(ours(after)).toBe(ours(before));
    expect(after.join("\n")).not.toMatch(/secret|person-|tab-/);
  });

  it("tells what sessions go through, of each kind", async () => {
    const { bus, scrape } = measureNothing();
    const [field, evening] = [session("world", "field"), { ...session("audio", "evening"), type: "named" }];
    bus.emit("session.created", { session: field });
    bus.emit("session.created", { session: evening });
    bus.emit("session.joined", { session: evening, who: { as: "stream" } });
    bus.emit("session.forked", { session: evening, from: field });
    bus.emit("session.removed", { session: evening, reason: "cleaned" });
    bus.emit("session.moved", { session: field });
    expect(await scrape()).toEqual(
      expect.arrayContaining([
        'hereabouts_sessions_created_total{kind="world",type=""} 1',
        'hereabouts_sessions_created_total{kind="audio",type="named"} 1',
        'hereabouts_sessions_joined_total{kind="audio",as="stream"} 1',
        'hereabouts_sessions_forked_total{kind="audio"} 1',
        'hereabouts_sessions_removed_total{kind="audio",reason="cleaned"} 1',
        'hereabouts_sessions_moved_total{kind="world"} 1',
      ]),
    );
  });

  it("says nothing of a Redis where there is none, and how it is where there is one", async () => {
    const alone = await measureNothing().scrape();
    expect(alone.filter((line) => line.startsWith("hereabouts_redis"))).toEqual([]);
    expect(alone).toContain("hereabouts_draining 0");
    const shared = await measureNothing({ redis: { roundTripMs: 2 } }).scrape();
    expect(shared).toEqual(
      expect.arrayContaining(["hereabouts_redis_up 1", "hereabouts_redis_round_trip_seconds 0.002"]),
    );
  });

  it("is answered with storage down, where storage does not take a write", async () => {
    const failing = measureNothing({ checkStorage: () => Promise.reject(new Error("disk full")) });
    expect(await failing.scrape()).toContain("hereabouts_storage_up 0");
    expect(await measureNothing().scrape()).toContain("hereabouts_storage_up 1");
  });

  it("is answered where the disk tells nothing", async () => {
    const lines = await measureNothing({ dataDir: "/nowhere/at/all" }).scrape();
    expect(lines).toContain("hereabouts_storage_up 1");
    expect(lines.filter((line) => line.startsWith("hereabouts_disk"))).toEqual([]);
  });
});

describe("[OP4] lines of chats", () => {
  const answers: (Partial<Appended> | Error)[] = [
    {},
    { isRepeat: true },
    { isCounted: true },
    new HereaboutsError("MUTED"),
    new HereaboutsError("UNAVAILABLE"),
    new Error("disk"),
  ];

  it("are timed by what became of them, and answered as they were", async () => {
    const { meters, scrape } = measureNothing();
    const left = [...answers];
    const append = async () => {
      const answer = left.shift()!;
      if (answer instanceof Error) throw answer;
      return answer as Appended;
    };
    const log = measureChatLog(meters, { append, last: async () => 7 } as unknown as ChatLog);
    for (const answer of answers) {
      const asked = log.append("system", {} as never);
      if (answer instanceof Error) await expect(asked).rejects.toBe(answer);
      else expect(await asked).toBe(answer);
    }
    expect(await log.last("system")).toBe(7);
    const counts = (await scrape()).filter((line) => line.startsWith("hereabouts_chat_store_seconds_count"));
    expect(counts.map((line) => /outcome="(\w+)"\} (\d)/.exec(line)?.slice(1))).toEqual([
      ["stored", "1"],
      ["repeated", "1"],
      ["counted", "1"],
      ["refused", "1"],
      ["failed", "2"],
    ]);
  });
});
