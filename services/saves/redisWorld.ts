/** What a process knows of a world whose saves are in Redis, and how that is written there. */
import type { Pose } from "../../schema/geometry.ts";
import type { KeptProp } from "./saves.ts";

/** One world that is open here, or was and has something to write. */
export type World = {
  readonly slug: string;
  readonly fence: number;
  readonly onForgotten: () => void;
  /** Where people were, as far as it is known: the newest when the world was opened, and all since. */
  readonly known: Map<string, Pose>;
  /** Whether nobody has a pose who is not known. */
  isComplete: boolean;
  /** To be written. */
  poses: Map<string, Pose>;
  props: Map<string, KeptProp | undefined>;
  /** `forgotten`: all that is known is to be written again. `stale`: another process has it. */
  state: "open" | "forgotten" | "ending" | "movingOn" | "stale";
  writing: Promise<void>;
  /** That are under way, or wait for their turn. */
  writes: number;
};

const knownPoses = 5000;

/** The newest last, so that the oldest go first. */
export function know(world: World, person: string, pose: Pose): void {
  world.known.delete(person);
  world.known.set(person, pose);
  if (world.known.size <= knownPoses) return;
  world.known.delete(world.known.keys().next().value!);
  world.isComplete = false;
}

/** Poses and props as the script takes them. */
export function toArgs(poses: ReadonlyMap<string, Pose>, props: World["props"]): (string | number)[] {
  const args: (string | number)[] = [poses.size];
  for (const [person, { x, y, z, angle }] of poses) args.push(person, JSON.stringify([x, y, z, angle]));
  for (const [key, prop] of props) {
    if (prop) args.push(prop.saved ? "saved" : "live", key, JSON.stringify([prop.value, prop.owner]));
    else args.push("gone", key, "");
  }
  return args;
}

export function toPose(text: string): Pose {
  const [x, y, z, angle] = JSON.parse(text) as [number, number, number, number];
  return { x, y, z, angle };
}

/** `flat`: key, prop, key, prop, ... */
export function toProps(flat: readonly string[], saved: boolean): KeptProp[] {
  const props: KeptProp[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const [value, owner] = JSON.parse(flat[i + 1]!) as [string, string];
    props.push({ key: flat[i]!, value, owner, saved });
  }
  return props;
}

export function isSamePose(a: Readonly<Pose>, b: Readonly<Pose>): boolean {
  return a.x === b.x && a.y === b.y && a.z === b.z && a.angle === b.angle;
}
