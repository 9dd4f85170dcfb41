/** The timeline over made-up tracks: any commands in any order leave a stream without gaps. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { currentId, goBack, goOn, type Journey, startJourney } from "../explorer/journey.ts";
import type { Shape } from "./shape.ts";
import { joinOf } from "./shape.ts";
import { Timeline, titleFrame } from "./timeline.ts";

const runs = Number(process.env["FC_RUNS"] ?? 300);
const fadeFrames = 96;

const shape = (frames: number, more: Partial<Shape> = {}): Shape => ({
  ...{ frames, first: 0, last: frames, from: 0, to: frames, quietFrom: frames, album: "", number: null },
  ...more,
});
const id = (index: number) => index.toString(16).padStart(16, "0");

/** Tracks follow each other by number, over and over; those heard last are passed over. */
function timelineOf(shapes: Shape[], fades = fadeFrames) {
  let choices = 0;
  const timeline = new Timeline({
    journey: startJourney(1, id(0)),
    direction: "similar",
    fadeFrames: fades,
    shapeOf: (track) => shapes[Number.parseInt(track, 16)],
    explore: (journey, direction) => {
      choices++;
      let next = (Number.parseInt(currentId(journey), 16) + 1) % shapes.length;
      if (shapes.length > 2 && journey.heard.at(-1) === id(next)) next = (next + 1) % shapes.length;
      return goOn(journey, id(next), direction);
    },
  });
  return { timeline, choices: () => choices };
}

const minute = 2297;

describe("how two tracks are joined", () => {
  const options = { fadeFrames, fadedTo: 0, notBefore: 0, isAsked: false };

  it("[AU5] fades at the end of the sound, without the silence around it", () => {
    const a = shape(1000, { to: 900, quietFrom: 900 });
    const b = shape(1000, { from: 50 });
    expect(joinOf(a, b, options)).toEqual({ at: 900 - fadeFrames, from: 50, frames: fadeFrames });
  });

  it("[AU5] fades earlier where the ending is quiet, but by 12 s at most", () => {
    expect(joinOf(shape(2000, { quietFrom: 1700 }), shape(2000), options).at).toBe(1700);
    expect(joinOf(shape(2000, { quietFrom: 900 }), shape(2000), options).at).toBe(2000 - fadeFrames - 459);
  });

  it("[AU5] does not fade between neighbours of an album, nor trim the silence between them", () => {
    const track = (number: number) => shape(1000, { album: "x\ny", number, first: 1, last: 998, from: 40, to: 900 });
    expect(joinOf(track(1), track(2), options)).toEqual({ at: 998, from: 1, frames: 0 });
    expect(joinOf(track(1), track(3), options).frames).toBe(fadeFrames);
    expect(joinOf(track(1), track(2), { ...options, notBefore: 300, isAsked: true })).toMatchObject({
      at: 300,
      frames: fadeFrames,
    });
  });

  it("[AU5] shortens the fade of a short track, and leaves out one that would be none", () => {
    expect(joinOf(shape(200), shape(1000), options)).toEqual({ at: 150, from: 0, frames: 50 });
    expect(joinOf(shape(1000), shape(40), options)).toEqual({ at: 1000, from: 0, frames: 0 });
  });
});

