/** Bubbles of what is said in the world's chat: one over each head, the newest. */
import { beforeEach, describe, expect, it } from "vitest";
import { lineOf } from "../chat/sample.ts";
import { Bubbles } from "./bubbles.ts";

let now = 0;
let bubbles: Bubbles;
beforeEach(() => {
  now = 0;
  bubbles = new Bubbles(() => now);
});
const ada = { id: "ada", bubble: undefined as string | undefined };

describe("bubbles", () => {
  it("stand for a while, longer for longer lines, and end", () => {
    bubbles.said(ada, lineOf({ text: "hello" }));
    expect(bubbles.of(ada)).toBe("hello");
    now = 20_000;
    expect(bubbles.of(ada)).toBeUndefined();
  });

  it("one at a time: what was said last to the world or in the chat", () => {
    const speaker = { ...ada, bubble: "to the world" as string | undefined };
    expect(bubbles.of(speaker)).toBe("to the world");
    bubbles.said(speaker, lineOf({ text: "in the chat" }));
    expect(bubbles.of(speaker)).toBe("in the chat");
    now = 20_000;
    expect(bubbles.of(speaker), "an older one does not come back").toBeUndefined();
    bubbles.said(speaker, lineOf({ seq: 2, text: "again" }));
    expect(bubbles.of({ ...speaker, bubble: "to the world, later" })).toBe("to the world, later");
  });

  it("follow their line: edited, said again, deleted", () => {
    bubbles.said(ada, lineOf({ seq: 3, text: "helo" }));
    bubbles.changed(ada, lineOf({ seq: 3, text: "hello" }));
    expect(bubbles.of(ada)).toBe("hello");
    now = 20_000;
    bubbles.changed(ada, lineOf({ seq: 3, text: "hello", count: 2 }));
    expect(bubbles.of(ada)).toBe("hello");
    bubbles.changed(ada, lineOf({ seq: 3, text: "", gone: true, count: 2 }));
    expect(bubbles.of(ada)).toBeUndefined();
  });

  it("shorten what is long", () => {
    bubbles.said(ada, lineOf({ text: "🦉".repeat(500) }));
    expect([...bubbles.of(ada)!].length).toBe(140);
  });
});
