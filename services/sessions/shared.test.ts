/** Registries of several processes: one session of a name, found from everywhere, and gone on with where its process is gone. */
import { describe, expect, it } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import { Elsewhere } from "./homes.ts";
import { newId } from "./ids.ts";
import type { AudioSession } from "./session.ts";
import { cleanAfterMs, type Sessions } from "./sessions.ts";
import { createSharedRigs, keepingSink } from "./testing/rig.ts";

const someone = { person: "p1", countsFor: "someone" };
const refused = (code: string) => expect.objectContaining({ constructor: HereaboutsError, code });
const elsewhere = (id: string, process: string) => expect.objectContaining({ constructor: Elsewhere, id, process });
const turnsOf = async (turns: number) => {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The id that a registry answers, wherever it lives. */
const idOf = (asked: Promise<AudioSession>) =>
  asked.then(
    ({ id }) => id,
    (error) => {
      if (error instanceof Elsewhere) return error.id;
      throw error;
    },
  );
const create = (sessions: Sessions, name: string) =>
  idOf(sessions.create(name, someone).then(({ session }) => session));

describe("sessions of several processes [AU12]", () => {
  it("have their master from the start, without anybody asking", async () => {
    const { rigs } = await createSharedRigs(2);
    await Promise.all(rigs.map(({ sessions }) => sessions.begin()));
    await settled();
    expect(rigs.flatMap(({ sessions }) => [...sessions.all]).map(({ type }) => type)).toEqual(["master"]);
  });

  it("have one master, whoever is asked and however many ask at once", async () => {
    const { rigs } = await createSharedRigs(3);
    const ids = await Promise.all([...rigs, ...rigs].map(({ sessions }) => idOf(sessions.master())));
    expect(new Set(ids).size).toBe(1);
    expect(rigs.flatMap(({ sessions }) => [...sessions.all])).toHaveLength(1);
    for (const { sessions } of rigs) expect(await idOf(sessions.locate("Master"))).toBe(ids[0]);
  });

  it("are one of a name, made at all processes at once", async () => {
    const { rigs } = await createSharedRigs(3);
    const ids = await Promise.all(Array.from({ length: 30 }, (_, i) => create(rigs[i % 3]!.sessions, "Beach")));
    expect(new Set(ids).size).toBe(1);
    expect(rigs.flatMap(({ sessions }) => [...sessions.all])).toHaveLength(1);
  });

  it("are found from everywhere by id and by name, and nothing else is", async () => {
    const { rigs } = await createSharedRigs(2);
    const [{ sessions: a }, { sessions: b, cluster }] = [rigs[0]!, rigs[1]!];
    const { session } = await b.create("Beach", someone);
    for (const key of [session.id, "beach"]) {
      await expect(a.locate(key)).rejects.toEqual(elsewhere(session.id, cluster.id));
      expect(await a.placeOf(key)).toEqual({ id: session.id, process: cluster.id });
      expect(await b.locate(key)).toBe(session);
    }
    await expect(a.locate(newId("beach"))).rejects.toEqual(refused("SESSION_NOT_FOUND"));
    await expect(a.follow("beach", undefined, someone)).rejects.toEqual(elsewhere(session.id, cluster.id));
    await expect(a.follow("nothing", undefined, someone)).rejects.toEqual(refused("TARGET_NOT_FOUND"));
    await a.create("Hill", someone);
    await expect(a.follow("hill", "beach", someone)).rejects.toEqual(refused("NAME_TAKEN"));
  });

  it("free their name when they are removed", async () => {
    const { rigs, store } = await createSharedRigs(2);
    const { session } = await rigs[0]!.sessions.create("Beach", someone);
    rigs[0]!.sessions.remove(session, "deleted");
    await settled();
    expect(await store.all()).toEqual([]);
    const other = await rigs[1]!.sessions.create("Beach", someone);
    expect(other.outcome).toBe("created");
    expect(other.session.id).not.toBe(session.id);
  });

  it("go on, with their followers, under the same ids and at the same place, where their process is killed", async () => {
    const { rigs } = await createSharedRigs(3);
    const [a, b, c] = rigs as [(typeof rigs)[0], (typeof rigs)[0], (typeof rigs)[0]];
    const { session } = await a.sessions.create("Beach", someone, { direction: "calmer" });
    const { session: follower } = await a.sessions.follow("beach", undefined, someone);
    session.stream.play("3".repeat(16));
    for (const rig of rigs) rig.pass(200_000);
    const air = session.stream.onAir();
    await settled();
    a.cluster.kill();
    const asked = [follower.id, session.id, "beach", follower.name];
    const ids = await Promise.all(asked.flatMap((key) => [b, c].map(({ sessions }) => idOf(sessions.locate(key)))));
    expect(ids).toEqual([follower.id, session.id, session.id, follower.id].flatMap((id) => [id, id]));
    const [owner, other] = b.sessions.find("beach") ? [b, c] : [c, b];
    expect([...other.sessions.all]).toEqual([]);
    const [restored, followed] = [owner.sessions.resolve("beach"), owner.sessions.resolve(follower.id)];
    expect(restored.stream.onAir()).toMatchObject({ frame: air.frame, track: air.track, direction: "calmer" });
    expect(restored).toMatchObject({ maker: "p1", created: session.created, type: "named" });
    expect(followed.following).toBe(restored);
  });

  it("go on once where they are asked for by id and as the master, whichever comes first and by how much", async () => {
    for (let turns = 0; turns < 16; turns++) {
      for (const isMasterFirst of [true, false]) {
        const { rigs } = await createSharedRigs(2);
        const [a, { sessions, streams }] = [rigs[0]!, rigs[1]!];
        const { id } = await a.sessions.master();
        await turnsOf(4);
        a.cluster.kill();
        const ways = [() => sessions.master(), () => sessions.locate(id)];
        const [first, second] = isMasterFirst ? ways : ways.toReversed();
        const asked = first!();
        await turnsOf(turns);
        const [one, other] = await Promise.all([asked, second!()]);
        const gone = { turns, isMasterFirst, id: one.id, isSame: other === one, opened: streams.opened };
        expect(gone).toEqual({ turns, isMasterFirst, id, isSame: true, opened: 1 });
      }
    }
  });

  it("keep their master over any number of killed processes", async () => {
    const { rigs } = await createSharedRigs(4);
    const id = await idOf(rigs[0]!.sessions.master());
    for (let i = 0; i < 3; i++) {
      await settled();
      rigs[i]!.cluster.kill();
      const masters = await Promise.all(rigs.slice(i + 1).map(({ sessions }) => idOf(sessions.master())));
      expect(new Set(masters)).toEqual(new Set([id]));
    }
  });

  it("are handed over in order: told so, not ended, and there for whoever asks next", async () => {
    const { rigs } = await createSharedRigs(2);
    const [a, b] = [rigs[0]!, rigs[1]!];
    const { session } = await a.sessions.create("Beach", someone);
    const [events, sink] = [a.watch(session), keepingSink()];
    const late = session;
    a.sessions.listen(session, { sink, icy: false });
    await a.cluster.drain();
    await a.sessions.handOver();
    expect(events.at(-1)).toEqual({ type: "moved" });
    expect(sink.isEnded).toBe(true);
    await expect(a.sessions.locate("beach")).rejects.toEqual(elsewhere(session.id, b.cluster.id));
    await expect(a.sessions.create("New", someone)).rejects.toEqual(elsewhere("", b.cluster.id));
    expect(() => a.sessions.attach(late, { as: "events" })).toThrow(refused("DRAINING"));
    expect((await b.sessions.create("Beach", someone)).session.id).toBe(session.id);
    a.sessions.close();
    expect(events.filter(({ type }) => type === "ended")).toEqual([]);
  });

  it("are let go where another process may have them, and overwrite nothing", async () => {
    const { rigs, store } = await createSharedRigs(2);
    const [a, b] = [rigs[0]!, rigs[1]!];
    const { session } = await a.sessions.create("Beach", someone);
    const events = a.watch(session);
    await settled();
    a.cluster.lose();
    expect(events.at(-1)).toEqual({ type: "moved" });
    const restored = await b.sessions.locate("beach");
    expect(restored.id).toBe(session.id);
    await settled();
    const kept = await store.load(session.id);
    await store.save({ ...kept!, name: "Stale", fence: kept!.fence - 1 });
    expect(await store.load(session.id)).toEqual(kept);
  });

  it("are not gone on with by a process that has lost them while it read their record", async () => {
    const { rigs, store } = await createSharedRigs(2);
    const [a, b] = [rigs[0]!, rigs[1]!];
    const { session } = await a.sessions.create("Beach", someone);
    await settled();
    a.cluster.lose();
    const { load } = store;
    store.load = async (id) => {
      if (b.cluster.own(`session:${id}`)) b.cluster.lose();
      return load(id);
    };
    await expect(b.sessions.locate("beach")).rejects.toEqual(refused("UNAVAILABLE"));
    expect(b.sessions.find("beach")).toBeUndefined();
    expect((await a.sessions.locate("beach")).id).toBe(session.id);
  });

  it("are let go within a second where their home is another's, whether this process was told or not", async () => {
    const { rigs } = await createSharedRigs(2);
    const [a, b] = [rigs[0]!, rigs[1]!];
    const { session } = await a.sessions.create("Beach", someone);
    await settled();
    const events = a.watch(session);
    await a.cluster.release(a.cluster.own(`session:${session.id}`)!);
    await a.cluster.release(a.cluster.own("session-name:beach")!);
    expect((await b.sessions.locate("beach")).id).toBe(session.id);
    a.pass(1000);
    expect(events.at(-1)).toEqual({ type: "moved" });
    await expect(a.sessions.locate("beach")).rejects.toEqual(elsewhere(session.id, b.cluster.id));
  });

  it("go on without Redis where they are, refuse the rest, and are kept again when it is back", async () => {
    const { rigs, store, shared } = await createSharedRigs(2);
    const [a, b] = [rigs[0]!, rigs[1]!];
    const { session } = await a.sessions.create("Beach", someone);
    await settled();
    shared.isUp = false;
    expect(await a.sessions.locate("beach")).toBe(session);
    for (const asked of [a.sessions.create("Hill", someone), b.sessions.locate("beach"), b.sessions.master()]) {
      await expect(asked).rejects.toEqual(refused("UNAVAILABLE"));
    }
    session.stream.turn("darker");
    await settled();
    shared.isUp = true;
    await store.drop(session.id);
    a.cluster.tell({ type: "up", isEmpty: true });
    await settled();
    expect((await store.load(session.id))?.stream?.direction).toBe("darker");
  });

  it("are written when something is decided, and not because time passes", async () => {
    const { rigs, store } = await createSharedRigs(1);
    const { session } = await rigs[0]!.sessions.create("Beach", someone);
    await settled();
    const before = store.writes;
    rigs[0]!.pass(60_000);
    await settled();
    expect(store.writes).toBe(before);
    session.stream.next();
    await settled();
    expect(store.writes).toBe(before + 1);
  });

  it("are dropped where nobody asks for them for half an hour after their process is gone", async () => {
    const { rigs, store } = await createSharedRigs(2);
    const [a, b] = [rigs[0]!, rigs[1]!];
    const { session: wanted } = await a.sessions.create("Wanted", someone);
    await a.sessions.create("Forgotten", someone);
    await settled();
    a.cluster.kill();
    await settled();
    expect((await b.sessions.locate("wanted")).id).toBe(wanted.id);
    const leave = b.sessions.attach(b.sessions.resolve("wanted"), { as: "events" });
    b.pass(cleanAfterMs + 120_000);
    await settled();
    expect(await store.all()).toEqual([wanted.id]);
    leave();
  });

  it("are kept for half an hour from the last of their processes", async () => {
    const { rigs, store } = await createSharedRigs(3);
    const [a, b, c] = [rigs[0]!, rigs[1]!, rigs[2]!];
    const { session } = await a.sessions.create("Wanted", someone);
    await settled();
    a.cluster.kill();
    await settled();
    await b.sessions.locate("wanted");
    c.pass(cleanAfterMs / 2);
    await settled();
    b.cluster.kill();
    await settled();
    c.pass(cleanAfterMs * 0.75);
    await settled();
    expect(await store.all()).toEqual([session.id]);
  });
});
