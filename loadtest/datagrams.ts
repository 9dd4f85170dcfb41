/**
 * `npm run bench -- datagrams --seconds 20`: how old the newest pose is that a client knows, over datagrams and over a
 * WebSocket at the same time, from the server to the SDK, one hop through a network that loses and delays. Prints a markdown
 * table. Exit code 1 if a target of SPEC is not met. It takes root, for the packets are real (lib/network.ts).
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pause } from "./lib/clock.ts";
import { createNetwork, type Place, whyNoNetwork } from "./lib/network.ts";
import { choice, list, number, parseOptions, type Values, whole } from "./lib/options.ts";
import {
  type Ages,
  type CarrierAges,
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
  bytes: list(whole(0, 16, 1100, "bytes", "of a frame"), [200, 1100]),
  flows: whole(16, 1, 100, "flows", "clients at the same time"),
  rate: number(30, 1, 120, "Hz", "frames that each is sent"),
  tcp: choice(["bbr", "cubic", "reno"], "congestion control of the WebSocket; without it the machine's"),
};

type Cell = { delay: number; loss: number; bytes: number };

/** At most `p99` ms by datagrams, and `times` lower than by WebSocket. */
const targets = [
  { delay: 50, loss: 5, p99: 130, times: 2 },
  { delay: 100, loss: 20, p99: 260, times: 3.5 },
];

const program = (name: string) => fileURLToPath(new URL(`./poses/${name}.ts`, import.meta.url));
const pair: Pair = { sender: program("sender"), receiver: program("receiver") };
const startMs = 20_000;

export async function benchDatagrams(args: string[], signal: AbortSignal): Promise<number> {
  const values = parseOptions(args, options);
  const reason = whyNoNetwork();
  if (reason) throw new UsageError(`This cannot run here: ${reason}.`);
  const congestion = values.tcp || readFileSync("/proc/sys/net/ipv4/tcp_congestion_control", "utf8").trim();
  console.log(
    "Age of the newest pose in ms, p50 / p99 of the middle flow; p99 over all flows, and how many of them stalled:",
  );
  console.log("had no pose that was newer than 1 s at some time.");
  console.log(`${values.flows} flows at ${values.rate} Hz, ${values.seconds} s each row, TCP by ${congestion}.\n`);
  console.log("| one way | loss | frame | datagrams | WebSocket | times | all: datagrams | all: WebSocket |");
  console.log("|---|---|---|---|---|---|---|---|");
  const failures: string[] = [];
  for (const delay of values.delay)
    for (const loss of values.loss)
      for (const bytes of values.bytes) {
        const ages = await measure({ delay, loss, bytes }, values, signal);
        console.log(rowOf({ delay, loss, bytes }, ages));
        failures.push(...missed({ delay, loss, bytes }, ages));
      }
  for (const failure of failures) console.log(`\n${failure}`);
  return failures.length > 0 ? 1 : 0;
}

/** One row, in a network of its own: it is fair until both carriers are open. */
async function measure(cell: Cell, values: Values<typeof options>, signal: AbortSignal): Promise<Ages> {
  const { flows, rate, warmup, seconds, tcp } = values;
  const load: Load = { flows, rate, bytes: cell.bytes };
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

const stalledMs = 1000;

function rowOf({ delay, loss, bytes }: Cell, { datagrams, webSocket }: Ages): string {
  const middle = ({ flows }: CarrierAges, key: "p50" | "p99") => {
    const sorted = flows.map((flow) => flow[key]).sort((x, y) => x - y);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  };
  const one = (ages: CarrierAges) => `${Math.round(middle(ages, "p50"))} / ${Math.round(middle(ages, "p99"))}`;
  const all = (ages: CarrierAges) =>
    `${Math.round(ages.all.p99)}, ${ages.flows.filter(({ max }) => max > stalledMs).length} stalled`;
  const times = (middle(webSocket, "p99") / middle(datagrams, "p99")).toFixed(1);
  const figures = [one(datagrams), one(webSocket), times, all(datagrams), all(webSocket)];
  return `| ${delay} ms | ${loss} % | ${bytes} | ${figures.join(" | ")} |`;
}

/** Judged over all flows: whoever stalls counts. */
function missed({ delay, loss, bytes }: Cell, { datagrams, webSocket }: Ages): string[] {
  const target = targets.find((one) => one.delay === delay && one.loss === loss);
  if (!target) return [];
  const { p99, times } = target;
  if (datagrams.all.p99 <= p99 && webSocket.all.p99 >= times * datagrams.all.p99) return [];
  return [`FAILED: ${delay} ms, ${loss} %, ${bytes} bytes: the target is at most ${p99} ms, ${times} times lower.`];
}
