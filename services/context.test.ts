/** What is being done goes along with whatever becomes of it, and never into another session. */
import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { apart, currentContext, know, later, within } from "./context.ts";

const field = { session: "field-1", room: "world:field" };
const pond = { session: "pond-1", room: "world:pond" };

describe("[SE3] a context", () => {
  it("goes along through promises, timers and the microtasks of those", async () => {
    const seen: unknown[] = [];
    const look = () => seen.push(currentContext()?.session);
    await within(field, "join", async () => {
      look();
      await turn();
      look();
      setTimeout(look);
      setImmediate(look);
      queueMicrotask(look);
      process.nextTick(look);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await Promise.all([turn(), turn()]).then(look);
    });
    expect(seen).toEqual(Array(7).fill("field-1"));
    expect(currentContext()).toBeUndefined();
  });

  it("says what is being done, outermost first, and for whom as soon as that is known", () => {
    within(field, "join", () => {
      know({ person: "ada" });
      within({ connection: "tab" }, "load poses", () => {
        expect(currentContext()).toEqual({
          ...field,
          environment: "server",
          person: "ada",
          connection: "tab",
          doing: ["join", "load poses"],
        });
      });
      expect(currentContext()).not.toHaveProperty("connection");
    });
    know({ person: "nobody" });
    expect(currentContext()).toBeUndefined();
  });

  it("begins anew where another session is entered, and keeps what it had in the same one", () => {
    within({ ...field, person: "ada", connection: "tab", environment: "remote" }, "join", () => {
      within(pond, "roster", () =>
        expect(currentContext()).toEqual({ ...pond, environment: "server", doing: ["roster"] }),
      );
      within(field, "roster", () =>
        expect(currentContext()).toMatchObject({ person: "ada", environment: "remote", doing: ["join", "roster"] }),
      );
    });
  });

  it("stays out of what is begun apart", async () => {
    const shared = new EventEmitter();
    const seen: unknown[] = [];
    await within(field, "say", async () => {
      apart(() => setImmediate(() => shared.emit("batch", currentContext()?.session)));
      shared.once("batch", (session) => seen.push(session));
      expect(currentContext()?.session).toBe("field-1");
      await turn();
    });
    await turn();
    expect(seen).toEqual([undefined]);
  });

  it("is that of whoever left the work, for what is called by others", () => {
    const work = within(field, "create", () => later("timer", () => currentContext()));
    const called = within(pond, "join", work);
    expect(called).toMatchObject({ ...field, doing: ["create", "timer"] });
    expect(
      within(
        pond,
        "join",
        later("timer", () => currentContext()),
      ),
    ).toBeUndefined();
  });

  it("goes no deeper with what begins itself again", () => {
    const again = (times: number): readonly string[] =>
      times === 0 ? currentContext()!.doing : within(field, times % 3 === 0 ? "tick" : "timer", () => again(times - 1));
    expect(again(1000)).toHaveLength(8);
    const alone = (times: number): readonly string[] =>
      times === 0 ? currentContext()!.doing : within(field, "timer", () => alone(times - 1));
    expect(alone(1000)).toEqual(["timer"]);
  });
});
