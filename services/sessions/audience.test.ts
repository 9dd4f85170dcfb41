/** Who is told to hear and watch a session, and in whose name its own work is done. */
import { expect, it } from "vitest";
import { currentContext, within } from "../context.ts";
import type { Attendee } from "../lifecycle.ts";
import { createRig } from "./testing/rig.ts";

const maker = { countsFor: "maker" };

it("[SE5] whoever hears a session is who has the seat of the same token, as who they are by then", async () => {
  const { sessions, bus, errors } = createRig();
  const { session } = await sessions.create("Beach", maker);
  const told: [string, Attendee][] = [];
  for (const type of ["session.joined", "session.left"] as const) bus.on(type, ({ who }) => told.push([type, who]));

  const identity = { person: "guest", handle: "guest-1" };
  const leaveRoom = sessions.attach(session, {
    as: "room",
    listener: "token",
    connection: "tab",
    get person() {
      return identity.person;
    },
    get handle() {
      return identity.handle;
    },
  });
  const leaveSound = sessions.attach(session, { as: "stream", listener: "token" });
  const leaveNobody = sessions.attach(session, { as: "stream", listener: "another" });
  Object.assign(identity, { person: "ada", handle: "ada" });
  for (const leave of [leaveSound, leaveNobody, leaveRoom]) leave();
  sessions.attach(session, { as: "events", listener: "token" })();

  const guest = { person: "guest", handle: "guest-1", connection: "tab" };
  const ada = { person: "ada", handle: "ada", connection: "tab" };
  expect(told).toMatchObject([
    ["session.joined", { as: "room", ...guest }],
    ["session.joined", { as: "stream", ...guest }],
    ["session.joined", { as: "stream" }],
    ["session.left", { as: "stream", ...ada }],
    ["session.left", { as: "stream" }],
    ["session.left", { as: "room", ...ada }],
    ["session.joined", { as: "events" }],
    ["session.left", { as: "events" }],
  ]);
  expect(told.filter(([, { person }]) => person === undefined)).toHaveLength(4);
  expect(errors).toEqual([]);
});

it("[SE5] whoever has a seat is told as themselves, whoever else gives the same token", async () => {
  const { sessions, bus } = createRig();
  const { session } = await sessions.create("Beach", maker);
  const left: unknown[] = [];
  bus.on("session.left", ({ who }) => left.push(who.person));
  const [leave] = ["ada", "eve"].map((person) =>
    sessions.attach(session, { as: "room", listener: "token", connection: "tab", person, handle: person }),
  );
  leave!();
  expect(left).toEqual(["ada"]);
});

it("[SE3] what is done for each session is done in its name, errors and all, whoever caused it", async () => {
  const rig = createRig();
  const { sessions, bus } = rig;
  const seen: unknown[] = [];
  const look = () => seen.push([currentContext()?.session, currentContext()?.person]);
  const two = await Promise.all(["Beach", "Hill"].map(async (name) => (await sessions.create(name, maker)).session));
  for (const session of two) {
    session.feed.watch(() => {
      look();
      throw new Error("a watcher");
    });
    session.attach({ as: "room", end: look });
  }
  Object.defineProperty(rig.errors, "push", { value: look });
  within({ session: "field-1", person: "ada" }, "travel", () => rig.pass(6000));
  within({ session: "field-1", person: "ada" }, "travel", () => sessions.remove(two[0]!, "deleted"));
  expect(seen.length).toBeGreaterThan(5);
  expect(new Set(seen.map(String))).toEqual(new Set(two.map(({ id }) => String([id, undefined]))));
  bus.on("session.removed", look);
  seen.length = 0;
  within({ session: "field-1", person: "ada" }, "close", () => sessions.close());
  expect(seen.map(String)).toContain(String([two[1]!.id, undefined]));
});
