/** What is heard follows from what was told and from nothing else, however late or often it was told. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Titles, type TrackEvent } from "./titles.ts";

const track = (id: string) => ({ id, title: id, artist: "", album: "", durationMs: 60_000 });
const told = (frame: number, id: string, next?: [string, number]): TrackEvent => ({
  type: "track",
  frame,
  track: track(id),
  next: next ? track(next[0]) : null,
  nextFrame: next ? next[1] : null,
  direction: "similar",
});
const heard = (titles: Titles, frame: number) => titles.at(frame)?.track.id;

describe("titles", () => {
  it("[AU6] changes at the frame from which on a track is heard, not when it is told", () => {
    const titles = new Titles();
    expect(titles.at(0)).toBeUndefined();
    titles.take(told(0, "a"));
    titles.take(told(1000, "b"));
    expect([999, 1000].map((frame) => heard(titles, frame))).toEqual(["a", "b"]);
    expect(titles.changeAfter(400)).toBe(1000);
    expect(titles.changeAfter(1000)).toBeUndefined();
  });

  it("[AU6] plays the announced next track from its frame on, also if nothing more is told", () => {
    const titles = new Titles();
    titles.take(told(0, "a", ["b", 1000]));
    expect([999, 1000].map((frame) => heard(titles, frame))).toEqual(["a", "b"]);
    expect(titles.changeAfter(0)).toBe(1000);
    titles.take(told(1000, "b", ["c", 2000]));
    expect(titles.at(1500)).toMatchObject({ next: { id: "c" }, nextFrame: 2000 });
  });

  it("[AU6] takes back what was announced: another next, or a command that comes sooner", () => {
    const titles = new Titles();
    titles.take(told(0, "a", ["b", 1000]));
    titles.take(told(0, "a", ["c", 1000]));
    expect(heard(titles, 1000)).toBe("c");
    titles.take(told(1000, "c"));
    titles.take(told(300, "d"));
    expect([299, 300, 1000].map((frame) => heard(titles, frame))).toEqual(["a", "d", "d"]);
  });

  it("[AU6] shows the first that was told to a listener who still hears what was before it", () => {
    const titles = new Titles();
    titles.take(told(500, "a"));
    expect(heard(titles, 480)).toBe("a");
    expect(titles.changeAfter(480)).toBe(500);
  });

  it("[AU6] is what a list of everything told says, for any order of telling", () => {
    const telling = fc.array(fc.record({ frame: fc.integer({ min: 0, max: 50 }), id: fc.stringMatching(/^[a-z]$/) }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(telling, fc.integer({ min: 0, max: 60 }), (events, at) => {
        const titles = new Titles();
        let plan: { frame: number; id: string }[] = [];
        for (const event of events) {
          titles.take(told(event.frame, event.id));
          plan = [...plan.filter(({ frame }) => frame < event.frame), event];
        }
        expect(heard(titles, at)).toBe((plan.findLast(({ frame }) => frame <= at) ?? plan[0])!.id);
      }),
    );
  });
});
