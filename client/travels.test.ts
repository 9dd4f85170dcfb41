/** Journeys whose joins the test settles by hand, in any order. */
import { describe, expect, it } from "vitest";
import { HereaboutsError } from "../schema/errors.ts";
import { type Deferred, deferred } from "./deferred.ts";
import type { ConnectionState } from "./seat.ts";
import { Travels } from "./travels.ts";

class Place {
  connection: ConnectionState = "open";
  readonly slug: string;
  readonly #left: () => void;

  constructor(slug: string, left: () => void) {
    this.slug = slug;
    this.#left = left;
  }

  async leave(): Promise<void> {
    this.connection = "closed";
    this.#left();
  }
}

/** A connection that has joined `start`. Its log tells each joining and leaving, and never that one is nowhere. */
function traveller(start = "meadow") {
  const joined = new Map<string, Place>();
  const asked = new Map<string, Promise<Place>>();
  const doors = new Map<string, Deferred<void>>();
  const log: string[] = [];

  const forget = (slug: string) => {
    joined.delete(slug);
    asked.delete(slug);
    log.push(`-${slug}`);
    expect(joined.size, `after ${log.join(" ")}`).toBeGreaterThan(0);
  };
  const join = (slug: string) => {
    const known = asked.get(slug);
    if (known) return known;
    const door = deferred<void>();
    doors.set(slug, door);
    const joining = door.promise.then(() => {
      const place = new Place(slug, () => forget(slug));
      joined.set(slug, place);
      log.push(`+${slug}`);
      return place;
    });
    asked.set(slug, joining);
    joining.catch(() => asked.delete(slug));
    return joining;
  };
  const travels = new Travels<Place>({ joined, asked });
  void join(start);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const enter = async (slug: string) => {
    doors.get(slug)!.resolve();
    await settled();
  };
  const refuse = async (slug: string) => {
    doors.get(slug)!.reject(new HereaboutsError("ROOM_FULL"));
    await settled();
  };
  const go = (slug: string, arrive?: (place: Place) => Promise<void>) => {
    return travels
      .go(slug, () => join(slug), arrive)
      .then(
        (place) => `in ${place.slug}`,
        (error: HereaboutsError) => error.code,
      );
  };
  return { go, enter, refuse, log, begin: () => enter(start), places: () => [...joined.keys()] };
}

describe("[WO6] travelling", () => {
  it("joins, then leaves; to where one is it changes nothing", async () => {
    const { go, enter, begin, log } = traveller();
    await begin();
    const going = go("pond", async () => void log.push("both"));
    await enter("pond");
    expect(await going).toBe("in pond");
    expect(await go("pond")).toBe("in pond");
    expect(log).toEqual(["+meadow", "+pond", "both", "-meadow"]);
  });

  it("stays where the next world does not let one in, or ends at once, or it is called off", async () => {
    const { go, enter, refuse, begin, places } = traveller();
    await begin();
    const full = go("pond");
    await refuse("pond");
    expect([await full, places()]).toEqual(["ROOM_FULL", ["meadow"]]);
    const kicked = go("lake", async (lake) => {
      await lake.leave();
    });
    await enter("lake");
    expect([await kicked, places()]).toEqual(["CLOSED", ["meadow"]]);
    const off = go("hill", () => Promise.reject(new HereaboutsError("TIMEOUT")));
    await enter("hill");
    expect([await off, places()]).toEqual(["TIMEOUT", ["meadow"]]);
  });

  it("does not leave what a later journey leads to as well, but where that is called off too", async () => {
    const { go, enter, begin, places } = traveller();
    await begin();
    const off = () => Promise.reject(new HereaboutsError("TIMEOUT"));
    const journeys = [go("pond", off), go("pond")];
    await enter("pond");
    expect([...(await Promise.all(journeys)), places()]).toEqual(["TIMEOUT", "in pond", ["pond"]]);
    const others = [go("lake", off), go("lake", off)];
    await enter("lake");
    expect([...(await Promise.all(others)), places()]).toEqual(["TIMEOUT", "TIMEOUT", ["pond"]]);
    const last = [go("hill"), go("hill", off)];
    await enter("hill");
    expect([...(await Promise.all(last)), places()]).toEqual(["in hill", "TIMEOUT", ["hill"]]);
    const round = go("cave");
    await enter("cave");
    expect(await round).toBe("in cave");
    const again = go("hill", off);
    await enter("hill");
    expect([await again, places()]).toEqual(["TIMEOUT", ["cave"]]);
  });

  it.each([
    ["in the order they were called", ["pond", "lake"]],
    ["the later one first", ["lake", "pond"]],
  ])("lets the last of two at once win: %s", async (_, order) => {
    const { go, enter, begin, places } = traveller();
    await begin();
    const [pond, lake] = [go("pond"), go("lake")];
    for (const slug of order) await enter(slug);
    expect(await Promise.all([pond, lake])).toEqual(["CLOSED", "in lake"]);
    expect(places()).toEqual(["lake"]);
  });

  it("stays at once where one turns back before one has arrived", async () => {
    const { go, enter, begin, log } = traveller();
    await begin();
    const [pond, back] = [go("pond"), go("meadow")];
    expect(await back).toBe("in meadow");
    await enter("pond");
    expect(await pond).toBe("CLOSED");
    expect(log).toEqual(["+meadow", "+pond", "-pond"]);
  });

  it("takes an earlier journey where the later one fails, and the same one twice as one", async () => {
    const { go, enter, refuse, begin, places } = traveller();
    await begin();
    const [pond, lake] = [go("pond"), go("lake")];
    await enter("pond");
    expect(places()).toEqual(["meadow", "pond"]);
    await refuse("lake");
    expect([await pond, await lake, places()]).toEqual(["in pond", "ROOM_FULL", ["pond"]]);
    const twice = [go("hill"), go("hill")];
    await enter("hill");
    expect([...(await Promise.all(twice)), places()]).toEqual(["in hill", "in hill", ["hill"]]);
  });

  it("does not leave a late world that one wants again", async () => {
    const { go, enter, begin, places } = traveller();
    await begin();
    const first = go("pond");
    expect(await go("meadow")).toBe("in meadow");
    const again = go("pond");
    await enter("pond");
    expect(await Promise.all([first, again])).toEqual(["in pond", "in pond"]);
    expect(places()).toEqual(["pond"]);
  });
});
