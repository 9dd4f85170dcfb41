/** The people of a world as the SDK shows them: each change told once, with its reason. */
import { beforeEach, describe, expect, it } from "vitest";
import { AvatarState, PersonState } from "../schema/world.ts";
import { PersonView } from "./person.ts";
import { Roster } from "./roster.ts";
import { Track } from "./smoothing.ts";

type Fields = Partial<{ slot: number; name: string; status: string; to: string; attention: string; color: string }>;

let roster: Roster;
let now: number;
beforeEach(() => {
  now = 1000;
  roster = new Roster((fields) => new PersonView(fields, { poseAt: () => undefined }, new Track(50)));
});

function person(id: string, { color = "", ...fields }: Fields = {}): PersonState {
  const rest = { handle: id, name: id, kind: "human", guest: false, connections: 1, since: 5 };
  const here = { slot: 0, status: "here", to: "", attention: "visible" };
  return new PersonState({
    id,
    ...rest,
    ...here,
    ...fields,
    avatar: new AvatarState({ color, face: "", showing: "" }),
  });
}
/** Takes a state over; what was told, in words. */
function sync(...state: PersonState[]): string[] {
  return roster.sync(state, now).map((event) => {
    const { id } = event.person;
    return event.type === "leave" ? `leave ${id} ${event.reason}` : `${event.type} ${id}`;
  });
}

describe("[PR5] what is told of people", () => {
  it("is who joins and who leaves, once", () => {
    expect(sync(person("ada"), person("bea", { slot: 1 }))).toEqual(["join ada", "join bea"]);
    expect(sync(person("ada"), person("bea", { slot: 1 }))).toEqual([]);
    expect(sync(person("bea", { slot: 1 }))).toEqual(["leave ada left"]);
    expect([...roster.people.keys()]).toEqual(["bea"]);
    expect(sync(person("ada"), person("bea", { slot: 1 }))).toEqual(["join ada"]);
  });

  it.each(["left", "lost", "moved", "kicked", "drained", "replaced"] as const)("is that someone %s", (reason) => {
    sync(person("ada"), person("bea", { slot: 1 }));
    roster.expectLeave("ada", reason);
    expect(sync(person("bea", { slot: 1 }))).toEqual([`leave ada ${reason}`]);
  });

  it("is not the reason of an earlier leave", () => {
    sync(person("ada"));
    roster.expectLeave("ada", "kicked");
    expect(sync()).toEqual(["leave ada kicked"]);
    sync(person("ada"));
    expect(sync()).toEqual(["leave ada left"]);
    roster.expectLeave("ada", "kicked");
    sync(person("ada"));
    sync(person("ada", { name: "A" }));
    expect(sync()).toEqual(["leave ada left"]);
  });

  it("is an update for any field that changed, the avatar's too", () => {
    sync(person("ada"));
    for (const change of [{ name: "A" }, { attention: "hidden" }, { color: "red" }, { slot: 3 }, { status: "away" }]) {
      expect(sync(person("ada", change)), JSON.stringify(change)).toEqual(["update ada"]);
      sync(person("ada"));
    }
  });

  it("is a ghost, where it went, and a return", () => {
    sync(person("ada"));
    expect(sync(person("ada", { status: "ghost", to: "pond" }))).toEqual(["ghost ada"]);
    expect(roster.people.get("ada")).toMatchObject({ status: "ghost", to: "pond" });
    expect(sync(person("ada"))).toEqual(["return ada"]);
    expect(roster.people.get("ada")).toMatchObject({ status: "here", to: undefined });
    expect(sync(person("ada", { status: "away" }))).toEqual(["update ada"]);
    expect(sync(person("ada", { status: "ghost" }))).toEqual(["ghost ada"]);
    expect(sync()).toEqual(["leave ada left"]);
  });

  it("is of the same person object as long as they are there", () => {
    sync(person("ada"));
    const ada = roster.people.get("ada");
    sync(person("ada", { name: "A" }));
    expect(roster.people.get("ada")).toBe(ada);
    expect(ada?.name).toBe("A");
  });
});

describe("[ID4] a guest that signs in", () => {
  it("is the same person under another id: an update, no leave and no join", () => {
    sync(person("guest", { slot: 4 }));
    const shown = roster.people.get("guest");
    roster.rename("guest", "ada");
    expect(sync(person("ada", { slot: 4 }))).toEqual(["update ada"]);
    expect(roster.people.get("ada")).toBe(shown);
    expect(roster.people.has("guest")).toBe(false);
    expect(roster.bySlot[4]).toBe(shown);
  });

  it("who is not known changes nothing", () => {
    sync(person("ada"));
    roster.rename("guest", "bea");
    expect(sync(person("ada"))).toEqual([]);
  });
});

describe("[MV2] slots", () => {
  it("are those of the people who are there", () => {
    sync(person("ada", { slot: 3 }), person("bea", { slot: 7 }));
    expect(roster.bySlot[3]?.id).toBe("ada");
    expect(roster.bySlot[7]?.id).toBe("bea");
    sync(person("bea", { slot: 3 }));
    expect(roster.bySlot[3]?.id).toBe("bea");
    expect(roster.bySlot[7]).toBeUndefined();
  });

  it("of someone else bring no poses of whoever had them before", () => {
    sync(person("ada", { slot: 3 }));
    const { track } = roster.people.get("ada")!;
    track.push(100, { x: 1, y: 2, z: 0, angle: 0 });
    sync(person("ada", { slot: 3, name: "A" }));
    expect(track.isEmpty).toBe(false);
    sync(person("ada", { slot: 4 }));
    expect(track.isEmpty).toBe(true);
  });
});

describe("[SD2] a room that was made anew", () => {
  it("does not lose those who are not back yet: they are away, and left if they do not come", () => {
    sync(person("ada"), person("bea", { slot: 1 }));
    roster.hold(now + 10_000);
    expect(sync(person("ada"))).toEqual(["update bea"]);
    expect(roster.people.get("bea")?.status).toBe("away");
    now += 5000;
    expect(sync(person("ada"))).toEqual([]);
    now += 5000;
    expect(sync(person("ada"))).toEqual(["leave bea lost"]);
  });

  it("has them back as they come, as an update", () => {
    sync(person("ada"), person("bea", { slot: 1 }));
    roster.hold(now + 10_000);
    sync(person("ada"));
    expect(sync(person("ada"), person("bea", { slot: 1 }))).toEqual(["update bea"]);
    expect(roster.people.get("bea")?.status).toBe("here");
    now += 20_000;
    expect(sync(person("ada"), person("bea", { slot: 1 }))).toEqual([]);
  });
});
