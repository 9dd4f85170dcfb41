/** What hooks watch of a world that is joined: made once for each world, however many components look. */
import type { Json, Person, World } from "../types.ts";
import { Watched } from "./changes.ts";
import { together } from "./shown.ts";

type PropValues = ReadonlyMap<string, Json>;

export const noPeople: Watched<readonly Person[]> = new Watched(
  () => [],
  () => () => {},
);
export const nothing: Watched<PropValues> = new Watched(
  () => new Map(),
  () => () => {},
);

const people = new WeakMap<World, Watched<readonly Person[]>>();
const props = new WeakMap<World, Watched<PropValues>>();

export function peopleOf(world: World): Watched<readonly Person[]> {
  const known = people.get(world) ?? new Watched(() => [...world.people.values()], watching);
  people.set(world, known);
  return known;

  function watching(changed: () => void): () => void {
    const told = ["join", "leave", "update", "ghost", "return"] as const;
    return together(told.map((event) => world.on(event, changed)));
  }
}

export function propsOf(world: World): Watched<PropValues> {
  const known = props.get(world) ?? new Watched(() => new Map(world.props.entries()), watching);
  props.set(world, known);
  return known;

  function watching(changed: () => void): () => void {
    return world.on("prop", changed);
  }
}
