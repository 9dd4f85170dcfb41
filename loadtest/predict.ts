/**
 * `npm run bench -- predict --seconds 20`: what prediction buys in the piece `puck`. In each weather two people push
 * themselves about at the same time, one with datagrams and one without, and it is told how long it takes from pressing to
 * seeing oneself move, predicted and as the server tells it, which is what a page without prediction could show; and how far
 * the page was off where it was corrected. The weather is made in the SDK (client/weather.ts), by the machine's own clock.
 */
import { predict } from "../client/predict.ts";
import type { Puck } from "../pieces/puck.ts";
import { puckGame } from "../schema/puck.ts";
import { createTestSite, type TestSite, until } from "../testing/index.ts";
import { pause } from "./lib/clock.ts";
import { list, number, parseOptions } from "./lib/options.ts";
import { figure, formatTable } from "./lib/table.ts";

const options = {
  seconds: number(20, 4, 3600, "s", "how long each weather is measured"),
  delay: list(number(0, 0, 2000, "ms", "one way"), [0, 100]),
  loss: list(number(0, 0, 90, "%", "in each direction"), [0, 5]),
};

const frameMs = 16;
const restMs = 1500;
const pressMs = 400;
/** Moved this far, one sees it. */
const seenUnits = 5;
const middle = 270;
const exactUnits = 0.001;

/** Times in ms, and lengths in units, of each press and of each correction. */
interface Measured {
  predicted: number[];
  told: number[];
  corrections: number[];
  /** How far the page and the server were apart after each rest. */
  apart: number[];
}

export async function benchPredict(args: string[], signal: AbortSignal): Promise<number> {
  const { seconds, delay: delays, loss: losses } = parseOptions(args, options);
  const rows: (string | number)[][] = [
    [
      "one way",
      "loss",
      "carrier",
      "predicted, ms",
      "told by the server, ms",
      "exact, %",
      "p99",
      "most",
      "apart at rest",
    ],
  ];
  const site = await createTestSite({ datagrams: true });
  try {
    for (const delay of delays)
      for (const loss of losses) {
        const people = await Promise.all(
          [true, false].map((datagrams) => play(site, datagrams, { delay, loss }, seconds, signal)),
        );
        for (const { carrier, ...measured } of people)
          rows.push([`${delay} ms`, `${loss} %`, carrier, ...figuresOf(measured)]);
      }
  } finally {
    await site.close();
  }
  console.log(formatTable(rows));
  console.log(
    "\nMiddle of all presses, (least..most). Corrections in units, of 960 by 540: of all that came, how many changed",
  );
  console.log("nothing, and how far the others moved one. Apart: the page and the server once one rests, at most.");
  return 0;
}

async function play(
  site: TestSite,
  datagrams: boolean,
  weather: { delay: number; loss: number },
  seconds: number,
  signal: AbortSignal,
) {
  const link = { delayMs: weather.delay, loss: weather.loss / 100 };
  const here = await site.connect("walker", { weather: link, ...(datagrams ? {} : { datagrams: false }) });
  const world = await here.world<Puck>("puck");
  const game = predict(world, puckGame);
  const measured: Measured = { predicted: [], told: [], corrections: [], apart: [] };
  let input = 0;
  let { corrections } = game;
  const timer = setInterval(() => {
    game.frame(performance.now(), () => ({ y: input }));
    if (game.corrections === corrections) return;
    corrections = game.corrections;
    measured.corrections.push(Math.hypot(corrections["me.x"] ?? 0, corrections["me.y"] ?? 0));
  }, frameMs);
  try {
    await until(() => game.me && (!datagrams || world.link.carrier === "datagram"), { withinMs: 30_000 });
    const told = () => game.players.get(world.me!.id)!;
    const end = performance.now() + seconds * 1000;
    await pause(restMs, signal); // they are put at their place
    measured.corrections.length = 0;
    while (performance.now() < end && !signal.aborted) {
      await pause(restMs + 4 * weather.delay, signal);
      measured.apart.push(Math.abs(told().y - game.me!.y));
      const from = game.me!.y;
      input = from > middle ? -1 : 1;
      const at = performance.now();
      const taken = async (where: () => number) => {
        await until(() => Math.abs(where() - from) > seenUnits, { withinMs: 20_000 });
        return performance.now() - at;
      };
      const [mine, its] = [taken(() => game.me!.y), taken(() => told().y)];
      await pause(pressMs, signal);
      input = 0;
      measured.predicted.push(await mine);
      measured.told.push(await its);
    }
    return { carrier: world.link.carrier, ...measured };
  } finally {
    clearInterval(timer);
    game.close();
    await here.close();
  }
}

function figuresOf({ predicted, told, corrections, apart }: Measured): (string | number)[] {
  const wrong = corrections.filter((by) => by > exactUnits);
  const exact = (1 - wrong.length / corrections.length) * 100;
  return [
    spread(predicted),
    spread(told),
    figure(exact, 1),
    figure(at(corrections, 0.99), 1),
    figure(at(corrections, 1), 1),
    figure(at(apart, 1), 3),
  ];
}

function spread(times: readonly number[]): string {
  return `${figure(at(times, 0.5))} (${figure(at(times, 0))}..${figure(at(times, 1))})`;
}

function at(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
