/** Going along with someone, with rooms, journeys and time that the test turns by hand. */
import { describe, expect, it } from "vitest";
import { type ErrorCode, HereaboutsError } from "../schema/errors.ts";
import type { Followed } from "../schema/messages.ts";
import { type Deferred, deferred } from "./deferred.ts";
import { FollowingView } from "./following.ts";
import type { World } from "./types.ts";
import type { Vantage, VantageEvents } from "./vantage.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A room whose answers the test gives. */
class Room implements Vantage {
  readonly lasts: boolean;
  readonly asked: { id: string; answer: Deferred<Followed> }[] = [];
  readonly unfollowed: string[] = [];
  readonly watching = new Set<VantageEvents>();

  constructor(lasts = false) {
    this.lasts = lasts;
  }

  follow({ id }: { person: string; id: string }): Promise<Followed> {
    const answer = deferred<Followed>();
    this.asked.push({ id, answer });
    return answer.promise;
  }

  unfollow(id: string): void {
    this.unfollowed.push(id);
  }

  watch(events: VantageEvents): () => void {
    this.watching.add(events);
    return () => void this.watching.delete(events);
  }

  async answer(slug: string): Promise<void> {
    const { id, answer } = this.asked.at(-1)!;
    answer.resolve({ id, person: "ada", slug });
    await settled();
  }

  async refuse(code: ErrorCode): Promise<void> {
    this.asked.at(-1)!.answer.reject(new HereaboutsError(code));
    await settled();
  }

  async tell(
    told: { slug: string } | { ended: "left" | "hidden" | "cycle" },
    id = this.asked.at(-1)?.id,
  ): Promise<void> {
    for (const { followed } of [...this.watching]) followed({ id: id!, person: "ada", ...told });
    await settled();
  }

  async happen(what: "open" | "closed"): Promise<void> {
    for (const events of [...this.watching]) events[what]();
    await settled();
  }
}

/** Someone in the meadow who follows Ada through `rooms`; the worlds that they come to are rooms of the same name. */
function follower(...rooms: Room[]) {
  const log: string[] = [];
  const journeys: { slug: string; arrive(): Promise<void>; fail(code: ErrorCode): Promise<void> }[] = [];
  const pauses: Deferred<void>[] = [];
  const worlds: Record<string, Room> = {};
  let at = "meadow";
  const following = new FollowingView({
    person: "ada",
    vantages: () => rooms,
    isIn: (slug) => slug === at,
    async travel(slug, arrive) {
      const joined = deferred<void>();
      journeys.push({
        slug,
        async arrive() {
          joined.resolve();
          await settled();
        },
        async fail(code) {
          joined.reject(new HereaboutsError(code));
          await settled();
        },
      });
      await joined.promise;
      worlds[slug] = new Room();
      await arrive(worlds[slug]);
      at = slug;
      return { slug } as World;
    },
    accepted() {},
    wait(ms) {
      log.push(`wait ${ms}`);
      const pause = deferred<void>();
      pauses.push(pause);
      return pause.promise;
    },
  });
  following.on("arrived", ({ world }) => log.push(world.slug));
  following.on("ended", ({ reason }) => log.push(reason));
  const begun = following.begin().then(
    () => "begun",
    (error: HereaboutsError) => error.code,
  );
  const pass = async () => {
    pauses.shift()!.resolve();
    await settled();
  };
  return { following, begun, log, journeys, worlds, pass, at: () => at };
}

