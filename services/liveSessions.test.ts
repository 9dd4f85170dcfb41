/** A room is the session that began last in it, until that ends here. */
import { expect, it } from "vitest";
import { LifecycleBus, type LiveSession } from "./lifecycle.ts";
import { LiveSessions } from "./liveSessions.ts";

it("[SE5] a room's session is known from its beginning to its end or move", () => {
  const bus = new LifecycleBus((error) => expect.unreachable(String(error)));
  const sessions = new LiveSessions(bus);
  const session = (id: string): LiveSession => ({ id, kind: "world", key: "world:field", label: "field", created: 1 });
  const [first, second] = [session("first"), session("second")];
  expect(sessions.of("world:field")).toBeUndefined();
  bus.emit("session.created", { session: first });
  expect(sessions.of("world:field")).toBe(first);
  expect(sessions.of("world:pond")).toBeUndefined();
  bus.emit("session.created", { session: second });
  bus.emit("session.removed", { session: first, reason: "empty" });
  expect(sessions.of("world:field")).toBe(second);
  bus.emit("session.moved", { session: second });
  expect(sessions.of("world:field")).toBeUndefined();
});
