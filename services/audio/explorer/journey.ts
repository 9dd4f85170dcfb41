/** Where a session's exploration has been and where it is. Plain data that is replaced, never changed. */
import type { Direction } from "../../../schema/directions.ts";

/** How a track came: along a direction, as the first, or because someone chose it. */
export type Step = { id: string; direction: Direction | "start" | "chosen" };

export type Journey = {
  /** Makes choices of this journey differ from those of others, and the same when they are made again. */
  seed: number;
  /** Oldest first, never empty. */
  steps: readonly Step[];
  /** The step that is heard. Behind it lies what was gone back from. */
  at: number;
  /** Track ids in the order they were heard, newest last, going back included. */
  heard: readonly string[];
};

const maxSteps = 500;
const maxHeard = 200;

export function startJourney(seed: number, id: string): Journey {
  return { seed: seed >>> 0, steps: [{ id, direction: "start" }], at: 0, heard: [id] };
}

/** Goes on to a track: what lay ahead is forgotten, as in a browser's history. */
export function goOn(journey: Journey, id: string, direction: Direction | "chosen"): Journey {
  const steps = [...journey.steps.slice(0, journey.at + 1), { id, direction }].slice(-maxSteps);
  return { ...journey, steps, at: steps.length - 1, heard: hear(journey, id) };
}

/** Goes to a step that was heard before, by its number. Nothing happens beyond the ends. */
export function goTo(journey: Journey, at: number): Journey {
  const step = journey.steps[at];
  return step && at !== journey.at ? { ...journey, at, heard: hear(journey, step.id) } : journey;
}

export const goBack = (journey: Journey): Journey => goTo(journey, journey.at - 1);

export const currentId = (journey: Journey): string => journey.steps[journey.at]!.id;

const hear = (journey: Journey, id: string) => [...journey.heard, id].slice(-maxHeard);