describe("[WO6] going along", () => {
  it("asks one room after the other, and refuses with what says most", async () => {
    const [chat, world] = [new Room(true), new Room()];
    const { begun, log } = follower(chat, world);
    await chat.refuse("NOT_SHARED");
    await world.refuse("PERSON_NOT_FOUND");
    expect([await begun, log]).toEqual(["NOT_SHARED", ["lost"]]);
    expect(await follower().begun).toBe("PERSON_NOT_FOUND");
  });

  it("begins where they are, and goes on by the same chat", async () => {
    const chat = new Room(true);
    const { begun, journeys, log } = follower(chat);
    await chat.answer("pond");
    await journeys[0]!.arrive();
    await chat.tell({ slug: "lake" });
    await journeys[1]!.arrive();
    expect([await begun, log, chat.asked.length]).toEqual(["begun", ["pond", "lake"], 1]);
  });

  it("hears of them in the world so far until the next one answers, and then by that one", async () => {
    const meadow = new Room();
    const { journeys, worlds, log, at } = follower(meadow);
    await meadow.answer("meadow");
    await meadow.tell({ slug: "pond" });
    await journeys[0]!.arrive();
    await meadow.tell({ slug: "lake" });
    expect(at()).toBe("meadow");
    await worlds["pond"]!.answer("lake");
    await journeys[1]!.arrive();
    await worlds["lake"]!.answer("lake");
    expect([log, meadow.watching.size, worlds["pond"]!.watching.size]).toEqual([["pond", "lake"], 0, 0]);
    await worlds["lake"]!.tell({ ended: "left" });
    expect(log.at(-1)).toBe("left");
  });

  it("goes on at once where they are elsewhere by the time one arrives", async () => {
    const chat = new Room(true);
    const { journeys } = follower(chat);
    await chat.answer("pond");
    for (const slug of ["lake", "hill", "pond", "hill"]) await chat.tell({ slug });
    await journeys[0]!.arrive();
    await journeys[1]!.arrive();
    expect(journeys.map(({ slug }) => slug)).toEqual(["pond", "hill"]);
  });

  it("tries again what may pass, and stays where it does not, with the reason", async () => {
    const chat = new Room(true);
    const { following, begun, journeys, log, pass, at } = follower(chat);
    await chat.answer("pond");
    await journeys[0]!.fail("UNREACHABLE");
    await pass();
    await journeys[1]!.fail("TIMEOUT");
    await pass();
    await journeys[2]!.fail("BANNED");
    expect([await begun, log, at()]).toEqual(["BANNED", ["wait 250", "wait 500", "refused"], "meadow"]);
    expect([following.ended, chat.unfollowed.length, chat.watching.size]).toEqual(["refused", 1, 0]);
  });

  it("asks again when its room is back, for a while also where they are not back yet", async () => {
    const meadow = new Room();
    const { log, pass, journeys } = follower(meadow);
    await meadow.answer("meadow");
    await meadow.happen("open");
    await meadow.refuse("PERSON_NOT_FOUND");
    await pass();
    await meadow.answer("pond");
    await journeys[0]!.fail("UNREACHABLE");
    await meadow.happen("open");
    await meadow.refuse("NOT_SHARED");
    // and by any other room
    await meadow.refuse("NOT_SHARED");
    expect(log).toEqual(["wait 250", "wait 250", "hidden"]);
  });

  it("finds them by another room where its own has ended, or is lost", async () => {
    const [chat, meadow] = [new Room(true), new Room()];
    const { log } = follower(chat, meadow);
    await chat.answer("meadow");
    await chat.happen("closed");
    await chat.refuse("CLOSED");
    await meadow.answer("meadow");
    expect([log, chat.watching.size, meadow.watching.size]).toEqual([[], 0, 1]);
    await meadow.happen("closed");
    await chat.refuse("CLOSED");
    await meadow.refuse("CLOSED");
    expect(log).toEqual(["lost"]);
  });

  it("goes nowhere while it is held, not even where it is about to arrive, and then to where they are by now", async () => {
    const chat = new Room(true);
    const { following, journeys, log, at } = follower(chat);
    await chat.answer("pond");
    following.hold();
    await chat.tell({ slug: "hill" });
    await journeys[0]!.arrive();
    expect([at(), journeys.length, chat.unfollowed]).toEqual(["meadow", 1, []]);
    void following.goOn();
    await chat.answer("lake");
    await journeys[1]!.arrive();
    expect([at(), log, following.ended]).toEqual(["lake", ["lake"], undefined]);
    following.hold();
    void following.goOn();
    await chat.refuse("NOT_SHARED");
    expect(log.at(-1)).toBe("hidden");
  });

  it("goes on also where what it was about to join is left only then", async () => {
    const chat = new Room(true);
    const { following, journeys, log } = follower(chat);
    await chat.answer("pond");
    following.hold();
    void following.goOn();
    await journeys[0]!.fail("CLOSED");
    await chat.answer("lake");
    expect([log, following.ended]).toEqual([[], undefined]);
    await journeys.at(-1)!.arrive();
    await journeys.at(-1)!.arrive();
    expect(log.at(-1)).toBe("lake");
  });

  it("stops before the answer, on the way, and hears nothing of another one's following", async () => {
    const [early, late] = [new Room(true), new Room(true)];
    const one = follower(early);
    one.following.stop();
    await early.answer("pond");
    expect([await one.begun, one.journeys, early.unfollowed.length, early.watching.size]).toEqual(["CLOSED", [], 1, 0]);
    const two = follower(late);
    await late.answer("meadow");
    await late.tell({ slug: "hill" }, "another");
    await late.tell({ slug: "pond" });
    two.following.stop();
    await two.journeys[0]!.arrive();
    expect([two.log, two.at(), two.journeys.length]).toEqual([["stopped"], "meadow", 1]);
  });
});
