/** The life of a room as the bus tells it. */
import { beforeEach, describe, expect, it } from "vitest";
import { type Lifecycle, LifecycleBus } from "../../services/lifecycle.ts";
import { newSession, RoomLife } from "./lifecycle.ts";

const session = newSession("world", "field", 12.5);
const ada = { person: "ada", handle: "ada", name: "Ada", kind: "human", role: "member", guest: false } as const;
const guest = { ...ada, person: "guest", handle: "guest-1", guest: true };

let told: string[];
let life: RoomLife;
beforeEach(() => {
  told = [];
  const bus = new LifecycleBus((error) => expect.fail(String(error)));
  const types = ["created", "joined", "left", "idle", "removed", "moved"] as const;
  for (const name of types) {
    bus.on(`session.${name}`, (event: Lifecycle[keyof Lifecycle]) => {
      const who = "who" in event ? ` ${event.who.handle} ${event.who.connection}` : "";
      told.push(`${name}${who}${"reason" in event ? ` ${event.reason}` : ""}`);
    });
  }
  life = new RoomLife(bus, session);
  life.made();
});

describe("[SE5] a room", () => {
  it("has a session of its own: its label and 128 random bits", () => {
    expect(session).toMatchObject({ kind: "world", key: "world:field", label: "field", created: 13 });
    expect(session.id).toMatch(/^field-[a-z2-7]{26}$/);
    expect(newSession("world", "field", 0).id).not.toBe(session.id);
  });

  it("tells who came and went, once for each connection", () => {
    life.join("s1", ada, "tab1");
    life.join("s2", ada, "tab2");
    life.leave("s1");
    life.leave("s1");
    life.leave("s2");
    life.end(false);
    life.end(false);
    expect(told).toEqual([
      "created",
      "joined ada tab1",
      "joined ada tab2",
      "left ada tab1",
      "left ada tab2",
      "idle",
      "removed empty",
    ]);
  });

  it("does not tell of a connection that came back: neither left nor joined", () => {
    life.join("s1", ada, "tab1");
    life.join("s2", ada, "tab1");
    life.leave("s1");
    expect(told).toEqual(["created", "joined ada tab1"]);
  });

  it("tells of a guest that signed in as of someone else, and is never empty between", () => {
    life.join("s1", guest, "tab1");
    life.identify("s1", ada);
    life.identify("unknown", ada);
    life.leave("s1");
    expect(told.slice(1)).toEqual([
      "joined guest-1 tab1",
      "joined ada tab1",
      "left guest-1 tab1",
      "left ada tab1",
      "idle",
    ]);
  });

  it("ends with everyone in it, and goes on elsewhere without an end", () => {
    life.join("s1", ada, "tab1");
    life.end(true);
    expect(told.slice(2)).toEqual(["left ada tab1", "moved"]);
    told = [];
    const bus = new LifecycleBus(() => {});
    bus.on("session.removed", ({ reason }) => told.push(reason));
    const other = new RoomLife(bus, session);
    other.join("s1", ada, "tab1");
    other.end(false); // it was never made
    other.made();
    other.end(false);
    expect(told).toEqual(["closing"]);
  });
});
