/** A dump tells what a client saw of its world, and what happened lately. */
import { expect, it } from "vitest";
import { HereaboutsError } from "../schema/errors.ts";
import { Emitter } from "./emitter.ts";
import { Inspector } from "./inspect.ts";
import type { World } from "./types.ts";

it("[SE2] a dump holds roster, link, sizes and the last events, and no token", () => {
  const events = new Emitter();
  const ada = { id: "1", handle: "ada", since: new Date(5), placed: true, x: 3, y: 4, z: 0, angle: 0, isMe: true };
  const bob = { id: "2", handle: "bob", since: new Date(6), placed: false, x: Number.NaN, y: Number.NaN };
  const inspector = new Inspector({
    slug: "field",
    role: "player",
    connection: "open",
    counts: { people: 2 },
    link: { carrier: "websocket", roundTripMs: 12 },
    props: { size: 1 },
    people: new Map([ada, bob].map((person) => [person.id, person])),
    room: { roomId: "room", reconnectionToken: "secret", state: { slug: "field" } },
    on: (event: string, listener: (data: never) => void) => events.on(event, listener),
  } as unknown as World);
  for (let i = 0; i < 60; i++) events.emit("refused", new HereaboutsError("TOO_FAST", String(i)));
  events.emit("connection", { state: "reconnecting" });
  const text = inspector.dump();
  expect(text).not.toContain("secret");
  const dump = JSON.parse(text);
  expect(dump).toMatchObject({
    world: { slug: "field", role: "player", connection: "open", roomId: "room" },
    link: { carrier: "websocket", roundTripMs: 12 },
    sizes: { stateChars: 16, people: 2, props: 1 },
    people: [{ handle: "ada", x: 3, y: 4, isMe: true }, { handle: "bob" }],
  });
  expect(dump.people[1]).not.toHaveProperty("x");
  expect(dump.events.length).toBe(50);
  expect(dump.events[0]).toMatchObject({ type: "refused", code: "TOO_FAST", details: "11" });
  expect(dump.events.at(-1)).toMatchObject({ type: "connection", state: "reconnecting", at: expect.any(String) });
});
