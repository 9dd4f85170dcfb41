/** The registry on a clock in hand: who is made, found, followed, cleaned away and told. */
import { describe, expect, it, vi } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import { newId } from "./ids.ts";
import { cleanAfterMs } from "./sessions.ts";
import { createRig, keepingSink } from "./testing/rig.ts";
import type { TestStream } from "./testing/streams.ts";

const someone = { countsFor: "someone" };
const minute = 60_000;
const refused = (code: string) => expect.objectContaining({ constructor: HereaboutsError, code });
const attachment = { as: "events" } as const;

describe("the master [AU1]", () => {
  it("is there as soon as there is music, and whoever asks before waits for it", async () => {
    const { sessions, streams } = createRig({ isLate: true });
    const asked = sessions.master();
    expect([...sessions.all]).toEqual([]);
    streams.begin();
    expect(await asked).toMatchObject({ type: "master", name: "master" });
    expect(sessions.find("master")).toBe(await asked);
    expect((await sessions.create("Master", someone)).outcome).toBe("joined");
  });

  it("is refused while there is no music, not made up", async () => {
    vi.useFakeTimers();
    const { sessions } = createRig({ isLate: true });
    const asked = expect(sessions.master()).rejects.toEqual(refused("NO_MUSIC"));
    const made = expect(sessions.create("x", someone)).rejects.toEqual(refused("NO_MUSIC"));
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    await Promise.all([asked, made]);
    expect(sessions.find("x")).toBeUndefined();
  });

  it("comes with the first that can be played, where what was there first could not", async () => {
    const { sessions, streams } = createRig();
    vi.spyOn(streams, "open").mockImplementationOnce(() => {
      throw new HereaboutsError("NO_MUSIC");
    });
    await streams.ready;
    await null;
    expect([...sessions.all]).toEqual([]);
    expect((await sessions.master()).type).toBe("master");
    expect([...sessions.all]).toHaveLength(1);
  });

  it("stays, whoever deletes it and however long nobody comes", async () => {
    const { sessions, pass } = createRig();
    const master = await sessions.master();
    expect(() => sessions.remove(master, "deleted")).toThrow(refused("FORBIDDEN"));
    pass(24 * 60 * minute);
    expect(await sessions.master()).toBe(master);
  });
});

