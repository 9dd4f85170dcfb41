/**
 * `npm run bench -- datagrams --seconds 20`: how old the newest pose is that a client knows, over datagrams and over a
 * WebSocket at the same time, one hop from server to client through a network that loses and delays. Prints a markdown
 * table. Exit code 1 if a target of SPEC is not met. It takes root, for the packets are real (lib/network.ts).
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pause } from "./lib/clock.ts";
import { createNetwork, type Place, whyNoNetwork } from "./lib/network.ts";
import { choice, list, number, parseOptions, type Values, whole } from "./lib/options.ts";
import {
  type Ages,
  hear,
  type Load,
  type Measure,
  type Pair,
  type ReceiverReady,
  type SenderReady,
} from "./lib/pair.ts";
import { UsageError } from "./lib/usage.ts";

const options = {
  seconds: number(20, 1, 3600, "s", "how long each row of the table measures"),
  warmup: number(3, 0, 600, "s", "how long the weather lasts before"),
  delay: list(number(0, 0, 2000, "ms", "one way"), [50, 100]),
  loss: list(number(0, 0, 90, "%", "of packets, in each direction"), [0, 1, 5, 10, 20]),
  bytes: list(whole(0, 8, 1100, "bytes", "of a frame"), [200, 1100]),
  flows: whole(8, 1, 100, "flows", "clients at the same time; their looks are counted together"),
  rate: number(30, 1, 120, "Hz", "frames that each is sent"),
  lifetime: whole(60, 1, 65_535, "ms", "maxPacketLifeTime of the data channel"),
  tcp: choice(["bbr", "cubic", "reno"], "congestion control of the WebSocket; without it the machine's"),
};

type Cell = { delay: number; loss: number; bytes: number };

/** At most `p99` ms by datagrams, and `times` lower than by WebSocket. */
const targets = [
  { delay: 50, loss: 5, p99: 130, times: 2 },
  { delay: 100, loss: 20, p99: 260, times: 3.5 },
];

const program = (name: string) => fileURLToPath(new URL(`./baselines/${name}.ts`, import.meta.url));
const barePair: Pair = { sender: program("poseSender"), receiver: program("poseReceiver") };
const startMs = 20_000;

export async function benchDatagrams(args: string[], signal: AbortSignal): Promise<number> {
  const values = parseOptions(args, options);
  const reason = whyNoNetwork();
  if (reason) throw new UsageError(`This cannot run here: ${reason}.`);
  const congestion = values.tcp || readFileSync("/proc/sys/net/ipv4/tcp_congestion_control", "utf8").trim();
  console.log("Age of the newest pose in ms, p50 / p99.");
  console.log(`${values.flows} flows at ${values.rate} Hz, ${values.seconds} s each row, TCP by ${congestion}.\n`);
  console.log("| one way | loss | frame | datagrams | WebSocket | p99, times |");
  console.log("|---|---|---|---|---|---|");
  const notes: string[] = [];
  for (const delay of values.delay)
    for (const loss of values.loss)
      for (const bytes of values.bytes) {
        const ages = await measure(barePair, { delay, loss, bytes }, values, signal);
        console.log(rowOf({ delay, loss, bytes }, ages));
        notes.push(...notesOn({ delay, loss, bytes }, ages));
      }
  for (const note of notes) console.log(`\n${note}`);
  return notes.some((note) => note.startsWith("FAILED")) ? 1 : 0;
}

/** One row, in a network of its own: it is fair until both carriers are open. */
async function measure(pair: Pair, cell: Cell, values: Values<typeof options>, signal: AbortSignal): Promise<Ages> {
  const { flows, rate, lifetime: lifetimeMs, warmup, seconds, tcp } = values;
  const load: Load = { flows, rate, bytes: cell.bytes, lifetimeMs };
  const network = await createNetwork({ tcp });
  try {
    const sender = start(network.b, pair.sender, { ...load, host: network.b.address });
    const { url } = await hear<SenderReady>(sender, startMs, signal);
    const receiver = start(network.a, pair.receiver, { ...load, url });
    await hear<ReceiverReady>(receiver, startMs, signal);
    await network.setWeather({ delayMs: cell.delay, loss: cell.loss / 100 });
    await pause(warmup * 1000, signal);
    const measureMs = seconds * 1000;
    receiver.send({ measureMs } satisfies Measure);
    return await hear<Ages>(receiver, measureMs + startMs, signal);
  } finally {
    await network.close();
  }
}

function start(place: Place, file: string, task: object) {
  const args = [file, JSON.stringify(task)];
  return place.spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

const timesOf = ({ datagrams, webSocket }: Ages) => webSocket.p99 / datagrams.p99;

function rowOf({ delay, loss, bytes }: Cell, ages: Ages): string {
  const [datagrams, webSocket] = [ages.datagrams, ages.webSocket].map(
    ({ p50, p99 }) => `${Math.round(p50)} / ${Math.round(p99)}`,
  );
  return `| ${delay} ms | ${loss} % | ${bytes} | ${datagrams} | ${webSocket} | ${timesOf(ages).toFixed(1)} |`;
}

function notesOn({ delay, loss, bytes }: Cell, ages: Ages): string[] {
  const where = `${delay} ms, ${loss} %, ${bytes} bytes`;
  const notes: string[] = [];
  for (const carrier of ["datagrams", "webSocket"] as const) {
    const { silent } = ages[carrier];
    if (silent > 0) notes.push(`WARNING: ${where}: ${silent} flows by ${carrier} got nothing in the last 2 s.`);
  }
  const target = targets.find((one) => one.delay === delay && one.loss === loss);
  if (target && !(ages.datagrams.p99 <= target.p99 && timesOf(ages) >= target.times))
    notes.push(`FAILED: ${where}: the target is at most ${target.p99} ms, ${target.times} times lower.`);
  return notes;
}
