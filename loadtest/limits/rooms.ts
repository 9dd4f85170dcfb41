/** 10,000 rooms open at once, someone in each: what each costs, and whether all that looks at rooms is still quick. */
import { pause } from "../lib/clock.ts";
import { glanceAt } from "../lib/glance.ts";
import { inTurn } from "../lib/inTurn.ts";
import { becomeGuest, connectionOf, type Guest } from "../lib/lightClient.ts";
import { metric, usageOf } from "../lib/prometheus.ts";
import { Seat, unheard } from "../lib/seat.ts";
import { createTally } from "../lib/tally.ts";
import { startHereabouts } from "../lib/target.ts";
import type { Limit } from "./lib/limit.ts";
import { get, msOf, repeat, timesOf } from "./lib/times.ts";

const inFull = 10_000;
/** Longer than it takes until a world is quiet (SPEC MV2). */
const settleMs = 10_000;
const idleMs = 10_000;
const looks = 20;
const password = "limits";

export const rooms: Limit = {
  summary: "10,000 worlds at once, someone in each",
  findings: {
    rooms: { what: "rooms open", unit: "" },
    failed: { what: "rooms that did not open", unit: "", most: 0 },
    seconds: { what: "until all were open", unit: "s", digits: 1 },
    memory: { what: "memory each, with its one seat and its folder", unit: "kB", digits: 1, most: 200 },
    cpu: { what: "CPU while nobody does anything", unit: "% of a core", most: 100 },
    lag: { what: "event loop's lag p99 then", unit: "ms", digits: 1 },
    ...timesOf("join", "joining one more", 500),
    ...timesOf("metrics", "/metrics", 1000),
    ...timesOf("monitor", "the monitor's list of rooms", 2000),
    ...timesOf("health", "/readyz", 500),
  },
  async run(share, run) {
    const count = Math.max(2, Math.round(inFull * share));
    const target = await startHereabouts(undefined, { env: { MONITOR_PASSWORD: password } });
    const seats: Seat[] = [];
    try {
      const enter = async (i: number, guest: Guest) => {
        const options = { slug: `room-${i}`, connection: connectionOf(guest) };
        const request = { url: target.url, room: "world", options, token: guest.token };
        return Seat.take(request, unheard, { tally: createTally() });
      };
      const guests = await inTurn(count + looks, () => becomeGuest(target.url));
      await pause(settleMs, run.signal);
      const before = await glanceAt(target);
      let failed = 0;
      const why = new Set<string>();
      const openMs = await msOf(() =>
        inTurn(count, async (i) => {
          if (run.signal.aborted) return;
          try {
            seats.push(await enter(i, guests[i]!));
          } catch (error) {
            failed++;
            why.add(String(error).slice(0, 200));
          }
          if (seats.length % 1000 === 0) run.progress(`${seats.length} rooms`);
        }),
      );
      await pause(settleMs, run.signal);
      const [one, text] = [await glanceAt(target), await metricsOf(target.url)];
      await pause(idleMs, run.signal);
      const other = await glanceAt(target);
      const login = { authorization: `Basic ${Buffer.from(`operator:${password}`).toString("base64")}` };
      const figures = {
        rooms: metric(text, "hereabouts_rooms") ?? Number.NaN,
        failed,
        seconds: openMs / 1000,
        memory: (other!.rssBytes - before!.rssBytes) / 1000 / count,
        cpu: ((other!.cpuSeconds - one!.cpuSeconds) / idleMs) * 1e5,
        lag: usageOf(await metricsOf(target.url))?.lagMs ?? Number.NaN,
        ...(await repeat("metrics", looks, () => metricsOf(target.url))),
        ...(await repeat("monitor", looks, () => get(`${target.url}/monitor/api`, { headers: login }))),
        ...(await repeat("health", looks, () => get(`${target.url}/readyz`))),
        ...(await repeat("join", looks, async (i) => seats.push(await enter(count + i, guests[count + i]!)))),
      };
      const lost = seats.flatMap((seat) => seat.lost ?? []);
      const wrong = lost.length ? [`${lost.length} connections were lost: ${lost[0]}`] : [];
      return { figures, wrong: [...wrong, ...why] };
    } finally {
      for (const seat of seats) seat.drop();
      await target.stop();
    }
  },
};

const metricsOf = (url: string) => get(`${url}/metrics`);
