/** What is said of a session: what is on air, where its journey is, and each change of it once. */
import type { TrackInfo } from "../../../schema/audio.ts";
import type { Journey } from "../explorer/journey.ts";
import { toLink } from "../explorer/link.ts";
import type { Collection } from "./collection.ts";
import type { JourneyView, OnAir, StreamChange } from "./stream.ts";
import { type Entry, type Timeline, titleFrame } from "./timeline.ts";

export class Said {
  readonly #timeline: Timeline;
  readonly #collection: Pick<Collection, "infoOf" | "placeOf">;
  readonly #emit: (change: StreamChange) => void;
  #told = "";
  #titled: Entry | undefined;

  constructor(
    timeline: Timeline,
    collection: Pick<Collection, "infoOf" | "placeOf">,
    emit: (change: StreamChange) => void,
  ) {
    this.#timeline = timeline;
    this.#collection = collection;
    this.#emit = emit;
  }

  view(entry: Entry, frame: number): OnAir {
    const next = this.#timeline.after(entry);
    return {
      frame,
      track: this.#infoOf(entry),
      trackFrame: titleFrame(entry),
      next: this.#infoOf(next),
      nextFrame: titleFrame(next),
      direction: this.#timeline.direction,
    };
  }

  journey(journey: Journey): JourneyView {
    const steps = journey.steps.map(({ id, direction }) => ({
      track: this.#collection.infoOf(id),
      direction,
      ...this.#collection.placeOf(id),
    }));
    return { steps, at: journey.at, link: toLink(journey) };
  }

  /** As players show it. */
  title(frame: number): string {
    const { artist, title } = this.#infoOf(this.#timeline.titled(frame));
    return artist ? `${artist} - ${title}` : title;
  }

  /** What is heard from now on, in order, whenever any of it changed; and where the journey is when that is heard. */
  tell(frame: number): void {
    const titled = this.#timeline.titled(frame);
    const { entries } = this.#timeline;
    const views = entries.slice(entries.indexOf(titled)).map((entry) => this.view(entry, frame));
    const told = views
      .map(({ trackFrame, track, next, direction }) => `${trackFrame} ${track.id} ${next?.id} ${direction}`)
      .join("\n");
    const isNew = this.#titled !== titled;
    const hasChanged = !this.#told.endsWith(told);
    this.#titled = titled;
    this.#told = told;
    if (hasChanged) {
      for (const { trackFrame, track, next, nextFrame } of views) {
        this.#emit({ type: "track", frame: trackFrame, track, next, nextFrame });
      }
    }
    if (isNew) this.#emit({ type: "journey" });
  }

  #infoOf({ track }: Entry): TrackInfo {
    return this.#collection.infoOf(track);
  }
}