describe("a timeline", () => {
  it("[AU6] tells by arithmetic which frame of which track is heard", () => {
    const { timeline } = timelineOf([shape(minute), shape(minute, { from: 30 }), shape(minute)]);
    timeline.advance(minute);
    const second = timeline.at(minute);
    expect(second).toMatchObject({ track: id(1), start: minute - fadeFrames, from: 30, fadeFrames });
    expect(titleFrame(second)).toBe(minute - fadeFrames / 2);
    expect(timeline.titled(titleFrame(second) - 1).track).toBe(id(0));
    expect(timeline.titled(titleFrame(second)).track).toBe(id(1));
  });

  it("[AU6] chooses the next when a track begins, lets it change, and fixes it when it is locked", () => {
    const { timeline } = timelineOf([shape(minute), shape(minute), shape(minute), shape(minute)]);
    expect(timeline.planned.track).toBe(id(1));
    timeline.replan(0);
    expect(timeline.planned.track).toBe(id(2));
    const locked = timeline.lock();
    timeline.turn("faster", 0);
    expect(timeline.last).toBe(locked);
    expect(timeline.planned.journey.steps.at(-1)).toEqual({ id: id(3), direction: "faster" });
  });

  it("[AU6] goes on as soon as it may, and brings forward what was to come anyway", () => {
    const { timeline } = timelineOf([shape(minute), shape(minute), shape(minute), shape(minute)]);
    expect(timeline.next(500)).toMatchObject({ track: id(1), start: 500, isAsked: true });
    // once more before it is heard: that one is left out
    expect(timeline.next(500)).toMatchObject({ track: id(2), start: 500 });
    expect(timeline.entries).toHaveLength(2);
    timeline.lock();
    expect(timeline.last.track).toBe(id(3));
    // it was fixed, but not heard: sooner, then
    expect(timeline.next(1500)).toMatchObject({ track: id(3), start: 1500 });
  });

  it("[AU8] goes back to a step, and on from there", () => {
    const { timeline } = timelineOf([shape(minute), shape(minute), shape(minute)]);
    timeline.advance(3 * minute);
    const { journey } = timeline.titled(3 * minute);
    expect(timeline.go(3 * minute + 10, () => goBack(journey)).track).toBe(journey.steps[journey.at - 1]!.id);
  });

  it("[AU6] is at the same place however often somebody looks, and comes back after years in bounded time", () => {
    const shapes = Array.from({ length: 30 }, (_, i) => shape(minute + 50 * i));
    const [often, once] = [timelineOf(shapes), timelineOf(shapes)];
    const hour = 60 * minute;
    for (let frame = 0; frame <= hour; frame += 101) often.timeline.advance(frame);
    once.timeline.advance(hour);
    expect(once.timeline.at(hour)).toEqual(often.timeline.at(hour));
    const years = 10 * 365 * 24 * hour;
    once.timeline.advance(years);
    expect(once.choices()).toBeLessThan(200);
    const entry = once.timeline.at(years);
    expect(entry.start).toBeLessThanOrEqual(years);
    expect(once.timeline.planned.start).toBeGreaterThan(years);
    once.timeline.advance(years);
    expect(once.timeline.at(years)).toBe(entry);
  });

  const lengths = fc.array(
    fc.record({
      frames: fc.integer({ min: 1, max: 4000 }),
      trim: fc.integer({ min: 0, max: 60 }),
      quiet: fc.nat(4000),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const command = fc.record({
    after: fc.integer({ min: 0, max: 3000 }),
    what: fc.constantFrom("look", "look", "lock", "next", "play", "back", "turn", "replan", "forget"),
    track: fc.nat(5),
  });

  it("[AU6] has no gaps and no three tracks at once, whatever is commanded", () => {
    fc.assert(
      fc.property(lengths, fc.array(command, { maxLength: 40 }), (tracks, commands) => {
        const shapes = tracks.map(({ frames, trim, quiet }) => {
          const from = Math.min(trim, frames - 1);
          const to = Math.max(from + 1, frames - trim);
          return shape(frames, { from, to, quietFrom: Math.min(to, Math.max(from, quiet)) });
        });
        const { timeline } = timelineOf(shapes);
        let frame = 0;
        /** What has been heard of the stream: it must not change any more. */
        const heard = new Map<number, string>();
        const placeAt = (at: number) => {
          const { track, from, start } = timeline.at(at);
          return `${track} ${from + at - start}`;
        };
        for (const { after, what, track } of commands) {
          frame += after;
          timeline.advance(frame);
          const openFrom = frame + 1;
          const to = id(track % shapes.length);
          if (what === "lock") timeline.lock(openFrom);
          if (what === "next") timeline.next(openFrom);
          if (what === "play") timeline.go(openFrom, (journey: Journey) => goOn(journey, to, "chosen"));
          if (what === "back") timeline.go(openFrom, goBack);
          if (what === "turn") timeline.turn("surprise", openFrom);
          if (what === "replan") timeline.replan(openFrom);
          if (what === "forget") timeline.forget(frame - 100);
          heard.set(frame, placeAt(frame));
          const { entries, planned } = timeline;
          [...entries, planned].forEach((entry, i, all) => {
            const before = all[i - 1];
            if (!before) return;
            expect(entry.start).toBeGreaterThan(before.start);
            expect(entry.start).toBeGreaterThanOrEqual(
              Math.min(before.start + before.fadeFrames, before.start + before.shape.frames - before.from),
            );
            // what is faded out has frames up to the end of the fade
            const out = before.from + entry.start - before.start + entry.fadeFrames;
            expect(out).toBeLessThanOrEqual(before.shape.frames);
            expect(entry.from + entry.fadeFrames).toBeLessThanOrEqual(entry.shape.frames);
          });
          expect(planned.start).toBeGreaterThan(frame);
          for (const [at, place] of heard) if (at >= entries[0]!.start) expect(placeAt(at)).toBe(place);
        }
      }),
      { numRuns: runs },
    );
  });
});
