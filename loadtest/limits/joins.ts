/** 10,000 people who come within 10 s, to a hundred worlds, whether or not those before them are in. */
import { now, pause } from "../lib/clock.ts";
import { gauge } from "../lib/gauge.ts";
import { createHistogram, type Histogram, percentile, record } from "../lib/histogram.ts";
import { inTurn } from "../lib/inTurn.ts";
import { becomeGuest, connectionOf } from "../lib/lightClient.ts";
import { machineCpuMs } from "../lib/neighbours.ts";
import { metric } from "../lib/prometheus.ts";
import { Seat, unheard } from "../lib/seat.ts";
import { createTally } from "../lib/tally.ts";
import { startHereabouts } from "../lib/target.ts";
import { Threads } from "../lib/threads.ts";
import type { Limit } from "./lib/limit.ts";
import type { ResidentsData } from "./lib/residents.ts";
import { figuresOf, get } from "./lib/times.ts";

const inFull = 10_000;
const withinMs = 10_000;
const worlds = 100;
const settleMs = 2000;
/** Who are in already, and how long they talk before the others come. */
const residentPeople = 10;
const beforeMs = 5000;

type Said = { times: Histogram; failed: number };

export const joins: Limit = {
  summary: "10,000 joins in 10 s, to 100 worlds",
  findings: {
    joined: { what: "joined", unit: "people" },
    failed: { what: "did not get in", unit: "people", most: 0 },
    lost: { what: "lost their connection", unit: "people", most: 0 },
    seconds: { what: "until the last was in", unit: "s", digits: 1 },
    rate: { what: "rate that was reached", unit: "joins/s" },
    busy: { what: "told to come again, each", unit: "times", digits: 1 },
    p50: { what: "joining p50", unit: "ms" },
    p99: { what: "joining p99", unit: "ms" },
    "said.before": { what: "answer to a line of those who are in, before: p50", unit: "ms", digits: 1 },
    "said.before.p99": { what: "p99", unit: "ms", digits: 1 },
    "said.meanwhile": { what: "answer to a line of those who are in, meanwhile: p50", unit: "ms", digits: 1 },
    "said.meanwhile.p99": { what: "p99", unit: "ms", digits: 1 },
    unsaid: { what: "lines of theirs that were not answered", unit: "", most: 0 },
    counted: { what: "seats that the server counts too few or too many", unit: "", most: 0 },
    generator: { what: "load generator's CPU", unit: "% of a core" },
    machine: { what: "CPU of the machine", unit: "% of a core" },
  },
  async run(share, run) {
    const count = Math.max(worlds, Math.round(inFull * share));
    const target = await startHereabouts(undefined);
    const data: ResidentsData = { url: target.url, people: residentPeople };
    const residents = new Threads(new URL("./lib/residents.ts", import.meta.url), [data]);
    const seats: Seat[] = [];
    const tally = createTally();
    try {
      const guests = await inTurn(count, () => becomeGuest(target.url));
      run.progress(`${count} guests are made`);
      await residents.all("join");
      await pause(settleMs, run.signal);
      await residents.all("measure");
      await pause(beforeMs, run.signal);
      const [before] = await residents.all<Said>("measure");
      const times = createHistogram();
      const why = new Map<string, number>();
      const loadOf = gauge();
      const machineBefore = machineCpuMs();
      const from = now();
      const enter = async (i: number) => {
        const options = { slug: `joins-${i % worlds}`, connection: connectionOf(guests[i]!) };
        const begun = now();
        try {
          const request = { url: target.url, room: "world", options, token: guests[i]!.token };
          seats.push(await Seat.take(request, unheard, { tally }));
          record(times, now() - begun);
        } catch (error) {
          const reason = String(error).slice(0, 120);
          why.set(reason, (why.get(reason) ?? 0) + 1);
        }
      };
      const entering: Promise<void>[] = [];
      while (entering.length < count && !run.signal.aborted) {
        const due = Math.min(count, Math.floor(((now() - from) / withinMs) * count));
        while (entering.length < due) entering.push(enter(entering.length));
        await pause(1);
      }
      await Promise.all(entering);
      const tookMs = now() - from;
      const load = loadOf();
      const [meanwhile] = await residents.all<Said>("measure");
      const machineMs = machineCpuMs() - machineBefore;
      await pause(settleMs, run.signal);
      const text = await get(`${target.url}/metrics`);
      const lost = seats.filter((seat) => seat.lost !== undefined).length;
      const figures = {
        joined: seats.length,
        failed: count - seats.length,
        lost,
        seconds: tookMs / 1000,
        rate: (seats.length / tookMs) * 1000,
        p50: percentile(times, 0.5),
        p99: percentile(times, 0.99),
        busy: (tally.refused["BUSY"] ?? 0) / count,
        ...figuresOf("said.before", before!.times),
        ...figuresOf("said.meanwhile", meanwhile!.times),
        unsaid: before!.failed + meanwhile!.failed,
        counted: Math.abs(
          (metric(text, "hereabouts_connections") ?? Number.NaN) - (seats.length + residentPeople - lost),
        ),
        generator: load.cpuPercent,
        machine: (machineMs / tookMs) * 100,
      };
      return { figures, wrong: [...why].map(([reason, times]) => `${times} times ${reason}`) };
    } finally {
      await residents.stop();
      for (const seat of seats) seat.drop();
      await target.stop();
    }
  },
};
