/** Forks of audio sessions: made once, from where the other is, whichever process has what. */
import { describe, expect, it } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import { Elsewhere } from "./homes.ts";
import { createRig, createSharedRigs } from "./testing/rig.ts";

const someone = { person: "p1", countsFor: "someone" };
const refused = (code: string) => expect.objectContaining({ constructor: HereaboutsError, code });
const elsewhere = (id: string, process: string) => expect.objectContaining({ constructor: Elsewhere, id, process });

async function rigWithBeach(limits = {}) {
  const rig = createRig({ limits });
  const { session: beach } = await rig.sessions.create("Beach", { countsFor: "other" });
  rig.pass(70_000);
  const forks: string[] = [];
  rig.bus.on("session.forked", ({ session, from }) => forks.push(`${session.label} of ${from.label}`));
  return { ...rig, beach, forks };
}

describe("[SE6] a fork", () => {
  it("plays what its session plays, as far on, and then goes its own way", async () => {
    const { sessions, beach, pass, forks } = await rigWithBeach();
    const { session, outcome } = await sessions.fork("beach", "Hill", someone);
    expect(outcome).toBe("forked");
    expect(session).toMatchObject({ type: "named", name: "Hill", maker: "p1", following: undefined });
    expect(session.id).not.toBe(beach.id);
    expect(session.stream.onAir()).toEqual(beach.stream.onAir());
    session.stream.next();
    pass(10_000);
    expect(session.stream.onAir().track).not.toEqual(beach.stream.onAir().track);
    expect(forks).toEqual(["Hill of Beach"]);
    sessions.remove(beach, "deleted");
    expect(sessions.find("Hill")).toBe(session);
  });

  it("of a follower is one of what it follows", async () => {
    const { sessions, beach, forks } = await rigWithBeach();
    const { session: follower } = await sessions.follow("beach", "Dune", someone);
    const { session } = await sessions.fork(follower.id, "Hill", someone);
    expect(session.type).toBe("named");
    expect(session.stream.onAir()).toEqual(beach.stream.onAir());
    expect(forks).toEqual(["Hill of Beach"]);
  });

  it("is one, however many ask for it at once", async () => {
    const { sessions, forks } = await rigWithBeach();
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, i) => sessions.fork("beach", i % 2 ? "hill" : "Hill", someone)),
    );
    expect(new Set(made.map(({ session }) => session.id)).size).toBe(1);
    expect(made.map(({ outcome }) => outcome).sort()).toEqual(["forked", ...Array(19).fill("joined")]);
    expect(forks).toHaveLength(1);
  });

  it("joins what has the name already, and changes nothing of it", async () => {
    const { sessions, beach, forks } = await rigWithBeach();
    const { session: hill } = await sessions.create("Hill", someone);
    const before = hill.stream.onAir();
    expect(await sessions.fork("beach", "hill", someone)).toEqual({ session: hill, outcome: "joined" });
    expect(await sessions.fork("beach", "Beach", someone)).toEqual({ session: beach, outcome: "joined" });
    expect(hill.stream.onAir()).toEqual(before);
    expect(forks).toEqual([]);
  });

  it("counts as one that was made, and leaves nothing behind where it may not be", async () => {
    const { sessions, streams, forks } = await rigWithBeach({ perMaker: 1 });
    await sessions.fork("beach", "Hill", someone);
    const { opened } = streams;
    await expect(sessions.fork("beach", "Dune", someone)).rejects.toEqual(refused("SESSIONS_FULL"));
    await expect(sessions.fork("nowhere", "Dune", someone)).rejects.toEqual(refused("SESSION_NOT_FOUND"));
    const id = sessions.find("Hill")!.id.replace(/..$/, (last) => (last === "bb" ? "aa" : "bb"));
    await expect(sessions.fork("beach", id, someone)).rejects.toEqual(refused("SESSION_NOT_FOUND"));
    expect([streams.opened, forks]).toEqual([opened, ["Hill of Beach"]]);
  });
});

describe("[SE6] among several processes a fork", () => {
  it("is made where its session lives, and joined where its name lives", async () => {
    const { rigs } = await createSharedRigs(3);
    const [a, b, c] = rigs as [(typeof rigs)[0], (typeof rigs)[0], (typeof rigs)[0]];
    const { session: beach } = await a.sessions.create("Beach", someone);
    await expect(b.sessions.fork("beach", "Hill", someone)).rejects.toEqual(elsewhere(beach.id, a.cluster.id));
    const { session: hill, outcome } = await a.sessions.fork("beach", "Hill", someone);
    expect(outcome).toBe("forked");
    const { session: dune } = await c.sessions.create("Dune", someone);
    // here the source lives, there what is asked for: whoever is asked next knows both
    await expect(a.sessions.fork("beach", "Dune", someone)).rejects.toEqual(elsewhere(dune.id, c.cluster.id));
    expect(await c.sessions.fork("beach", "Dune", someone)).toEqual({ session: dune, outcome: "joined" });
    await expect(c.sessions.fork("dune", "Hill", someone)).rejects.toEqual(elsewhere(hill.id, a.cluster.id));
  });

  it("is one, asked for at all of them at once", async () => {
    const { rigs } = await createSharedRigs(3);
    const made = await Promise.all(rigs.map(({ sessions }, i) => sessions.create(`Beach ${i}`, someone)));
    expect(new Set(made.map(({ session }) => session.id)).size).toBe(3);
    const forks = await Promise.allSettled(rigs.map(({ sessions }, i) => sessions.fork(`Beach ${i}`, "Hill", someone)));
    expect(forks.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const ids = forks.map((fork) => (fork.status === "fulfilled" ? fork.value.session.id : fork.reason.id));
    expect(new Set(ids).size).toBe(1);
  });
});
