/** `node services/audio/explorer/bench.ts [tracks]`: how long choosing the next track takes in a large library. */
import { directions } from "../../../schema/directions.ts";
import { choose, chooseStart } from "./choose.ts";
import { goOn, startJourney } from "./journey.ts";
import { buildSpace } from "./space.ts";
import { madeUpPoints } from "./testing/points.ts";

const tracks = Number(process.argv[2] ?? 100_000);
const points = madeUpPoints(tracks, 1);
const built = performance.now();
const space = buildSpace(points);
console.log(`${tracks} tracks, space built in ${(performance.now() - built).toFixed(0)} ms`);

let journey = startJourney(1, chooseStart(space, 1)!);
const times = new Map<string, number[]>(directions.map((direction) => [direction, []]));
for (let i = 0; i < 400; i++) {
  const direction = directions[i % directions.length]!;
  const from = performance.now();
  const { id } = choose(space, journey, direction)!;
  times.get(direction)!.push(performance.now() - from);
  journey = goOn(journey, id, direction);
}
for (const [direction, all] of times) {
  all.sort((a, b) => a - b);
  const at = (share: number) => all[Math.floor(share * (all.length - 1))]!.toFixed(2);
  console.log(`${direction.padEnd(12)} p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  longest ${at(1)} ms`);
}