describe("making sessions [AU3]", () => {
  it("gives one for a name, however many ask at once", async () => {
    const { sessions, streams } = createRig({ isLate: true });
    const asked = Array.from({ length: 50 }, (_, i) => sessions.create(i % 2 ? "Beach" : "BEACH", someone));
    streams.begin();
    const made = await Promise.all(asked);
    expect(new Set(made.map(({ session }) => session)).size).toBe(1);
    expect(made.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
    expect(streams.opened).toBe(2);
    expect(await sessions.create("beach", someone)).toEqual({ session: made[0]!.session, outcome: "joined" });
  });

  it("tries again after a failure, which everyone who asked at once is told", async () => {
    const { sessions, streams } = createRig();
    await sessions.master();
    const open = vi.spyOn(streams, "open").mockImplementationOnce(() => {
      throw new HereaboutsError("TRACK_GONE");
    });
    const asked = [sessions.create("a", someone, { startingTrack: "x" }), sessions.create("a", someone)];
    for (const one of asked) await expect(one).rejects.toEqual(refused("TRACK_GONE"));
    expect((await sessions.create("a", someone)).outcome).toBe("created");
    expect(open).toHaveBeenCalledTimes(2);
  });

  it("finds by id first, then by name, and makes none for an unknown id", async () => {
    const { sessions } = createRig();
    const { session } = await sessions.create("one", someone);
    expect(sessions.resolve(session.id.toUpperCase())).toBe(session);
    expect(sessions.resolve("ONE")).toBe(session);
    expect((await sessions.create(session.id, someone)).session).toBe(session);
    for (const key of [newId("one"), newId("gone").toUpperCase()]) {
      expect(() => sessions.resolve(key)).toThrow(refused("SESSION_NOT_FOUND"));
      await expect(sessions.create(key, someone)).rejects.toEqual(refused("SESSION_NOT_FOUND"));
      await expect(sessions.follow(key, undefined, someone)).rejects.toEqual(refused("TARGET_NOT_FOUND"));
      await expect(sessions.follow("one", key, someone)).rejects.toEqual(refused("SESSION_NOT_FOUND"));
    }
    expect([...sessions.all]).toHaveLength(2);
  });

  it("makes those without a name anew each time", async () => {
    const { sessions } = createRig();
    const [one, two] = [await sessions.createUnnamed(someone), await sessions.createUnnamed(someone)];
    expect(one).not.toBe(two);
    expect(one).toMatchObject({ type: "named", name: "" });
    expect(sessions.find("")).toBeUndefined();
  });

  it("holds to its limits, also for those under way, and frees them again", async () => {
    const { sessions, streams } = createRig({ isLate: true, limits: { sessions: 3, perMaker: 2 } });
    const asked = ["a", "b", "c", "d"].map((name) => sessions.create(name, { countsFor: name }));
    streams.begin();
    const settled = await Promise.allSettled(asked);
    expect(settled.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(3);
    expect([...sessions.all].length).toBeLessThanOrEqual(4);
    const full = createRig({ limits: { perMaker: 2 } }).sessions;
    const { session } = await full.create("1", someone);
    await full.follow("1", undefined, someone);
    await expect(full.create("3", someone)).rejects.toEqual(refused("SESSIONS_FULL"));
    await expect(full.follow("1", "x", someone)).rejects.toEqual(refused("SESSIONS_FULL"));
    expect((await full.create("3", { countsFor: "else" })).outcome).toBe("created");
    full.remove(session, "deleted");
    expect((await full.create("4", someone)).outcome).toBe("created");
  });
});

describe("followers [AU1]", () => {
  it("have the sound of what they follow, also through another follower", async () => {
    const { sessions } = createRig();
    const { session: target } = await sessions.create("target", someone);
    const { session: one } = await sessions.follow("target", undefined, someone);
    const { session: two } = await sessions.follow(one.id, "Two", someone);
    for (const follower of [one, two]) {
      expect(follower).toMatchObject({ type: "follower", following: target, stream: target.stream });
    }
    expect(await sessions.follow("target", undefined, someone)).toEqual({ session: one, outcome: "joined" });
    await expect(sessions.follow("master", "Two", someone)).rejects.toEqual(refused("NAME_TAKEN"));
    await expect(sessions.follow("nothing", undefined, someone)).rejects.toEqual(refused("TARGET_NOT_FOUND"));
    await expect(sessions.follow("target", "target", someone)).rejects.toEqual(refused("NAME_TAKEN"));
  });

  it("end with their target, are told so, and are known to have lost it", async () => {
    const { sessions, watch } = createRig();
    const { session: target } = await sessions.create("target", someone);
    const { session: follower } = await sessions.follow("target", undefined, someone);
    const [ofTarget, ofFollower] = [watch(target), watch(follower)];
    const sink = keepingSink();
    sessions.listen(follower, { sink, icy: false });
    sessions.remove(target, "deleted");
    expect(ofTarget).toContainEqual({ type: "ended", reason: "deleted" });
    expect(ofFollower).toContainEqual({ type: "ended", reason: "target_gone" });
    expect(sink.isEnded).toBe(true);
    expect(() => sessions.resolve(follower.id)).toThrow(refused("TARGET_NOT_FOUND"));
    expect(() => sessions.resolve(target.id)).toThrow(refused("SESSION_NOT_FOUND"));
  });

  it("end once: what was made under their name since is another", async () => {
    const { sessions } = createRig();
    const { session } = await sessions.create("a", someone);
    sessions.remove(session, "deleted");
    const { session: other } = await sessions.create("a", someone);
    sessions.remove(session, "deleted");
    expect(sessions.find("a")).toBe(other);
  });

  it("end alone without disturbing those who hear the target", async () => {
    const { sessions } = createRig();
    const { session: target } = await sessions.create("target", someone);
    const { session: follower } = await sessions.follow("target", undefined, someone);
    const [kept, ended] = [keepingSink(), keepingSink()];
    sessions.listen(target, { sink: kept, icy: false });
    sessions.listen(follower, { sink: ended, icy: false });
    expect(target.heardBy()).toEqual({ listeners: 2, followers: 1 });
    sessions.remove(follower, "deleted");
    expect([kept.isEnded, ended.isEnded]).toEqual([false, true]);
    expect(sessions.find("target")).toBe(target);
  });
});

describe("cleaning [AU10]", () => {
  it("removes what nobody hears, watches or touches for 30 minutes, checked each minute", async () => {
    const { sessions, watch, pass } = createRig();
    const { session } = await sessions.create("a", someone);
    const told = watch(session);
    pass(cleanAfterMs - minute);
    sessions.find("a");
    expect(sessions.find("a")).toBe(session);
    (await sessions.create("a", someone)).session.touch();
    pass(cleanAfterMs - minute);
    expect(sessions.find("a")).toBe(session);
    pass(2 * minute);
    expect(sessions.find("a")).toBeUndefined();
    expect(told.at(-1)).toEqual({ type: "ended", reason: "cleaned" });
  });

  it("never removes one that someone hears or watches, or hears by following", async () => {
    const { sessions, pass } = createRig();
    const names = ["heard", "watched", "followed"];
    const [heard, watched] = await Promise.all(names.map((name) => sessions.create(name, someone)));
    const { session: follower } = await sessions.follow("followed", undefined, someone);
    const leaves = [
      sessions.listen(heard!.session, { sink: keepingSink(), icy: false }),
      sessions.attach(watched!.session, attachment),
      sessions.listen(follower, { sink: keepingSink(), icy: false }),
    ];
    pass(24 * 60 * minute);
    for (const name of [...names, follower.id]) expect(sessions.find(name), name).toBeDefined();
    for (const leave of leaves) leave();
    pass(cleanAfterMs - minute);
    for (const name of names) expect(sessions.find(name), name).toBeDefined();
    pass(2 * minute);
    expect([...sessions.all].map(({ type }) => type)).toEqual(["master"]);
  });

  it("a quiet follower keeps its target no longer than itself", async () => {
    const { sessions, pass } = createRig();
    await sessions.create("target", someone);
    pass(20 * minute);
    const { session } = await sessions.follow("target", undefined, someone);
    pass(11 * minute);
    expect(sessions.find("target")).toBeUndefined();
    expect(() => sessions.resolve(session.id)).toThrow(refused("TARGET_NOT_FOUND"));
  });
});

describe("hearing and watching [AU4] [SE5]", () => {
  it("tells the frame that a listener joined at, whichever of sound and events came first", async () => {
    const { sessions, pass } = createRig();
    const { session } = await sessions.create("a", someone);
    pass(10_000);
    const frames: number[] = [];
    const events = (listener: string) =>
      sessions.attach(session, { as: "events", listener, onJoined: (frame) => frames.push(frame) });
    const leave = events("one");
    events("other");
    const end = sessions.listen(session, { sink: keepingSink(), icy: false, listener: "one" });
    expect(frames).toEqual([382]);
    leave();
    events("one");
    expect(frames).toEqual([382, 382]);
    expect(session.clients).toBe(2);
    end();
    events("one");
    expect(frames).toHaveLength(2);
  });

  it("tells it again where the stream went on elsewhere", async () => {
    const { sessions, pass } = createRig();
    const { session } = await sessions.create("a", someone);
    const frames: number[] = [];
    sessions.attach(session, { as: "events", listener: "one", onJoined: (frame) => frames.push(frame) });
    const sound = { frame: 100, heard: () => {}, leave: () => {} };
    vi.spyOn(session.stream, "listen").mockReturnValue(sound);
    sessions.listen(session, { sink: keepingSink(), icy: false, listener: "one" });
    pass(3000);
    sound.frame = 300;
    pass(3000);
    expect(frames).toEqual([100, 300]);
  });

  it("takes a limited number, and frees each place once", async () => {
    const { sessions } = createRig({ limits: { listeners: 2 } });
    const master = await sessions.master();
    const leave = sessions.attach(master, attachment);
    sessions.listen(master, { sink: keepingSink(), icy: false });
    expect(() => sessions.attach(master, attachment)).toThrow(refused("LISTENERS_FULL"));
    expect(() => sessions.listen(master, { sink: keepingSink(), icy: false })).toThrow(refused("LISTENERS_FULL"));
    leave();
    leave();
    sessions.attach(master, attachment);
    expect(() => sessions.attach(master, attachment)).toThrow(refused("LISTENERS_FULL"));
  });

  it("begins nothing in a session that ended since it was found", async () => {
    const { sessions } = createRig();
    const { session } = await sessions.create("x", someone);
    const listen = vi.spyOn(session.stream, "listen");
    sessions.remove(session, "deleted");
    expect(() => sessions.attach(session, attachment)).toThrow(refused("SESSION_NOT_FOUND"));
    expect(() => sessions.listen(session, { sink: keepingSink(), icy: false })).toThrow(refused("SESSION_NOT_FOUND"));
    expect(listen).not.toHaveBeenCalled();
    expect(sessions.attached).toBe(0);
  });

  it("holds no place for one whose sound could not begin", async () => {
    const { sessions } = createRig();
    const master = await sessions.master();
    vi.spyOn(master.stream, "listen").mockImplementationOnce(() => {
      throw new Error("no sound");
    });
    expect(() => sessions.listen(master, { sink: keepingSink(), icy: false })).toThrow("no sound");
    expect([sessions.attached, master.clients]).toEqual([0, 0]);
  });

  it("is told on the bus, whatever a listener there throws", async () => {
    const { sessions, errors, bus } = createRig();
    await sessions.master();
    const told: string[] = [];
    const types = ["session.created", "session.joined", "session.left", "session.idle", "session.removed"] as const;
    bus.on("session.joined", () => {
      throw new Error("mine");
    });
    for (const type of types) bus.on(type, ({ session }) => told.push(`${type} ${session.label}`));
    const { session } = await sessions.create("a", someone);
    const leaves = [sessions.attach(session, attachment), sessions.attach(session, attachment)];
    for (const leave of leaves) leave();
    sessions.remove(session, "deleted");
    const [created, joined, left, idle, removed] = types.map((type) => `${type} a`);
    expect(told).toEqual([created, joined, joined, left, left, idle, removed]);
    expect(errors).toHaveLength(2);
  });

  it("tells counts at most once a second and a heartbeat each 5 s, and nothing where nobody watches", async () => {
    const { sessions, watch, pass } = createRig();
    const master = await sessions.master();
    const stream = master.stream as TestStream;
    expect(stream.subscribers).toBe(0);
    const events = watch(master);
    expect(stream.subscribers).toBe(1);
    for (let i = 0; i < 20; i++) sessions.listen(master, { sink: keepingSink(), icy: false });
    expect(events).toEqual([]);
    pass(1000);
    expect(events).toEqual([{ type: "listeners", listeners: 20, followers: 0 }]);
    pass(20_000);
    expect(events.filter(({ type }) => type === "heartbeat")).toHaveLength(4);
    expect(events.filter(({ type }) => type === "listeners")).toHaveLength(1);
  });

  it("goes on for the others where one session fails", async () => {
    const { sessions, watch, pass, errors } = createRig();
    const { session: broken } = await sessions.create("broken", someone);
    const { session: sound } = await sessions.create("sound", someone);
    watch(broken);
    const events = watch(sound);
    vi.spyOn(broken.stream, "onAir").mockImplementation(() => {
      throw new Error("no timeline");
    });
    pass(6000);
    expect(events).toContainEqual(expect.objectContaining({ type: "heartbeat" }));
    expect(errors).toHaveLength(1);
  });

  it("ends everyone in order when the server goes", async () => {
    const { sessions, watch } = createRig();
    const master = await sessions.master();
    await sessions.follow("master", undefined, someone);
    const [events, sink] = [watch(master), keepingSink()];
    sessions.listen(master, { sink, icy: false });
    sessions.close();
    expect(events).toEqual([{ type: "ended", reason: "closing" }]);
    expect(sink.isEnded).toBe(true);
    await expect(sessions.master()).rejects.toEqual(refused("DRAINING"));
    await expect(sessions.create("late", someone)).rejects.toEqual(refused("DRAINING"));
  });
});
